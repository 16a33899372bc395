import {mkdirSync, writeFileSync} from 'node:fs'
import * as path from 'node:path'
import {isGivenOut, type Outcome} from '../bake/outcome.ts'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import type {InstalledPackages} from '../packer/installed-packages.ts'
import {noFiles, outputsOf, type HandOverFiles} from './outputs.ts'
import {sbomOf} from './sbom.ts'

/**
 * Writes what later steps of the job hand to other tools: every fact of the bake as JSON; the variables of a Terraform
 * configuration; and, where its packages are known, their list and the image's software bill of materials. Of an image that
 * was rejected or removed again there is none.
 *
 * @param folder lives as long as the job; the files get a folder of their own in it
 * @throws {UserError} when they cannot be written
 */
export function writeHandOverFiles(outcome: Outcome, folder: string): HandOverFiles {
  if (!isGivenOut(outcome)) return noFiles
  const own = path.join(folder, `jenkins-ami-${outcome.plan.bakeId}`)
  const {packages} = outcome
  const files = {
    manifest: path.join(own, 'manifest.json'),
    tfvars: path.join(own, 'jenkins-ami.auto.tfvars.json'),
    packages: packages ? path.join(own, 'packages.tsv') : '',
    sbom: packages ? path.join(own, 'sbom.cdx.json') : ''
  }
  const {manifest: _, tfvars: __, amis = '{}', 'also-made': alsoMade = '[]', ...facts} = outputsOf(outcome, files)
  const contents = {
    [files.manifest]: json({
      ...facts,
      amis: JSON.parse(amis) as unknown,
      'also-made': JSON.parse(alsoMade) as unknown
    }),
    [files.tfvars]: json({ami_id: facts['ami-id'], ami_ids: JSON.parse(amis) as unknown}),
    ...(packages ? {[files.packages]: linesOf(packages), [files.sbom]: json(sbomOf(outcome, packages))} : {})
  }
  try {
    mkdirSync(own, {recursive: true})
    Object.entries(contents).forEach(([file, content]) => writeFileSync(file, content))
  } catch (error) {
    throw new UserError(
      `The files that name the image could not be written to ${own}: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
  return files
}

const json = (content: object): string => `${JSON.stringify(content, null, 2)}\n`

function linesOf({packages}: InstalledPackages): string {
  return packages.map(({name, version, architecture}) => `${name}\t${version}\t${architecture}\n`).join('')
}
