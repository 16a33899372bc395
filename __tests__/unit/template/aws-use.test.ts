import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import type {AwsUse} from '../../../src/template/aws-use.ts'
import {openTemplate} from '../../../src/template/template.ts'

const shipped = join(import.meta.dirname, '../../../templates/jenkins')

const tags = 'variable "tags" {\n  type = map(string)\n}\n'

function usesOf(text: string, name = 'own.pkr.hcl', vars: Readonly<Record<string, string>> = {}): AwsUse {
  const file = join(mkdtempSync(join(tmpdir(), 'uses-')), name)
  writeFileSync(file, name.endsWith('.hcl') && !text.includes('variable "tags"') ? tags + text : text)
  return openTemplate(file, shipped, {vars}).names.uses
}

const source = (settings: string, type = 'amazon-ebs', name = 'x'): string =>
  `source "${type}" "${name}" {\n  ami_name = "x"\n${settings}\n}\n`

const everything = 'run_tags = var.tags\nrun_volume_tags = var.tags\nspot_tags = var.tags'
const none = {machines: false, volumes: false, launchTemplates: false}
const all = {machines: true, volumes: true, launchTemplates: true}

describe('finds where the sources put the variable tags:', () => {
  it('the shipped template on machines and volumes', () => {
    const {uses} = openTemplate(undefined, shipped).names
    expect(uses).toMatchObject({
      tags: {machines: true, volumes: true, launchTemplates: false},
      others: false,
      spot: false
    })
  })

  it.each<[string, string, Partial<AwsUse['tags']>]>([
    ['everywhere', source(everything), all],
    ['on machines', source('run_tags = var.tags'), {machines: true, volumes: false}],
    ['merged with others', source('run_tags = merge(var.tags, { Name = "x" })'), {machines: true}],
    [
      'through a local',
      `locals {\n  tags = merge(var.tags, {})\n}\n${source('run_tags = local.tags')}`,
      {machines: true}
    ],
    ['in a circle', `locals {\n  a = local.b\n  b = local.a\n}\n${source('run_tags = local.a')}`, none],
    ['nowhere', source(''), none],
    ['on the image alone', source('tags = var.tags\nsnapshot_tags = var.tags'), none],
    ['others', source('run_tags = { Name = "x" }'), none],
    ['another variable', source('run_tags = var.tagset'), none],
    ['in one of two sources', source(everything) + source('', 'amazon-ebs', 'y'), none],
    ['in both of two sources', source(everything) + source(everything, 'amazon-ebs', 'y'), all],
    ['too late for the image', source(`${everything}\nami_skip_run_tags = true`), none],
    ['of another builder', source(everything, 'amazon-ebssurrogate'), none],
    ['beside another builder', source(everything) + source('', 'amazon-ebsvolume', 'y'), none],
    ['beside a data source', `${source(everything)}data "amazon-ami" "base" {\n  most_recent = true\n}\n`, all],
    ['beside builders of others', `${source(everything)}source "null" "y" {\n  communicator = "none"\n}\n`, all],
    ['changed by a function', source('run_tags = zipmap(["Name"], values(var.tags))'), none],
    ['some of them by a function', source('run_tags = pick(var.tags, "Name")'), none],
    ['as a choice', source('run_tags = var.x ? var.tags : merge(var.tags, { Name = "x" })'), {machines: true}],
    ['in one branch of a choice', source('run_tags = var.x ? var.tags : {}'), none],
    ['one of them', source('run_tags = { Name = "x", Owner = var.tags["Owner"] }'), none],
    ['one of them, looked up', source('run_tags = merge({ A = lookup(var.tags, "A", "") }, { B = var.tags.B })'), none],
    ['some of them', source('run_tags = { for k, v in var.tags : k => v if k != "Owner" }'), none],
    [
      'one of them through a local',
      `locals {\n  tags = { Owner = var.tags["Owner"] }\n}\n${source('run_tags = local.tags')}`,
      none
    ],
    [
      'in one of two builds over a source',
      `${source('')}build {\n  source "amazon-ebs.x" {\n    name = "a"\n    run_tags = var.tags\n  }\n  source "amazon-ebs.x" {\n    name = "b"\n  }\n}\n`,
      none
    ],
    [
      'in both of two builds over a source',
      `${source('')}build {\n  source "amazon-ebs.x" {\n    name = "a"\n    run_tags = var.tags\n  }\n  source "amazon-ebs.x" {\n    name = "b"\n    run_tags = var.tags\n  }\n}\n`,
      {machines: true}
    ],
    ['without an image', 'variable "tags" {}\n', none],
    [
      'merged behind others',
      source('run_tags = merge({ "bake-jenkins-ami:bake" = "x" }, var.tags, { Name = "x" })'),
      {machines: true}
    ],
    ['with the bake’s replaced', source('run_tags = merge(var.tags, { "bake-jenkins-ami:bake" = "x" })'), none],
    ...[
      'type = object({ Owner = string })\n  default = { Owner = "ci" }',
      'type = object({ Owner = optional(string) })',
      'default = { Owner = "ci" }',
      'type = any\n  default = { Owner = "ci" }',
      'type = list(string)',
      'type = string\n  default = ""'
    ].flatMap((declaration): [string, string, AwsUse['tags']][] => {
      const variable = `variable "tags" {\n  ${declaration}\n}\nlocals {\n  all = merge(var.tags, {})\n}\n`
      return [
        [`nowhere with ${declaration}`, variable + source(everything), none],
        [`nowhere with ${declaration}, merged`, variable + source('run_tags = local.all'), none]
      ]
    })
  ])('%s', (_, text, expected) => {
    expect(usesOf(text).tags).toMatchObject(expected)
  })

  it('in HCL2 written as JSON', () => {
    const json = {variable: {tags: {}}, source: {'amazon-ebs': {x: {ami_name: 'x', run_tags: '${var.tags}'}}}}
    expect(usesOf(JSON.stringify(json), 'own.pkr.json').tags.machines).toBe(true)
  })

  it('nowhere if the user gives another value for it', () => {
    const hcl = tags + source(everything)
    expect(usesOf(hcl, 'own.pkr.hcl', {tags: '{"Owner": "ci"}'}).tags).toEqual(none)
    expect(usesOf('variable "tags" {\n  default = null\n}\n' + source(everything)).tags).toEqual(all)
  })

  it('not in legacy JSON, which has no maps', () => {
    const json = {
      variables: {tags: ''},
      builders: [{type: 'amazon-ebs', ami_name: 'x', run_tags: {a: '{{user `tags`}}'}}]
    }
    const withText = {...json, builders: [{type: 'amazon-ebs', ami_name: 'x', run_tags: '{{user `tags`}}'}]}
    expect(usesOf(JSON.stringify(json), 'own.json').tags).toEqual(none)
    expect(usesOf(JSON.stringify(withText), 'own.json').tags).toEqual(none)
    // A variable that is only used has no value of its own.
    expect(usesOf(JSON.stringify({builders: withText.builders}), 'own.json').tags).toEqual(none)
    expect(usesOf(JSON.stringify({builders: json.builders}), 'own.json').tags).toEqual(none)
  })
})

it.each<[string, Partial<AwsUse>]>([
  ['spot_price = "auto"', {spot: true}],
  ['spot_instance_types = ["t3.medium"]', {spot: true}],
  ['encrypt_boot = true', {copiesAtHome: true}],
  ['ssh_interface = "session_manager"', {sessions: true}],
  ['iam_instance_profile = "x"', {profile: true}],
  ['security_group_ids = ["sg-1"]', {others: true}],
  ['security_group_filter {\n  filters = { name = "x" }\n}', {others: true}],
  ['ssh_keypair_name = "x"', {others: true}],
  ['placement {\n  tenancy = "host"\n}', {others: true}],
  ['fast_launch {\n  enable_fast_launch = true\n}', {fastLaunch: true}],
  ['communicator = "winrm"', {passwords: true}],
  ['decode_authorization_messages = true', {decodes: true}],
  ['user_data = aws_secretsmanager("x", null)', {secrets: true}],
  ['', {spot: false, copiesAtHome: false, sessions: false, profile: false, others: false, fastLaunch: false}],
  ['', {passwords: false, decodes: false, secrets: false, snapshots: [], unknownSnapshots: false}]
])('finds what %j takes', (settings, expected) => {
  expect(usesOf(source(settings))).toMatchObject(expected)
})

it('finds the data sources that read secrets', () => {
  expect(usesOf(`${source('')}data "amazon-parameterstore" "x" {\n  name = "x"\n}\n`).secrets).toBe(true)
})

it('finds snapshots in mappings, and those that cannot be known', () => {
  const id = 'snap-0123456789abcdef0'
  const mapping = (value: string) => source(`ami_block_device_mappings {\n  snapshot_id = ${value}\n}`)
  expect(usesOf(mapping(`"${id}"`))).toMatchObject({snapshots: [id], unknownSnapshots: false, others: true})
  const byVariable = `variable "s" {}\n${mapping('var.s')}`
  expect(usesOf(byVariable, 'own.pkr.hcl', {s: id})).toMatchObject({snapshots: [id], unknownSnapshots: false})
  expect(usesOf(byVariable)).toMatchObject({snapshots: [], unknownSnapshots: true})
})
