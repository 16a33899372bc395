import {mkdirSync, writeFileSync} from 'node:fs'
import * as path from 'node:path'
import {isGivenOut, type Outcome} from '../bake/outcome.ts'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import {noFiles, outputsOf, type HandOverFiles} from './outputs.ts'

/**
 * Writes what later steps of the job hand to other tools: every fact of the bake as JSON, and the variables of a
 * Terraform configuration. A rejected image, and one that was removed again, is in neither.
 *
 * @param folder lives as long as the job; the files get a folder of their own in it
 * @throws {UserError} when they cannot be written
 */
export function writeHandOverFiles(outcome: Outcome, folder: string): HandOverFiles {
  if (!isGivenOut(outcome)) return noFiles
  const own = path.join(folder, `jenkins-ami-${outcome.plan.bakeId}`)
  const files = {manifest: path.join(own, 'manifest.json'), tfvars: path.join(own, 'jenkins-ami.auto.tfvars.json')}
  const {amis = '{}', 'also-made': alsoMade = '[]', manifest: _, tfvars: __, ...facts} = outputsOf(outcome)
  const contents = {
    [files.manifest]: {...facts, amis: JSON.parse(amis) as unknown, 'also-made': JSON.parse(alsoMade) as unknown},
    [files.tfvars]: {ami_id: facts['ami-id'], ami_ids: JSON.parse(amis) as unknown}
  }
  try {
    mkdirSync(own, {recursive: true})
    Object.entries(contents).forEach(([file, content]) => writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`))
  } catch (error) {
    throw new UserError(
      `The files that name the image could not be written to ${own}: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
  return files
}
