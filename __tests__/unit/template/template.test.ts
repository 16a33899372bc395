import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {openVariablesFile} from '../../../src/template/values.ts'
import {openTemplate, type Additions, type Template} from '../../../src/template/template.ts'
import {insistedOn, unusableVars, unusedInputs, variablesFile} from '../../../src/template/variables.ts'
import type {TemplateValues} from '../../../src/template/template-values.ts'

/** Opens a template of one file, with variables files. */
function open(name: string, text: string, files: Record<string, string> = {}, more: Additions = {}): Template {
  const folder = mkdtempSync(join(tmpdir(), 'template-'))
  const template = join(folder, name)
  writeFileSync(template, text)
  const varFiles = Object.entries(files).map(([file, content]) => {
    const location = join(folder, file)
    writeFileSync(location, content)
    return openVariablesFile(location, !name.includes('.pkr.'))
  })
  return openTemplate(template, '/shipped', {...more, varFiles})
}

const legacy = JSON.stringify({
  variables: {region: '', allowed_cidrs: '', deadline_minutes: '', tags: '', key: '', free: null},
  builders: [{type: 'amazon-ebs', name: 'x', ssh_username: 'ec2-user', ami_regions: ['eu-west-1', 'us-west-2']}]
})

const values: TemplateValues = {
  region: 'eu-west-1',
  ami_name: 'jenkins-1',
  source_ami: 'ami-0aaaaaaaaaaaaaaaa',
  root_device_name: '/dev/xvda',
  instance_type: 't3.medium',
  connect_via: 'public-ip' as const,
  allowed_cidrs: ['203.0.113.7/32', '198.51.100.0/24'],
  jenkins_version: '2.568.2',
  java_version: '21',
  deadline_minutes: 90,
  tags: {'bake-jenkins-ami:bake': 'x'}
}

it('writes texts alone for legacy JSON, lists with commas, and no map', () => {
  const template = open('own.json', legacy, {}, {vars: {key: '[1]'}})
  expect(template).toMatchObject({
    legacy: true,
    names: {copyRegions: ['eu-west-1', 'us-west-2'], loginUsers: ['ec2-user']}
  })
  expect(JSON.parse(variablesFile(template, values))).toEqual({
    region: 'eu-west-1',
    allowed_cidrs: '203.0.113.7/32,198.51.100.0/24',
    deadline_minutes: '90',
    key: '[1]'
  })
})

it('reads HCL2 in JSON', () => {
  const template = open(
    'own.pkr.json',
    JSON.stringify({
      variable: {region: {type: 'string'}, key: [{default: 'k'}]},
      source: {'amazon-ebs': {x: {profile: 'p', assume_role: {role_arn: 'arn:aws:iam::123456789012:role/r'}}}},
      build: {provisioner: [{ansible: {playbook_file: 'x.yml'}}]}
    })
  )
  expect([...template.variables]).toEqual(['region'])
  expect(template.names).toMatchObject({
    profiles: ['p'],
    roles: ['arn:aws:iam::123456789012:role/r'],
    components: ['amazon-ebs', 'ansible']
  })
})

it.each(['tags', 'run_tags', 'snapshot_tags', 'source_ami_filter'])('takes no name in %s for a setting', (map) => {
  const role_arn = 'arn:aws:iam::123456789012:role/r'
  const inner = {profile: 'web', snapshot_id: 'snap-0123456789abcdef0', spot_price: 'x', tenancy: 'y', region: 'z'}
  const builder = {assume_role: {role_arn}, profile: 'p', [map]: map.endsWith('tags') ? inner : {filters: inner}}
  const legacyBuilder = {builders: [{type: 'amazon-ebs', ...builder}]}
  const hcl2 = {source: {'amazon-ebs': {x: builder}}}
  for (const [name, text] of Object.entries({'own.json': legacyBuilder, 'own.pkr.json': hcl2})) {
    expect(open(name, JSON.stringify(text)).names).toMatchObject({
      profiles: ['p'],
      roles: [role_arn],
      uses: {spot: false, others: false, snapshots: []}
    })
  }
})

const hcl = `variable "region" {}
variable "tags" { type = map(string) }
variable "instance_type" { default = "t3.large" }
variable "source_ami" {}
variable "list" { type = list(string) }
variable "more" {}
source "amazon-ebs" "x" {
  region = var.region
}`

it('fills in what the user’s files do not give, what an input was given for, and always region and tags', () => {
  const files = {
    'a.pkrvars.hcl': 'region = "x"\ntags = {}\ninstance_type = "m5.large"\nsource_ami = "ami-0bbbbbbbbbbbbbbbb"'
  }
  expect([...open('own.pkr.hcl', hcl, files).variables]).toEqual(['region', 'tags', 'list', 'more'])
  const insisted = insistedOn(new Set(['source-ami', 'instance-types']))
  expect(open('own.pkr.hcl', hcl, files, {insisted}).variables).toContain('instance_type')
  const vars = {instance_type: 'c5.large'}
  expect(open('own.pkr.hcl', hcl, files, {insisted, vars}).variables).not.toContain('instance_type')
})

it('evaluates the values of a file for legacy JSON, which Packer does, too', () => {
  const variables = {where: '', force: '', other: '', own: 'us-west-2'}
  const builder = {type: 'amazon-ebs', name: 'x', region: '{{user `where`}}', force_deregister: '{{user `force`}}'}
  const text = JSON.stringify({variables, builders: [builder]})
  const files = {'a.json': JSON.stringify({where: '{{user `own`}}', force: '{{env `FORCE`}}', other: '{{env `GONE`}}'})}
  const template = open('own.json', text, files, {env: {FORCE: 'true'}, templateEnv: ['FORCE']})
  expect(template.sources[0]?.text('region')).toBe('us-west-2')
  expect(template.sources[0]?.isTrue('force_deregister')).toBe(true)
  expect([...template.problems.map(({message}) => message), ...template.warnings]).toContainEqual(
    expect.stringMatching(/: GONE is empty or not there/)
  )
})

it('knows a builder of legacy JSON by its evaluated name', () => {
  const builder = {type: 'amazon-ebs', name: 'jenkins-{{user `flavour`}}', instance_type: 'm5.large'}
  const text = JSON.stringify({variables: {flavour: 'server'}, builders: [builder, {type: 'amazon-ebs', name: 'west'}]})
  const [source, ...others] = open('own.json', text, {}, {arguments: ['-only=jenkins-server']}).sources
  expect(others).toEqual([])
  expect([source?.name, source?.text('instance_type')]).toEqual(['jenkins-server', 'm5.large'])
})

it('knows variables with names of other letters, and with dots', () => {
  const builder = {type: 'amazon-ebs', region: '{{user `my.var`}}', ami_name: '{{ user "größe" | upper }}'}
  const vars = {'my.var': 'us-west-2', größe: 'x'}
  const template = open('own.json', JSON.stringify({builders: [builder]}), {}, {vars})
  expect(unusableVars(template)).toEqual([])
  expect(template.sources[0]?.text('region')).toBe('us-west-2')
  const text = 'variable "größe" {}\nsource "amazon-ebs" "x" {\n  region = var.größe\n}\n'
  expect(open('own.pkr.hcl', text, {}, {vars: {größe: 'us-west-2'}}).sources[0]?.text('region')).toBe('us-west-2')
})

it('passes over folders that are called like files, and reads what links point to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'))
  mkdirSync(join(folder, 'old.pkr.hcl'))
  mkdirSync(join(folder, 'old.auto.pkrvars.hcl'))
  writeFileSync(join(folder, 'own.pkr.hcl'), 'variable "own" {}')
  writeFileSync(join(folder, 'elsewhere'), 'variable "linked" {}')
  symlinkSync('elsewhere', join(folder, 'linked.pkr.hcl'))
  expect([...openTemplate(folder, '/shipped').declared.keys()].toSorted()).toEqual(['linked', 'own'])
  // Packer refuses these, too.
  symlinkSync('nowhere', join(folder, 'broken.pkr.hcl'))
  expect(() => openTemplate(folder, '/shipped')).toThrow(/broken\.pkr\.hcl/)
  rmSync(join(folder, 'broken.pkr.hcl'))
  symlinkSync('old.pkr.hcl', join(folder, 'link.pkr.hcl'))
  expect(() => openTemplate(folder, '/shipped')).toThrow(/link\.pkr\.hcl is a folder/)
})

it('has no template in a folder that has only folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'))
  mkdirSync(join(folder, 'own.pkr.hcl'))
  expect(() => openTemplate(folder, '/shipped')).toThrow(/has no file that ends in/)
})

it('leaves braces in a file for HCL2 as they are', () => {
  const text = 'variable "free" {}\nsource "amazon-ebs" "x" {\n  region = var.free\n}\n'
  const {sources} = open('own.pkr.hcl', text, {'a.json': JSON.stringify({free: '{{user `region`}}'})})
  expect(sources[0]?.value('region')).toBe('{{user `region`}}')
})

describe('a variable called region', () => {
  const variable = (text: string) => `variable "region" {\n  default = "${text}"\n}\n`
  const builder = (text: string) => `source "amazon-ebs" "own" {\n  region = ${text}\n}\n`
  const regions = 'locals {\n  regions = {use1 = "eu-west-1"}\n  own = var.region\n}\n'

  it.each([
    ['use1', 'local.regions[var.region]', false],
    ['europe-west1', '"eu-west-1"', false],
    ['us-west-2', '"eu-west-1"', false],
    ['us-west-2', 'lower(var.region)', true],
    ['us-west-2', 'lower(local.own)', true],
    ['use1', 'var.region', true],
    ['use1', 'local.own', true],
    ['', 'local.regions[var.region]', true],
    ['us-gov-west-1', '"eu-west-1"', false]
  ])('%j, with region = %s in the builder', (text, inBuilder, expected) => {
    const template = open('own.pkr.hcl', variable(text) + regions + builder(inBuilder))
    expect(template.variables.has('region')).toBe(expected)
    expect(template.problems).toEqual([])
  })

  it('can be given in vars only where it is a name of its own', () => {
    const problems = (inBuilder: string, region: string) =>
      unusableVars(open('own.pkr.hcl', variable('use1') + regions + builder(inBuilder), {}, {vars: {region}}))
    expect(problems('local.regions[var.region]', 'use1')).toEqual([])
    expect(problems('local.regions[var.region]', 'eu-west-1')).toHaveLength(1)
    expect(problems('var.region', 'use1')).toHaveLength(1)
  })
})

describe('a source image in a file', () => {
  const builder = (lines: string) => `source "amazon-ebs" "own" {\n  ${lines}\n}\n`
  const filter = 'source_ami_filter {\n    owners = ["amazon"]\n    filters = {name = "x"}\n  }'
  const fills = (lines: string, source_ami: string, insisted = new Map<string, string>()) =>
    open('own.pkr.hcl', hcl + builder(lines), {'a.json': JSON.stringify({source_ami, more: ''})}, {insisted}).variables

  it.each([
    ['enter-yours', 'source_ami = var.source_ami', true],
    ['', 'source_ami = var.source_ami', true],
    ['ami-0123456789abcdef0', 'source_ami = var.source_ami', false],
    ['', `source_ami = var.source_ami\n  ${filter}`, false],
    ['enter-yours', `source_ami = var.source_ami\n  ${filter}`, false],
    ['', 'source_ami = var.source_ami != "" ? var.source_ami : data.amazon-ami.own.id', false],
    ['ubuntu*', 'source_ami_filter {\n    owners = ["amazon"]\n    filters = {name = var.source_ami}\n  }', false]
  ])('%j is replaced only where a builder needs one: %s', (source_ami, lines, expected) => {
    const filled = fills(lines, source_ami)
    expect(filled.has('source_ami')).toBe(expected)
    expect(filled.has('more')).toBe(false)
  })

  it('is replaced where it is a placeholder, also if legacy JSON has an empty default', () => {
    const builders = [{type: 'amazon-ebs', source_ami: '{{user `source_ami`}}'}]
    const text = JSON.stringify({variables: {source_ami: ''}, builders})
    const filled = (source_ami: string) =>
      open('own.json', text, {'a.json': JSON.stringify({source_ami})}).variables.has('source_ami')
    expect(filled('enter-yours')).toBe(true)
    expect(filled('ami-0123456789abcdef0')).toBe(false)
  })

  it('is replaced by the input that was given, also beside a filter', () => {
    const insisted = new Map([['source_ami', 'source-ami']])
    expect(fills(`source_ami = var.source_ami\n  ${filter}`, '', insisted).has('source_ami')).toBe(true)
  })

  it('stays empty beside a filter in legacy JSON, also where nobody declares it', () => {
    const opened = (source_ami_filter: object | undefined, variables: object) => {
      const text = {variables, builders: [{type: 'amazon-ebs', source_ami: '{{user `source_ami`}}', source_ami_filter}]}
      return open('own.json', JSON.stringify(text))
    }
    for (const variables of [{}, {source_ami: ''}]) {
      const {variables: filled, sources} = opened({filters: {name: 'x'}, owners: ['amazon']}, variables)
      expect(filled.has('source_ami')).toBe(false)
      expect(sources[0]?.imageQuery()).toEqual({owners: ['amazon'], filters: [['name', ['x']]]})
      expect(opened(undefined, variables).variables.has('source_ami')).toBe(true)
    }
  })
})

describe('how a builder finds its source image', () => {
  const queryOf = (sourceAmi: string, more = '', additions = {}) => {
    const sources = 'source "amazon-ebs" "own" {\n  source_ami = ' + sourceAmi + '\n}\n'
    const text = `${sources}build {\n  sources = ["amazon-ebs.own"]\n}\n${more}`
    return open('own.pkr.hcl', text, {}, additions).sources[0]?.imageQuery()
  }
  const ami = 'data "amazon-ami" "base" {\n  owners = ["amazon"]\n  filters = {name = "debian-*"}\n}\n'
  const parameter = (name: string) => `data "amazon-parameterstore" "base" {\n  name = ${name}\n}\n`
  const ofAmi = {dataSource: 'data.amazon-ami.base', owners: ['amazon'], filters: [['name', ['debian-*']]]}
  const ofParameter = {dataSource: 'data.amazon-parameterstore.base', parameter: '/base'}

  it.each<[string, string, unknown]>([
    ['data.amazon-ami.base.id', ami, ofAmi],
    ['"${data.amazon-ami.base.id}"', ami, ofAmi],
    ['local.a', `locals {\n  a = local.b\n  b = data.amazon-ami.base.id\n}\n${ami}`, ofAmi],
    ['data["amazon-ami"].base["id"]', ami, ofAmi],
    ['var.base != "" ? var.base : data.amazon-ami.base.id', `variable "base" {\n  default = ""\n}\n${ami}`, ofAmi],
    [
      'var.base != "" ? var.base : data.amazon-ami.base.id',
      `variable "base" {\n  default = "ami-0123456789abcdef0"\n}\n${ami}`,
      {id: 'ami-0123456789abcdef0'}
    ],
    [
      'var.arm ? data.amazon-ami.arm.id : data.amazon-ami.base.id',
      `variable "arm" {\n  default = false\n}\n${ami}`,
      ofAmi
    ],
    [
      '{a = data.amazon-ami.base.id, b = data.amazon-ami.arm.id}[var.k]',
      `variable "k" {\n  default = "a"\n}\n${ami}`,
      ofAmi
    ],
    ['[data.amazon-ami.base][0].id', ami, ofAmi],
    ['local.base.id', `locals {\n  base = data.amazon-ami.base\n}\n${ami}`, ofAmi],
    ['local.all.base.id', `locals {\n  all = data.amazon-ami\n}\n${ami}`, ofAmi],
    ['coalesce("", data.amazon-ami.base.id)', ami, ofAmi],
    ['data.amazon-parameterstore.base.value', parameter('"/${lower("BASE")}"'), ofParameter],
    ['local.a', `locals {\n  a = data.amazon-parameterstore.base.value\n}\n${parameter('"/base"')}`, ofParameter]
  ])('is known of source_ami = %s', (sourceAmi, more, expected) => {
    expect(queryOf(sourceAmi, more)).toEqual(expected)
  })

  it.each([
    ['true', {...ofAmi, includeDeprecated: true}],
    ['"true"', {...ofAmi, includeDeprecated: true}],
    ['var.x', {...ofAmi, includeDeprecated: true}],
    ['false', ofAmi],
    ['null', ofAmi],
    ['file("x")', undefined]
  ])('is with deprecated images where include_deprecated = %s', (value, expected) => {
    const more = `include_deprecated = ${value}`
    const variable = 'variable "x" {\n  default = true\n}\n'
    expect(queryOf('data.amazon-ami.base.id', variable + ami.replace('}\n}', `}\n  ${more}\n}`))).toEqual(expected)
    const filter = `null\n  source_ami_filter {\n    owners = ["amazon"]\n    filters = {name = "debian-*"}\n    ${more}\n  }`
    const own = expected && {...expected, dataSource: undefined}
    expect(queryOf(filter, variable)).toEqual(own)
  })

  it.each([
    ['region = "eu-west-1"', true],
    ['region = var.region', true],
    ['region = ""', true],
    ['profile = ""', true],
    ['assume_role {\n    role_arn = ""\n  }', true],
    ['region = "us-east-1"', false],
    ['region = file("x")', false],
    ['profile = "other"', false],
    ['access_key = "AKIAIOSFODNN7EXAMPLE"', false],
    ['token = file("x")', false],
    ['custom_endpoint_ec2 = "https://ec2.example.com"', false],
    ['assume_role {\n    role_arn = "arn:aws:iam::111122223333:role/reader"\n  }', false],
    [
      'dynamic "assume_role" {\n    for_each = ["x"]\n    content {\n      role_arn = assume_role.value\n    }\n  }',
      false
    ],
    ['vault_aws_engine {\n    name = "x"\n  }', false]
  ])('is known of a data source that asks as the bake does: %s (%s)', (line, isKnown) => {
    const variable = 'variable "region" {}\n'
    const data = [
      ['data.amazon-ami.base.id', ami.replace('}\n}', `}\n  ${line}\n}`), ofAmi],
      ['data.amazon-parameterstore.base.value', parameter(`"/base"\n  ${line}`), ofParameter]
    ] as const
    for (const [answer, block, expected] of data) {
      expect(queryOf(answer, variable + block, {region: 'eu-west-1'})).toEqual(isKnown ? expected : undefined)
    }
  })

  it.each([
    ['data.amazon-ami.base.name', ami],
    ['lower(data.amazon-ami.base.id)', ami],
    ['upper(data.amazon-ami.base.id)', ami],
    ['"x-${data.amazon-ami.base.id}"', ami],
    ['try(data.amazon-ami.base.name, data.amazon-ami.base.id)', ami],
    ['env("X") == file("x") ? data.amazon-ami.base.id : "ami-0123456789abcdef0"', ami],
    // Only AWS knows which condition is true.
    ['data.amazon-ami.base.id == "x" ? data.amazon-ami.base.id : "ami-0123456789abcdef0"', ami],
    ['startswith(data.amazon-ami.base.id, "ami-") ? data.amazon-ami.base.id : "ami-0123456789abcdef0"', ami],
    ['length(data.amazon-ami.base.id) > 20 ? data.amazon-ami.base.id : "ami-0123456789abcdef0"', ami],
    ['contains(["x"], data.amazon-ami.base.id) ? "ami-0123456789abcdef0" : data.amazon-ami.base.id', ami],
    ['contains([data.amazon-ami.base.id], "x") ? "ami-0123456789abcdef0" : data.amazon-ami.base.id', ami],
    ['data.amazon-ami.base', ami],
    ['data.amazon-ami[file("x")].id', ami],
    ['data.amazon-ami.other.id', ami],
    ['data.amazon-parameterstore.base.arn', parameter('"/base"')],
    ['data.amazon-parameterstore.base.value', parameter('file("name")')],
    ['local.a', `locals {\n  a = local.b\n  b = local.a\n}\n`]
  ])('is only known to Packer of source_ami = %s', (sourceAmi, more) => {
    expect(queryOf(sourceAmi, more)).toBeUndefined()
  })
})

it('hands the user’s variables on, and reads them as JSON where they are no texts', () => {
  const template = open('own.pkr.hcl', hcl, {}, {vars: {list: '["a"]', more: '["a"]', instance_type: 'x=y "z"'}})
  expect(JSON.parse(variablesFile(template, values))).toMatchObject({
    list: ['a'],
    more: '["a"]',
    instance_type: 'x=y "z"',
    region: 'eu-west-1'
  })
})

it('refuses variables that the template does not declare, and those that only the action may fill in', () => {
  const messages = unusableVars(open('own.pkr.hcl', hcl, {}, {vars: {nope: '1', region: 'x', more: ''}})).map(
    ({message}) => message
  )
  expect(messages).toEqual([
    expect.stringMatching(/^Input 'vars': the template .*own\.pkr\.hcl declares no variable 'nope'$/),
    "Input 'vars': 'region' is filled in by the action: set the input 'aws-region'"
  ])
})

it('has no use for an input whose variable is not declared, unless the smoke test has', () => {
  const template = open('own.pkr.hcl', 'variable "region" {}')
  const unused = unusedInputs(template, new Set(['source-ami', 'allowed-cidrs', 'instance-types']))
  expect(unused.map(({input}) => input)).toEqual(['source-ami'])
})

it.each([
  ['own.json', '{"builders": [\n  {"type": "secret" 1}\n]}', /own\.json is not valid JSON \(line 2\)$/],
  ['own.json', '{"a": {\n', /own\.json is not valid JSON \(line 2\)$/],
  ['own.json', '{"name": "x"}', /own\.json is not a template: it has no "builders"$/],
  ['own.txt', '', /own\.txt is not a template; expected a file that ends in \.pkr\.hcl/]
])('refuses %s with %j', (name, text, message) => {
  expect(() => open(name, text)).toThrow(message)
})

it('reads the files that Packer reads by itself beside a folder’s templates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'template-'))
  writeFileSync(join(folder, 'a.pkr.hcl'), hcl)
  writeFileSync(join(folder, 'b.auto.pkrvars.hcl'), 'instance_type = "m5.large"')
  expect(openTemplate(folder, '/shipped').variables).not.toContain('instance_type')
})

const mixed = `variable "source_ami" {}
locals { base = var.source_ami }
source "amazon-ebs" "debian" {
  source_ami_filter { filters = { name = "debian-13-*" } }
  ssh_username = "admin"
}
source "amazon-ebs" "ubuntu" {
  source_ami = local.base
  ssh_username = "ubuntu"
}
source "amazon-ebs" "amazon" {
  source_ami = var.source_ami
  ssh_username = "ec2-user"
}
build { sources = ["amazon-ebs.debian", "amazon-ebs.ubuntu", "amazon-ebs.amazon"] }`

it.each([
  [[], ['ubuntu', 'ec2-user']],
  [['-only=amazon-ebs.ubuntu'], ['ubuntu']],
  [['-except=amazon-ebs.ubuntu'], ['ec2-user']],
  [['-only=amazon-ebs.debian'], ['admin']]
])('knows with %j who logs in on the source image that is filled in: %j', (given, users) => {
  expect(open('own.pkr.hcl', mixed, {}, {arguments: given}).names.loginUsers).toEqual(users)
})

it('writes a list with commas where the variable is a string', () => {
  const written = (type: string) =>
    JSON.parse(variablesFile(open('own.pkr.hcl', `variable "allowed_cidrs" { type = ${type} }`), values))
  expect(written('string')).toEqual({allowed_cidrs: '203.0.113.7/32,198.51.100.0/24'})
  expect(written('list(string)')).toEqual({allowed_cidrs: values.allowed_cidrs})
})

it('has no use for an input whose variable has another type, and leaves that to vars', () => {
  const own = 'variable "region" { type = map(string) }\nvariable "source_ami" { type = map(string) }'
  const template = open('own.pkr.hcl', own, {}, {vars: {region: '{"dev": "eu-west-1"}'}})
  expect(unusedInputs(template, new Set(['source-ami'])).map(({message}) => message)).toEqual([
    expect.stringMatching(/'source_ami' of the template .* has another type\. Give it the type string, or leave/)
  ])
  expect(unusableVars(template)).toEqual([])
})

const onHcp = (kind: string) => `data "${kind}" "x" {\n  bucket_name = "b"\n}\n`
const inJson = JSON.stringify({data: {'hcp-packer-version': {x: {bucket_name: 'b'}}}})

it.each([
  ['own.pkr.hcl', 'hcp_packer_registry {}', {}, true],
  ['own.pkr.hcl', onHcp('hcp-packer-version'), {}, true],
  ['own.pkr.hcl', onHcp('hcp-packer-artifact'), {}, true],
  ['own.pkr.hcl', onHcp('hcp-packer-iteration'), {}, true],
  ['own.pkr.hcl', onHcp('hcp-packer-image'), {}, true],
  ['own.pkr.json', inJson, {}, true],
  ['own.json', legacy, {HCP_PACKER_BUCKET_NAME: 'b'}, true],
  ['own.json', legacy, {HCP_PACKER_REGISTRY: 'on'}, true],
  ['own.json', legacy, {}, false],
  ['own.pkr.hcl', onHcp('amazon-ami'), {HCP_PACKER_BUCKET_NAME: ''}, false]
])('hands the credentials for HCP Packer on: %s %s with %j', (name, text, more, expected) => {
  const keys = {HCP_CLIENT_ID: 'a', HCP_CLIENT_SECRET: 'b', HCP_PROJECT_ID: 'c', HCP_ORGANIZATION_ID: 'd'}
  const env = {...keys, ...more}
  const {environment, problems} = open(name, text, {}, {env})
  expect(environment).toEqual(expected ? Object.keys(env) : [])
  expect(problems).toEqual([])
  const refused = open(name, text, {}, {env: more}).problems.map(({message}) => message)
  expect(refused.map((message) => message.includes('HCP_CLIENT_ID and HCP_CLIENT_SECRET are not in'))).toEqual(
    expected ? [true] : []
  )
})

const login = (user: string, more = '') => `source "amazon-ebs" "x" {\n  ssh_username = ${user}\n}\n${more}`
const byName = 'locals {\n  cfg = yamldecode(file("c.yml"))\n  users = { ubuntu = "ubuntu", debian = "admin" }\n'

it.each([
  ['local.cfg[var.os].user', [], 'variable "os" { default = "ubuntu" }\n'],
  ['local.users[var.os]', ['admin'], 'variable "os" { default = "debian" }\n'],
  ['local.users[local.cfg.os]', [], ''],
  ['lookup(local.users, local.cfg.os, "ec2-user")', [], ''],
  ['"${local.cfg.prefix}-ubuntu"', [], ''],
  ['try(local.cfg.user, "ubuntu")', [], ''],
  ['local.cfg.arm ? "ubuntu" : "admin"', ['ubuntu', 'admin'], ''],
  ['local.cfg.arm ? local.cfg.user : "admin"', ['admin'], ''],
  ['var.arm ? local.cfg.user : "admin"', [], 'variable "arm" { default = true }\n'],
  ['local.user', ['fedora', 'rocky'], 'local "user" {\n  expression = local.cfg.a ? "fedora" : "rocky"\n}\n'],
  ['local.a', [], 'local "a" {\n  expression = local.b\n}\nlocal "b" {\n  expression = local.a\n}\n'],
  ['var.ssh_username', ['rocky'], 'variable "ssh_username" { default = "rocky" }\n']
])('knows who logs in as %s, or nobody: %j', (user, expected, more) => {
  const insisted = new Map([['ssh_username', 'ssh-username']])
  const {names} = open('own.pkr.hcl', login(user, `${byName}}\n${more}`), {}, {insisted})
  expect(names.loginUsers).toEqual(expected)
})

it('converts a value as the template does', () => {
  const text = 'source "amazon-ebs" "x" {\n  force_deregister = convert("1", bool)\n}\n'
  expect(open('own.pkr.hcl', text).sources[0]?.value('force_deregister')).toBe(true)
})

it('counts the builders that make an image', () => {
  const builder = (name: string, more = '') => `source "amazon-ebs" "${name}" {\n  ami_name = "${name}"\n  ${more}\n}\n`
  const text = builder('one') + builder('two', 'skip_create_ami = true') + builder('three', 'skip_create_ami = false')
  expect(open('own.pkr.hcl', text).names.images).toBe(2)
})
