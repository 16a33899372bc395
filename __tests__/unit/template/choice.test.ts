import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {openVariablesFile} from '../../../src/template/values.ts'
import {openTemplate, type Additions} from '../../../src/template/template.ts'
import {unusableVars} from '../../../src/template/variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'choice-'))

function open(hcl: string, additions: Additions = {}) {
  const file = join(folder, 'own.pkr.hcl')
  writeFileSync(file, hcl)
  return openTemplate(file, '/shipped', additions)
}

it.each(['default = null', 'default = ""'])('says of no replacement where %s holds the place', (fallback) => {
  const hcl = `variable "region" {\n  type = string\n  ${fallback}\n}\nvariable "subnet_id" {\n  ${fallback}\n}\n`
  const {variables, replaced} = open(hcl, {insisted: new Map([['subnet_id', 'subnet-ids']])})
  expect([...variables]).toEqual(['region', 'subnet_id'])
  expect(replaced).toEqual([])
})

it('says what an input replaces', () => {
  const hcl = 'variable "region" {\n  default = "eu-west-1"\n}\n'
  expect(open(hcl).replaced).toEqual([{variable: 'region', input: 'aws-region', before: 'eu-west-1'}])
})

function filledIn(setting: string, line: string, fallback: string, more = '') {
  const variable = `variable "${setting}" {\n  type = string\n  default = ${fallback}\n}\n`
  const source = `source "amazon-ebs" "own" {\n  ${line}\n}\nbuild {\n  sources = ["amazon-ebs.own"]\n}\n`
  return [...open(variable + more + source).variables]
}

it.each<[string, string, string, string?]>([
  ['source_ami', 'source_ami = var.source_ami', 'null'],
  ['instance_type', 'instance_type = "${var.instance_type}"', '""'],
  ['ami_name', 'ami_name = (local.name)', '""', 'locals {\n  name = local.other\n  other = var.ami_name\n}\n']
])('fills in the empty %s where it is the whole setting: %s', (setting, line, fallback, more = '') => {
  expect(filledIn(setting, line, fallback, more)).toEqual([setting])
})

it.each<[string, string, string, string?]>([
  ['source_ami', 'source_ami = coalesce(var.source_ami, data.amazon-ami.base.id)', 'null'],
  ['instance_type', 'instance_type = coalesce(var.instance_type, "m5.large")', '""'],
  ['instance_type', 'instance_type = var.instance_type == "" ? "m5.large" : var.instance_type', '""'],
  ['ami_name', 'ami_name = "jenkins-own${var.ami_name}"', '""'],
  ['ami_name', 'ami_name = local.name', '""', 'locals {\n  name = "own${var.ami_name}"\n}\n'],
  ['java_version', 'ami_name = "jenkins${var.java_version}-{{timestamp}}"', '""'],
  ['java_version', 'ami_name = var.java_version', '""'],
  ['ami_name', 'ami_name = local.a', '""', 'locals {\n  a = local.b\n  b = local.a\n}\n']
])('leaves the empty %s alone where it is not the whole setting: %s', (setting, line, fallback, more = '') => {
  expect(filledIn(setting, line, fallback, more)).toEqual([])
})

it.each([
  {given: [], filled: ['instance_type']},
  {given: ['-only=amazon-ebs.chosen'], filled: []},
  {given: ['-except=amazon-ebs.own'], filled: []},
  {given: ['-only=amazon-ebs.own'], filled: ['instance_type']}
])('fills in what the builds that run need: $given', ({given, filled}) => {
  const hcl = `variable "instance_type" {
  default = ""
}
source "amazon-ebs" "own" {
  instance_type = var.instance_type
}
source "amazon-ebs" "chosen" {
  instance_type = coalesce(var.instance_type, "m5.large")
}
build {
  sources = ["amazon-ebs.own", "amazon-ebs.chosen"]
}
`
  expect([...open(hcl, {arguments: given}).variables]).toEqual(filled)
})

it.each([
  ['region', 'type = map(string)', false],
  ['region', 'default = { dev = "us-west-2" }', false],
  ['region', 'type = list(string)', false],
  ['region', 'type = string', true],
  ['region', 'type = any', true],
  ['source_ami', 'type = object({ id = string })', false],
  ['allowed_cidrs', 'type = string', true],
  ['allowed_cidrs', 'type = set(string)', true],
  ['allowed_cidrs', 'type = list(object({ cidr = string }))', false],
  ['allowed_cidrs', 'type = map(string)', false],
  ['volume_size', 'type = string', true],
  ['volume_size', 'type = list(number)', false],
  ['java_version', 'type = number', true],
  ['subnet_id', 'type = number', false],
  ['allow_anonymous', 'type = bool', true],
  ['tags', 'type = list(string)', false],
  ['tags', 'type = map(string)', true],
  ['tags', 'type = map(any)\n  default = { Owner = 1 }', true],
  ['tags', 'type = map(number)', false],
  ['tags', 'default = {}', true],
  ['tags', 'type = map(string)\n  default = { Owner = null }', true],
  ['tags', 'default = null', true],
  ['tags', 'type = any\n  default = {}', true],
  ['tags', 'default = { Owner = "ci" }', false],
  ['tags', 'type = any\n  default = { Owner = "ci" }', false],
  ['tags', 'default = { Owner = "ci", builds = 1, temporary = true }', false],
  ['tags', 'default = { Owner = { name = "ci" } }', false],
  ['tags', 'default = [{ key = "Owner", value = "ci" }]', false],
  ['tags', 'default = ""', false],
  ['allowed_cidrs', 'default = []', true],
  ['allowed_cidrs', 'default = ["10.0.0.0/8"]', true],
  ['allowed_cidrs', 'default = [{ cidr = "10.0.0.0/8" }]', false],
  ['allowed_cidrs', 'default = { vpn = "10.0.0.0/8" }', false],
  ['source_ami', 'default = ["ami-01234567"]', false],
  ['volume_size', 'default = "30"', true],
  ['volume_size', 'default = true', false],
  ['jenkins_version', 'default = 2.440', false],
  ['others', 'type = list(number)', true]
])('fills in %s with %s: %s', (name, line, expected) => {
  const {variables} = open(`variable "${name}" {\n  ${line}\n}\n`, {insisted: new Map([[name, 'x']])})
  expect(variables.has(name)).toBe(expected)
})

describe('leaves an empty variable empty where another setting stands in for it:', () => {
  const insisted = new Map([['instance_type', 'instance-types']])
  const empty = (name: string) => `variable "${name}" {\n  type = string\n  default = ""\n}\n`
  const spot = empty('instance_type') + 'variable "spot" {\n  type = list(string)\n  default = ["m6i.large"]\n}\n'
  const source = (lines: string, name = 'own') => `source "amazon-ebs" "${name}" {\n  ${lines}\n}\n`
  const onType = 'instance_type = var.instance_type'

  it.each<[string, string, readonly boolean[]]>([
    ['spot types', source(`${onType}\n  spot_instance_types = var.spot`), [false, false]],
    ['spot types in place', source(`${onType}\n  spot_instance_types = ["m6i.large"]`), [false, false]],
    ['no spot types', source(`${onType}\n  spot_instance_types = []`), [true, true]],
    ['null for spot types', source(`${onType}\n  spot_instance_types = null`), [true, true]],
    ['spot types that only Packer knows', source(`${onType}\n  spot_instance_types = f(var.spot)`), [false, true]],
    [
      'spot types where there is no type',
      source(`${onType}\n  spot_instance_types = var.instance_type == "" ? var.spot : []`),
      [false, true]
    ],
    ['a type that falls back', source(`instance_type = coalesce(var.instance_type, "m5.large")`), [false, true]],
    [
      'spot types in one of two',
      source(`${onType}\n  spot_instance_types = var.spot`) + source(onType, 'other'),
      [true, true]
    ]
  ])('instance_type beside %s', (_, hcl, [open_, given]) => {
    expect(open(spot + hcl).variables.has('instance_type')).toBe(open_)
    expect(open(spot + hcl, {insisted}).variables.has('instance_type')).toBe(given)
  })

  it('instance_type beside spot types in legacy JSON', () => {
    const file = join(folder, 'own.json')
    const builder = {type: 'amazon-ebs', instance_type: '{{user `instance_type`}}'}
    const opened = (variables: object, more: object) => {
      writeFileSync(file, JSON.stringify({variables, builders: [{...builder, ...more}]}))
      return openTemplate(file, '/shipped', {insisted}).variables.has('instance_type')
    }
    for (const variables of [{instance_type: ''}, {}]) {
      expect(opened(variables, {})).toBe(true)
      expect(opened(variables, {spot_instance_types: ['m6i.large']})).toBe(false)
      expect(opened(variables, {spot_instance_types: 'm6i.large,m5.large'})).toBe(false)
    }
  })

  it.each([
    ['communicator = "winrm"', false],
    ['communicator = "none"', false],
    ['communicator = "ssh"', true],
    ['', true]
  ])('ssh_username with %j', (line, expected) => {
    const hcl = empty('ssh_username') + source(`ssh_username = var.ssh_username\n  ${line}`)
    expect(open(hcl).variables.has('ssh_username')).toBe(expected)
  })
})

it('leaves empty variables of legacy JSON alone that it has no value for', () => {
  const file = join(folder, 'own.json')
  const settings = ['security_group_id', 'ami_regions', 'tags', 'allow_anonymous', 'subnet_id', 'allowed_cidrs']
  const variables = Object.fromEntries(settings.map((name) => [name, '']))
  const own = Object.fromEntries(settings.slice(0, 2).map((name) => [name, `{{user \`${name}\`}}`]))
  const builders = [{type: 'amazon-ebs', ami_name: 'x', ...own}]
  writeFileSync(file, JSON.stringify({variables: {...variables, asked: null}, builders}))
  const {variables: filled, names, warnings} = openTemplate(file, '/shipped')
  expect([...filled]).toEqual(['allow_anonymous', 'subnet_id', 'allowed_cidrs', 'asked'])
  expect(names.copiesAnywhere).toBe(false)
  expect(warnings).toEqual([expect.stringMatching(/lets everybody/)])
})

const needed = ['ami_name', 'instance_type', 'ssh_username', 'source_ami']
const needing = [
  ...needed.map((name) => `variable "${name}" {\n  default = "own"\n}\n`),
  'source "amazon-ebs" "own" {\n',
  ...needed.map((name) => `  ${name} = var.${name}\n`),
  '}\nbuild {\n  sources = ["amazon-ebs.own"]\n}\n'
].join('')

it.each([
  ['""', needed],
  ['null', needed],
  ['"ami-0123456789abcdef0"', []]
])('fills in what a file of variables leaves empty where a builder needs it: %s', (value, expected) => {
  const location = join(folder, 'own.pkrvars.hcl')
  writeFileSync(location, needed.map((name) => `${name} = ${value}\n`).join(''))
  const varFiles = [openVariablesFile(location, false)]
  expect([...open(needing, {varFiles}).variables]).toEqual(expected)
  // Nothing asks for it there.
  expect([
    ...open(needing.replaceAll('= var', '= lower(var').replaceAll(/(var\.\w+)$/gm, '$1)'), {varFiles}).variables
  ]).toEqual([])
})

it.each([
  ['', needed],
  ['ami-0123456789abcdef0', []]
])('fills in what PKR_VAR_… leaves empty where a builder needs it: %j', (value, expected) => {
  const env = Object.fromEntries(needed.map((name) => [`PKR_VAR_${name}`, value]))
  expect([...open(needing, {env}).variables]).toEqual(expected)
})

it('keeps an empty value of a file for legacy JSON where no builder needs one', () => {
  const location = join(folder, 'own-vars.json')
  writeFileSync(location, '{"allowed_cidrs": "", "ami_name": ""}')
  const file = join(folder, 'own.json')
  const builders = [{type: 'amazon-ebs', ami_name: '{{user `ami_name`}}', instance_type: '{{user `instance_type`}}'}]
  writeFileSync(file, JSON.stringify({variables: {allowed_cidrs: '', ami_name: '', instance_type: ''}, builders}))
  const {variables} = openTemplate(file, '/shipped', {varFiles: [openVariablesFile(location, true)]})
  expect([...variables]).toEqual(['ami_name', 'instance_type'])
})

describe('a variable region that no builder has its own from', () => {
  const builder = (line: string) => `source "amazon-ebs" "own" {\n  ${line}\n}\n`
  const variable = 'variable "region" {\n  default = "us-west-2"\n}\n'
  const additions = {region: 'eu-west-1'}

  it.each([
    ['for copies, in a builder without a region', builder('ami_regions = [var.region]')],
    ['for copies', builder('region = "eu-west-1"\n  ami_regions = [var.region]')],
    ['for a tag', builder('tags = { home = var.region }')]
  ])('is the template’s: %s', (_, text) => {
    const {variables, names} = open(variable + text, additions)
    expect([...variables]).toEqual([])
    expect(names.copyRegions).toEqual(text.includes('ami_regions') ? ['us-west-2'] : [])
    expect(unusableVars(open(variable + text, {...additions, vars: {region: 'us-east-1'}}))).toEqual([])
  })

  it('is filled in where a data source looks there', () => {
    const data = 'data "amazon-ami" "base" {\n  region = var.region\n  owners = ["amazon"]\n}\n'
    expect([...open(variable + data + builder('source_ami = data.amazon-ami.base.id'), additions).variables]).toEqual([
      'region'
    ])
  })
})
