import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate, type Additions} from '../../../src/template/template.ts'

const base = `variable "sizes" {
  type    = map(string)
  default = { small = "t3.medium", large = "m5.large" }
}
variable "bases" { default = ["base", "other"] }
source "amazon-ebs" "base" {
  region = "us-east-1"
  temporary_security_group_source_cidrs = ["192.0.2.1/32"]
}
source "amazon-ebs" "other" {
  region = "us-east-1"
  temporary_security_group_source_cidrs = ["192.0.2.1/32"]
}
`

const dynamic = (content: string, labels = '["amazon-ebs.base"]', over = 'var.sizes') =>
  `${base}build {\n  dynamic "source" {\n    for_each = ${over}\n    labels   = ${labels}\n    content {\n${content}\n    }\n  }\n}\n`

function opened(text: string, additions: Additions = {}, name = 'own.pkr.hcl') {
  const file = join(mkdtempSync(join(tmpdir(), 'dynamic-')), name)
  writeFileSync(file, text)
  const template = openTemplate(file, '/shipped', {region: 'us-east-1', ...additions})
  return {...template, messages: template.problems.map(({message}) => message)}
}

const named = 'name = source.key\nami_name = "x-${source.key}"\ninstance_type = source.value\n'

it('makes a build for each repetition, with its own settings', () => {
  const {sources, messages} = opened(dynamic(named))
  expect(messages).toEqual([])
  expect(
    sources.map((source) => [source.name, source.text('instance_type'), source.text('ami_name'), source.text('region')])
  ).toEqual([
    ['amazon-ebs.large', 'm5.large', 'x-large', 'us-east-1'],
    ['amazon-ebs.small', 't3.medium', 'x-small', 'us-east-1']
  ])
  expect(opened(dynamic(named), {arguments: ['-only=amazon-ebs.small']}).sources.map(({name}) => name)).toEqual([
    'amazon-ebs.small'
  ])
  expect(opened(dynamic(named), {arguments: ['-only=amazon-ebs.base']}).messages).toEqual([
    expect.stringContaining('matches no build of the template; it has amazon-ebs.large, amazon-ebs.small')
  ])
})

it('refuses in each repetition what is refused elsewhere', () => {
  const {messages} = opened(
    dynamic(
      `${named}force_deregister = source.key == "small"\nregion = source.key == "large" ? "us-west-2" : "us-east-1"`
    )
  )
  expect(messages).toEqual([
    expect.stringMatching(/line \d+: amazon-ebs\.large builds in us-west-2/),
    expect.stringMatching(/line \d+: amazon-ebs\.small says force_deregister/)
  ])
})

it('takes values that an input gives', () => {
  const text = dynamic(`${named}force_deregister = true`)
  expect(opened(text, {vars: {sizes: '{"tiny": "t3.nano"}'}}).messages).toEqual([
    expect.stringContaining('amazon-ebs.tiny says force_deregister')
  ])
  const own = 'variable "region" { default = "eu-west-1" }\n'
  const regions = dynamic('region = source.value\nami_name = "x"', undefined, '{ a = var.region }')
  expect(opened(own + regions).messages).toEqual([])
})

it.each([
  ['a name with a prefix', '["source.amazon-ebs.${source.value}"]', 'var.bases'],
  ['an item', '[source.value]', '["amazon-ebs.base", "amazon-ebs.other"]'],
  ['a key', '["amazon-ebs.${source.key}"]', '{ base = 1, other = 2 }'],
  ['an iterator of another name', '["amazon-ebs.${s.value}"]', 'var.bases\n    iterator = s']
])('adds to the builder that the label names: %s', (_, labels, over) => {
  const {messages, sources} = opened(dynamic('force_deregister = true', labels, over))
  expect(sources.map(({name}) => name)).toEqual(['amazon-ebs.base', 'amazon-ebs.other'])
  expect(messages).toEqual([
    expect.stringContaining('amazon-ebs.base says force_deregister'),
    expect.stringContaining('amazon-ebs.other says force_deregister')
  ])
})

it('takes every builder for the one that a label means which only Packer knows', () => {
  const text = dynamic('force_deregister = true', '["amazon-ebs.${jsondecode(file("x"))}"]', '[1]')
  const {messages} = opened(text, {arguments: ['-only=amazon-ebs.mine']})
  expect(messages).toEqual([
    expect.stringContaining('amazon-ebs.base says force_deregister'),
    expect.stringContaining('amazon-ebs.other says force_deregister')
  ])
})

it('takes a block to be there if only Packer knows how often it is repeated', () => {
  const over = 'jsondecode(file("x"))'
  const sure = opened(dynamic('force_deregister = true\nname = source.key', undefined, over), {
    arguments: ['-only=amazon-ebs.mine']
  })
  expect(sure.messages).toEqual([expect.stringContaining('amazon-ebs.base says force_deregister')])
  const perhaps = opened(dynamic('force_deregister = source.value', undefined, over))
  expect(perhaps.messages).toEqual([])
  expect(perhaps.warnings).toEqual([expect.stringContaining('force_deregister with a value that only Packer knows')])
})

it.each([
  ['a list by its positions', 'list(string)', ['amazon-ebs.z0', 'amazon-ebs.z1']],
  ['a tuple by its positions', 'any', ['amazon-ebs.z0', 'amazon-ebs.z1']],
  ['a set by its items', 'set(string)', ['amazon-ebs.za', 'amazon-ebs.zb']]
])('knows the repetitions of %s', (_, type, names) => {
  const zones = `variable "zones" {\n  type = ${type}\n  default = ["b", "a"]\n}\n`
  const {sources} = opened(zones + dynamic('name = "z${source.key}"', undefined, 'var.zones'))
  expect(sources.map(({name}) => name)).toEqual(names)
})

it('knows a list that is made of a set by its positions', () => {
  const zones = `variable "zones" {\n  type = set(string)\n  default = ["b", "a"]\n}\n`
  const {sources} = opened(zones + dynamic('name = "z${source.key}"', undefined, '[for zone in var.zones : zone]'))
  expect(sources.map(({name}) => name)).toEqual(['amazon-ebs.z0', 'amazon-ebs.z1'])
})

it('makes no build of a block that is not repeated', () => {
  const text = dynamic('force_deregister = true', undefined, '{}')
  const {messages, sources} = opened(text.replace('build {', 'build {\n  sources = ["amazon-ebs.other"]'))
  expect(sources.map(({name}) => name)).toEqual(['amazon-ebs.other'])
  expect(messages).toEqual([])
})

it('reads the blocks inside of it, dynamic ones too', () => {
  const cooldown =
    'dynamic "deregistration_protection" {\n for_each = source.value == "m5.large" ? [true] : []\n content {\n with_cooldown = deregistration_protection.value\n }\n}'
  expect(opened(dynamic(`name = source.key\n${cooldown}`)).messages).toEqual([
    expect.stringContaining('amazon-ebs.large says deregistration_protection with_cooldown')
  ])
})

it('reads them in JSON', () => {
  const blocks = (...all: readonly object[]) =>
    JSON.stringify({
      source: {'amazon-ebs': {base: {temporary_security_group_source_cidrs: ['192.0.2.1/32']}}},
      build: {dynamic: {source: all.length === 1 ? all[0] : all}}
    })
  const block = (name: string) => ({
    for_each: [name],
    iterator: 's',
    labels: ['amazon-ebs.base'],
    content: {name: '${s.value}', force_deregister: true}
  })
  const inJson = (...all: readonly object[]) => opened(blocks(...all), {}, 'own.pkr.json').messages
  expect(inJson(block('one'))).toEqual([expect.stringContaining('amazon-ebs.one says force_deregister')])
  expect(inJson(block('one'), block('two'))).toEqual([
    expect.stringContaining('amazon-ebs.one says force_deregister'),
    expect.stringContaining('amazon-ebs.two says force_deregister')
  ])
})

it.each([
  ['a name', '["amazon-import"]', '[1]'],
  ['an item', '[post-processor.value]', '["amazon-import"]']
])('finds a static key in a dynamic post-processor that is labelled with %s', (_, labels, over) => {
  const block = `dynamic "post-processor" {\n for_each = ${over}\n labels = ${labels}\n content {\n secret_key = "abc"\n }\n}\n`
  expect(opened(`${base}build {\n sources = ["amazon-ebs.base"]\n${block}}\n`).messages).toEqual([
    expect.stringContaining('is handed to secret_key of amazon-import')
  ])
})

it.each([
  ['[1]', 1],
  ['[]', 0]
])('signs in to HCP Packer where a dynamic block over %s has it', (over, count) => {
  const block = `dynamic "hcp_packer_registry" {\n for_each = ${over}\n content {\n bucket_name = "x"\n }\n}\n`
  const text = `${base}build {\n sources = ["amazon-ebs.base"]\n${block}}\n`
  expect(opened(text).messages).toEqual(Array(count).fill(expect.stringContaining('HCP_CLIENT_ID')))
  expect(opened(text, {env: {HCP_CLIENT_ID: 'x'}}).environment).toHaveLength(count)
})
