import {groups, snakeCase, type Parameter} from './parameters.ts'

const types = {string: 'string', boolean: 'bool', list: 'list(string)'} as const

/** The variables of the Terraform module: the parameters of the CloudFormation template, in Terraform's spelling. */
export function terraformVariables(): string {
  return groups.map(({title, parameters}) => `# ${title}\n\n${parameters.map(variable).join('\n')}`).join('\n')
}

function variable({name, kind, default: value, description, pattern, form}: Parameter): string {
  const own = snakeCase(name)
  const lines = [
    `variable "${own}" {`,
    `  description = ${quoted(inTerraform(description))}`,
    `  type        = ${types[kind]}`,
    ...(value === undefined ? [] : [`  default     = ${literal(kind, value)}`]),
    ...(kind === 'boolean' ? ['  nullable    = false'] : [])
  ]
  if (pattern === undefined || form === undefined) return `${[...lines, '}'].join('\n')}\n`
  const matches = (one: string) => `can(regex(${quoted(`^${pattern}$`)}, ${one}))`
  const holds = {
    list: `alltrue([for one in var.${own} : ${matches('one')}])`,
    string: value === '' ? `var.${own} == "" || ${matches(`var.${own}`)}` : matches(`var.${own}`)
  }[kind === 'list' ? 'list' : 'string']
  return `${[
    ...lines,
    '  nullable    = false',
    '',
    '  validation {',
    `    condition     = ${holds}`,
    `    error_message = ${quoted(`${own} must be ${form}.`)}`,
    '  }',
    '}'
  ].join('\n')}\n`
}

function literal(kind: Parameter['kind'], value: string): string {
  if (kind === 'boolean') return value
  return kind === 'list' ? '[]' : quoted(value)
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('${', '$${').replaceAll('%{', '%%{')}"`
}

/** A description that names other parameters, in Terraform's spelling; lists are no strings with commas there. */
function inTerraform(description: string): string {
  return groups
    .flatMap(({parameters}) => parameters)
    .filter(({name}) => /[a-z][A-Z]/.test(name))
    .toSorted((one, other) => other.name.length - one.name.length)
    .reduce((text, {name}) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), snakeCase(name)), description)
    .replace(', separated by commas', '')
}
