import {join} from 'node:path'
import {deriveForOldPacker} from './derive-template.ts'
import {folderForPath, needsDerivedTemplate, type Packer} from './packer.ts'

/** How a Packer and a machine's peculiarities reach the action: by what any workflow could set. */
export interface ActionSettings {
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly path: readonly string[]
}

/**
 * @param scratch a folder of the run's own
 * @param shippedTemplate the folder templates/jenkins
 * @param endpoint the local cloud's URL
 * @param sshPort where the machines listen, if not on port 22
 */
export async function settingsFor(
  packer: Packer,
  {
    scratch,
    shippedTemplate,
    endpoint,
    sshPort
  }: {scratch: string; shippedTemplate: string; endpoint: string; sshPort?: number}
): Promise<ActionSettings> {
  const port = sshPort === undefined ? {} : {PKR_VAR_ssh_port: String(sshPort)}
  if (packer.executable === undefined) return {inputs: {'packer-version': packer.version}, env: port, path: []}

  const path = [await folderForPath(packer.executable, scratch)]
  const plugins = packer.plugins === undefined ? {} : {PACKER_PLUGIN_PATH: packer.plugins}
  const inputs = {'packer-version': 'system'}
  if (!needsDerivedTemplate(packer)) return {inputs, env: {...port, ...plugins}, path}

  const template = join(scratch, 'template-for-old-packer')
  await deriveForOldPacker(shippedTemplate, template)
  // Its AWS SDK knows no AWS_ENDPOINT_URL; the derived template has a variable in its place.
  return {inputs: {...inputs, template}, env: {...port, PKR_VAR_custom_endpoint_ec2: endpoint}, path}
}
