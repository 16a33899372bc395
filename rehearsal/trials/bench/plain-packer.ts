import {readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Packer} from '../../host/packers/packer.ts'
import {run} from '../../host/run.ts'
import type {LocalCloud} from '../local-cloud.ts'
import {Missing} from './figure.ts'

/**
 * The values that a bake gave the template, from the folder in which `rehearse` runs the action; but not where its list of packages
 * went, in a folder that is removed.
 */
export async function renderedValues(rehearsalFolder: string): Promise<Record<string, unknown>> {
  const entries = await readdir(rehearsalFolder, {recursive: true, withFileTypes: true})
  const file = entries.find(({name, parentPath}) => name === 'variables.json' && /bake-jenkins-ami-/.test(parentPath))
  if (!file) throw new Error('the bake has written no variables for the template')
  const values = JSON.parse(await readFile(join(file.parentPath, file.name), 'utf8')) as Record<string, unknown>
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'packages_file'))
}

interface PlainBuild {
  readonly local: LocalCloud
  readonly packer: Packer
  /** The folder with the template. */
  readonly template: string
  readonly values: Readonly<Record<string, unknown>>
  readonly folder: string
  readonly signal: AbortSignal
}

/** What sends a Packer that somebody runs by himself to the local cloud and its machines; keys are not among it. */
export function packerVariables(
  {cloud, sshPort}: Pick<LocalCloud, 'cloud' | 'sshPort'>,
  {plugins}: Pick<Packer, 'plugins'>
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: cloud.endpoint,
    CHECKPOINT_DISABLE: '1',
    ...(plugins === undefined ? {} : {PACKER_PLUGIN_PATH: plugins}),
    ...(sshPort === undefined ? {} : {PKR_VAR_ssh_port: String(sshPort)})
  }
}

let builds = 0

/**
 * Runs `packer build` as a person would: the shipped template with the values of a bake, keys in the environment, no action.
 *
 * @returns the seconds that it took
 * @throws Missing where Packer's program is not at hand
 */
export async function timePlainBuild({local, packer, template, values, folder, signal}: PlainBuild): Promise<number> {
  if (packer.executable === undefined) {
    throw new Missing('there is no Packer on this machine to run by itself: npm run packers builds one')
  }
  builds += 1
  const file = join(folder, `plain-${builds}.json`)
  // The name of an image is unique in an account, and the bake has used it.
  await writeFile(file, JSON.stringify({...values, ami_name: `plain-${process.pid}-${builds}`}))
  const {region, administrator} = local.cloud
  const env = {
    ...packerVariables(local, packer),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: administrator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey
  }
  const began = performance.now()
  await run(packer.executable, ['build', '-color=false', `-var-file=${file}`, template], {cwd: template, env, signal})
  return (performance.now() - began) / 1_000
}
