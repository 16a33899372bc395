import {optional, oneOf} from '../lib/parse.ts'
import {existing, fileOf, folderOf, pathList} from '../lib/paths.ts'
import {packerArguments} from '../template/arguments.ts'
import {environmentNames} from '../template/environment.ts'
import {isLegacy, openTemplate, type Template} from '../template/template.ts'
import {variableLines} from '../template/user-variables.ts'
import {openVariablesFile} from '../template/values.ts'
import {insistedOn} from '../template/variables.ts'
import type {ReadInput} from './aws.ts'
import type {InputName} from './defaults.ts'

interface TemplateContext {
  /** The inputs that were given. */
  readonly given: ReadonlySet<InputName>
  readonly env: NodeJS.ProcessEnv
  /** Where relative paths begin. */
  readonly workspace: string
  /** The folder of the template that comes with the action. */
  readonly shippedTemplate: string
}

/** Opens the template with everything that the inputs add to it. Missing, like every input, after a problem with it. */
export function readTemplate(
  input: ReadInput<InputName>,
  text: (name: InputName) => string,
  {given, env, workspace, shippedTemplate}: TemplateContext
): Template {
  const additions = {
    directory: input('working-directory', optional(folderOf(workspace))),
    varFiles: input('var-files', (value) =>
      pathList(value).map((file) => openVariablesFile(fileOf(workspace)(file), isLegacy(text('template'))))
    ),
    vars: input('vars', variableLines),
    arguments: input('packer-args', packerArguments),
    insisted: insistedOn(given),
    env,
    templateEnv: input('template-env', (value) => environmentNames(value, env)),
    assumesRole: text('role-to-assume') !== '',
    allowForceDeregister: input('allow-force-deregister', oneOf('true', 'false')) === 'true',
    region: text('aws-region') || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || ''
  }
  return input('template', (value) => openTemplate(optional(existing(workspace))(value), shippedTemplate, additions))
}
