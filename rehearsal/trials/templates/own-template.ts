import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export const install = '#!/bin/sh\n# installs jenkins\n'

export type Kind = 'HCL2' | 'JSON'

export interface OwnTemplate {
  readonly kind?: Kind
  /** The names of its amazon-ebs sources, which are the names of their images too. */
  readonly sources?: readonly string[]
  /** What the script on the machine is. */
  readonly script?: string
  /** More settings of each source: texts, lists of them, and blocks. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Settings that are the bake's tags, from the variable `tags`; in HCL2 alone. Default: none, and no such variable. */
  readonly tagged?: readonly string[]
  /** More variables, with their defaults. */
  readonly variables?: Readonly<Record<string, string>>
  /** Sources that the script is not run for. */
  readonly unprovisioned?: readonly string[]
  /** Builders of other types, without settings. */
  readonly others?: readonly string[]
}

/** A template as somebody else writes it: for any Packer, without our tags, and with a script of its own. @returns its file */
export function ownTemplate({script = install, ...template}: OwnTemplate = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'own-template-'))
  writeFileSync(join(folder, 'setup.sh'), script)
  const [name, text] = template.kind === 'JSON' ? ['own.json', legacyJson(template)] : ['own.pkr.hcl', hcl2(template)]
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** All that docs/templates.md asks for. */
export const everyTag = ['run_tags', 'run_volume_tags', 'tags', 'snapshot_tags']

/** How a template of this kind uses a variable in a text. */
export function use(kind: Kind, variable: string): string {
  return kind === 'JSON' ? `{{user \`${variable}\`}}` : `\${var.${variable}}`
}

const common = {region: 'us-east-1', instance_type: 't3.medium', ssh_username: 'admin'}

function hcl2({
  sources = ['own'],
  settings = {},
  tagged = [],
  variables = {},
  unprovisioned = [],
  others = []
}: OwnTemplate): string {
  const blocks = sources.map(
    (name) => `source "amazon-ebs" "${name}" {
  ami_name                              = "${name}"
  custom_endpoint_ec2                   = var.custom_endpoint_ec2
  source_ami                            = var.source_ami
  temporary_security_group_source_cidrs = var.allowed_cidrs
${assignments({...common, ...settings})}
${tagged.map((setting) => `  ${setting} = var.tags`).join('\n')}
}`
  )
  const plain = others.map((type) => `source "${type}" "other" {\n${assignments(otherSettings[type] ?? {})}\n}`)
  const all = [...sources.map((name) => `source.amazon-ebs.${name}`), ...others.map((type) => `source.${type}.other`)]
  return `variable "source_ami" {}
variable "allowed_cidrs" {
  type = list(string)
}
variable "custom_endpoint_ec2" {
  default = ""
}
${tagged.length > 0 ? 'variable "tags" {\n  type = map(string)\n}' : ''}
${Object.entries(variables)
  .map(([name, value]) => `variable "${name}" {\n  default = ${JSON.stringify(value)}\n}`)
  .join('\n')}
${[...blocks, ...plain].join('\n')}
build {
  sources = ${JSON.stringify(all)}
  provisioner "shell" {
    except = ${JSON.stringify([...others.map((type) => `${type}.other`), ...unprovisioned.map((name) => `amazon-ebs.${name}`)])}
    script = "setup.sh"
  }
}
`
}

function assignments(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .map(([name, value]) =>
      typeof value === 'object' && !Array.isArray(value)
        ? `  ${name} {\n  ${assignments({...value})}\n  }`
        : `  ${name} = ${JSON.stringify(value)}`
    )
    .join('\n')
}

/** Of builders that work on any machine. */
const otherSettings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  null: {communicator: 'none'},
  file: {content: 'x', target: '/dev/null'}
}

/** Legacy JSON reads no PKR_VAR_ by itself. */
const endpoint = '{{env `PKR_VAR_custom_endpoint_ec2`}}'

function legacyJson({sources = ['own'], settings = {}, variables = {}, others = []}: OwnTemplate): string {
  return JSON.stringify(
    {
      variables: {source_ami: null, allowed_cidrs: null, custom_endpoint_ec2: endpoint, ...variables},
      builders: [
        ...sources.map((name) => ({
          type: 'amazon-ebs',
          name,
          ami_name: name,
          custom_endpoint_ec2: use('JSON', 'custom_endpoint_ec2'),
          source_ami: use('JSON', 'source_ami'),
          temporary_security_group_source_cidrs: use('JSON', 'allowed_cidrs'),
          ...common,
          ...settings
        })),
        ...others.map((type) => ({type, name: `other-${type}`, ...otherSettings[type]}))
      ],
      provisioners: [
        {
          type: 'shell',
          script: 'setup.sh',
          ...(others.length > 0 ? {except: others.map((type) => `other-${type}`)} : {})
        }
      ]
    },
    null,
    2
  )
}
