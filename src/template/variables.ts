import {InputError} from '../report/errors.ts'
import type {Template} from './template.ts'

/** What the action knows and a template may ask for by declaring a variable of this name. */
export interface TemplateValues {
  readonly region: string
  readonly ami_name: string
  readonly source_ami: string
  readonly root_device_name: string
  readonly ssh_username: string
  readonly instance_type: string
  readonly allowed_cidrs: readonly string[]
  readonly jenkins_version: string
  readonly jenkins_repository_url: string
  readonly jenkins_repository_key_fingerprint?: string
  readonly setup_script?: string
  /** When the build's instance ends itself, should nobody else have done it. */
  readonly deadline_minutes: number
  readonly tags: Readonly<Record<string, string>>
}

/** Inputs that do nothing unless the template declares the variable that carries them. */
const carriers: Readonly<Record<string, keyof TemplateValues>> = {
  'source-ami': 'source_ami',
  'ssh-username': 'ssh_username',
  'ami-name-prefix': 'ami_name',
  'jenkins-version': 'jenkins_version',
  'jenkins-repository-url': 'jenkins_repository_url',
  'jenkins-repository-key-fingerprint': 'jenkins_repository_key_fingerprint',
  'setup-script': 'setup_script'
}

/** One error for each input that was given and that this template cannot use. */
export function unusedInputs(template: Template, given: ReadonlySet<string>): InputError[] {
  return Object.entries(carriers)
    .filter(([input, variable]) => given.has(input) && !template.variables.has(variable))
    .map(
      ([input, variable]) =>
        new InputError(
          input,
          `has no effect: the template ${template.path} declares no variable '${variable}'. Declare it there, or leave the input out.`
        )
    )
}

/**
 * The JSON variables file for a template: what it declares of what the action knows.
 *
 * @throws {Error} when a value would be evaluated by Packer's template engine
 */
export function variablesFile(template: Template, values: TemplateValues): string {
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => template.variables.has(name)))
  const json = JSON.stringify(used, null, 2)
  // Plugins evaluate `{{ … }}` in many strings a second time (packer-plugin-sdk, interpolate).
  if (json.includes('{{')) throw new Error('a value for the template contains {{, which Packer would evaluate')
  return `${json}\n`
}
