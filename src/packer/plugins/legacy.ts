import {writeFile} from 'node:fs/promises'
import * as path from 'node:path'
import semver from 'semver'
import type {Template} from '../../template/template.ts'

/** HashiCorp's plugins that were part of Packer when legacy templates were written, by the first word of a component's type. */
const plugins = ['amazon', 'ansible', 'docker']

/**
 * The file for `packer init`: the template itself, or for legacy JSON, which names no plugins, a file that requires the
 * plugins of its components. Until 1.10 Packer had them built in.
 *
 * @param folder where that file is written
 */
export async function requirementsOf(
  {
    path: template,
    legacy,
    names
  }: Pick<Template, 'path' | 'legacy'> & {
    readonly names: Pick<Template['names'], 'components'>
  },
  packer: {readonly version: string},
  folder: string
): Promise<string> {
  if (!legacy || semver.lt(packer.version, '1.10.0')) return template
  const required = plugins.filter((plugin) => names.components.some((type) => type.split('-')[0] === plugin))
  if (required.length === 0) return template
  const lines = required.map(
    (name) => `    ${name} = { source = "github.com/hashicorp/${name}", version = ">= 1.0.0" }`
  )
  const file = path.join(folder, 'required-plugins.pkr.hcl')
  await writeFile(file, `packer {\n  required_plugins {\n${lines.join('\n')}\n  }\n}\n`, {mode: 0o600})
  return file
}
