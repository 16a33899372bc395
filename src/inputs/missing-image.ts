import {InputError} from '../lib/errors.ts'
import type {Template} from '../template/template.ts'
import type {TemplateSource} from '../template/sources.ts'
import {sourceNames} from './distributions.ts'

/** The login users of systems of which the action knows no image. */
const elsewhere = new Set(['rocky', 'centos', 'fedora', 'core', 'alpine', 'arch', 'bitnami', 'Administrator'])

/**
 * One error if the template leaves its source image open, none was given, and a builder is clearly meant for a system
 * that is none of the action's: on another one, Packer would wait for its login in vain.
 *
 * @param sshUsername the input of that name, which replaces the template's
 */
export function missingImage(template: Template, sshUsername: string | undefined): InputError[] {
  if (template.shipped || !template.variables.has('source_ami')) return []
  const [reason] = template.sources
    .filter((source) => source.isVariable('source_ami'))
    .flatMap((source) => reasonIn(source, sshUsername) ?? [])
  if (reason === undefined) return []
  return [
    new InputError(
      'source-ami',
      `is missing: ${reason}, and without this input the bake would start from one of ${sourceNames.join(', ')}. Give the id of an image, or resolve:ssm: and the name of a parameter that holds one`
    )
  ]
}

function reasonIn(source: TemplateSource, sshUsername: string | undefined): string | undefined {
  if (source.text('communicator') === 'winrm') return `${source.name} of the template connects by WinRM, as to Windows`
  const user = sshUsername ?? source.text('ssh_username')
  return user !== undefined && elsewhere.has(user) ? `${source.name} of the template logs in as '${user}'` : undefined
}
