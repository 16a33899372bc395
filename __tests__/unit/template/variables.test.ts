import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {absentValues} from '../../../src/template/template-values.ts'
import {openTemplate} from '../../../src/template/template.ts'
import {openVariablesFile} from '../../../src/template/values.ts'
import {unusableVars, unusedInputs, variablesFile} from '../../../src/template/variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'template-'))
writeFileSync(
  join(folder, 'a.pkr.hcl'),
  'variable "region" {\n  type = string\n}\n  variable "tags" {}\npaths = [".../*"]\n// variable "too" {}\n'
)
writeFileSync(join(folder, 'b.pkr.hcl'), 'variable source_ami {}\nlocals { variable = "x" }\n')
writeFileSync(join(folder, 'notes.txt'), 'variable "no" {}')

const values = {
  region: 'eu-west-1',
  ami_name: 'jenkins-1',
  source_ami: 'ami-1',
  root_device_name: '/dev/xvda',
  ssh_username: 'admin',
  instance_type: 't3.medium',
  connect_via: 'public-ip' as const,
  allowed_cidrs: ['203.0.113.7/32'],
  jenkins_version: '2.568.2',
  jenkins_repository_url: 'https://pkg.jenkins.io/debian-stable',
  java_version: '21',
  deadline_minutes: 90,
  tags: {'bake-jenkins-ami:bake': 'x'}
}

it('knows the variables that the files of a folder declare', () => {
  const template = openTemplate(folder, '/shipped')
  expect([...template.variables].toSorted()).toEqual(['region', 'source_ami', 'tags'])
  expect(template).toMatchObject({shipped: false, directory: folder})
})

it('runs a single file in its folder', () => {
  expect(openTemplate(join(folder, 'b.pkr.hcl'), '/shipped').directory).toBe(folder)
})

it('passes only what the template declares', () => {
  const json = variablesFile(openTemplate(folder, '/shipped'), values)
  expect(JSON.parse(json)).toEqual({region: 'eu-west-1', source_ami: 'ami-1', tags: {'bake-jenkins-ami:bake': 'x'}})
})

it('passes nothing that Packer would evaluate', () => {
  expect(() => variablesFile(openTemplate(folder, '/shipped'), {...values, source_ami: '{{env `HOME`}}'})).toThrow(
    /\{\{/
  )
})

const own = join(folder, 'own')
mkdirSync(own)
writeFileSync(
  join(own, 'own.pkr.hcl'),
  'variable "text" {}\nvariable "list" {\n  type = list(string)\n}\nvariable "number" {\n  type = number\n}\n'
)
writeFileSync(join(own, 'own.json'), '{"variables": {"text": null}, "builders": []}')

it('hands a number on with all its digits, a list as it is written, and a text as a text', () => {
  const vars = {number: '12345678901234567890123', list: '["a",\t"${b}"]', text: '["a"]'}
  const json = variablesFile(openTemplate(own, '/shipped', {vars}), values)
  expect(json).toContain('"number": 12345678901234567890123')
  expect(JSON.parse(json)).toMatchObject({list: ['a', '${b}'], text: '["a"]'})
})

it("writes ASCII only, because Packer's reader of JSON joins some characters with the quotation mark behind them", () => {
  const vars = {list: '["\u0890", "é"]', text: 'a😀\u0600'}
  const json = variablesFile(openTemplate(own, '/shipped', {vars}), values)
  expect(json).toMatch(/^[\0-\x7f]*$/)
  expect(JSON.parse(json)).toMatchObject({list: ['\u0890', 'é'], text: 'a😀\u0600'})
})

it.each([
  [
    {list: '["\\u007b\\u007b isotime \\u007d\\u007d"]'},
    /^Input 'vars': 'list' has \{\{ in it, written as JSON escapes/
  ],
  [{text: 'e\u0301'}, /^Input 'vars': 'text' has combining accents/],
  [{region: 'mars'}, /^Input 'vars': 'region' is filled in by the action: set the input 'aws-region'$/],
  [{constructor: 'x'}, /^Input 'vars': the template .* declares no variable 'constructor'$/]
])('refuses %j', (vars, message) => {
  const messages = unusableVars(openTemplate(own, '/shipped', {vars})).map((error) => error.message)
  expect(messages).toEqual([expect.stringMatching(message)])
})

it('leaves accents to legacy JSON, which takes them as they are', () => {
  expect(unusableVars(openTemplate(join(own, 'own.json'), '/shipped', {vars: {text: 'e\u0301'}}))).toEqual([])
})

it.each([
  ['type = number', '1.30', '"1.30"'],
  ['type = any', '1.30', '"1.30"'],
  ['default = null', '2.320', '"2.320"'],
  ['default = 1.29', '1.30', '"1.30"'],
  ['type = string # such as 1.29', '1.30', '"1.30"'],
  ['type = list(string)', '[1.30, 2, "3.0"]', '["1.30", 2, "3.0"]'],
  ['type = number', '1.5', '1.5'],
  ['type = bool', 'true', 'true'],
  ['default = env("X")', '[]', '"[]"']
])('writes a value of a variable with %s, %s, as %s', (declaration, value, json) => {
  const file = join(mkdtempSync(join(tmpdir(), 'digits-')), 'own.pkr.hcl')
  writeFileSync(file, `variable "x" {\n  ${declaration}\n}\n`)
  expect(variablesFile(openTemplate(file, '/shipped', {vars: {x: value}}), values)).toContain(`"x": ${json}\n`)
})

function withVariable(name: string, declaration: string, vars: Readonly<Record<string, string>> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'types-')), 'own.pkr.hcl')
  writeFileSync(file, `variable "${name}" {\n  ${declaration}\n}\n`)
  return openTemplate(file, '/shipped', {vars})
}

// As Packer takes or refuses them: packer console -var-file=x.json own.pkr.hcl
it.each([
  ['type = string', 'x', true],
  ['type = string', '["a"]', true],
  ['type = number', '12', true],
  ['type = number', '+1.5e3', true],
  ['type = number', 'x', false],
  ['type = number', 'true', false],
  ['type = bool', 'true', true],
  ['type = bool', '"1"', true],
  ['type = bool', '1', false],
  ['type = bool', 'yes', false],
  ['type = list(string)', '["a", 12345678901234567890123]', true],
  ['type = list(string)', 'a', false],
  ['type = list(number)', '["1", "a"]', false],
  ['type = list(any)', '["a", 1]', true],
  ['type = set(string)', '["a"]', true],
  ['type = set(string)', '{"a": "b"}', false],
  ['type = map(string)', '{"a": 1}', true],
  ['type = map(string)', '{"a": ["b"]}', false],
  ['type = map(string)', '["a"]', false],
  ['type = tuple([string, number])', '["a", 1]', true],
  ['type = tuple([string, number])', '["a"]', false],
  ['type = object({ a = string, b = optional(number) })', '{"a": "x", "c": 1}', true],
  ['type = object({ a = string, b = optional(number) })', '{"b": 1}', false],
  ['type = object({ a = string, b = optional(number) })', '{"a": "x", "b": "y"}', false],
  ['type = any', '["a", {}]', true],
  ['', '["a"]', true],
  ['default = null', '["a"]', true],
  ['default = "a"', '["a"]', true],
  ['default = 3', '4', true],
  ['default = 3', 'x', false],
  ['default = true', 'false', true],
  ['default = true', 'x', false],
  ['default = []', '["a", "b"]', true],
  ['default = ["a"]', '["b"]', true],
  ['default = ["a"]', '["b", "c"]', false],
  ['default = ["a"]', 'b', false],
  ['type = any\n  default = ["a"]', '["b", "c"]', false],
  ['type = list(any)\n  default = ["a"]', '["b", "c"]', true],
  ['default = ["a", 1]', '["b", "2"]', true],
  ['default = {}', '{"k": "v"}', true],
  ['default = { a = "x" }', '{"a": "y"}', true],
  ['default = { a = "x" }', '{"k": "v"}', false],
  ['default = { a = "x" }', '{"a": "y", "k": "v"}', false],
  ['default = { a = { b = 1 } }', '{"a": {"b": "2"}}', true],
  ['default = { a = { b = 1 } }', '{"a": {"b": 2, "c": 3}}', false],
  ['type = map(string)\n  default = { a = "x" }', '{"k": "v"}', true]
])('with %j takes %s for a value: %s', (declaration, value, expected) => {
  const messages = unusableVars(withVariable('x', declaration, {x: value})).map(({message}) => message)
  const ours = /^Input 'vars': 'x' (is not of the type|does not fit)/
  expect(messages.map((message) => ours.test(message))).toEqual(expected ? [] : [true])
})

const [one, two] = [['203.0.113.7/32'], ['203.0.113.7/32', '198.51.100.0/24']]

it.each([
  ['default = ["10.0.0.0/8"]', one, true],
  ['default = ["10.0.0.0/8"]', two, false],
  ['type = any\n  default = ["10.0.0.0/8"]', two, false],
  // Nobody knows yet how many it will be: auto.
  ['default = ["10.0.0.0/8"]', [], false],
  ['default = []', two, true],
  ['default = "10.0.0.0/8"', two, true],
  ['type = list(string)\n  default = ["10.0.0.0/8"]', two, true],
  ['type = list(object({ cidr = string }))', two, false]
])('with %j takes the ranges %j of an input: %s', (declaration, ranges, expected) => {
  const template = withVariable('allowed_cidrs', declaration)
  const unused = unusedInputs(template, new Set(['allowed-cidrs']), ranges).map(({message}) => message)
  const ours = /has no effect.* Give it the type list\(string\), or leave/
  expect(unused.map((message) => ours.test(message))).toEqual(expected ? [] : [true])
})

it('does not add the bake’s tags where Packer would drop them, and says so', () => {
  const closed = withVariable('tags', 'default = { Owner = "ci" }')
  expect(JSON.parse(variablesFile(closed, values))).toEqual({})
  expect(closed.warnings).toEqual([expect.stringMatching(/^own\.pkr\.hcl line 1: the variable 'tags' .*type = map/)])
  expect(unusedInputs(closed, new Set(['tags'])).map(({message}) => message)).toEqual([
    expect.stringMatching(/'tags' of the template .* has the type of its default.* Give it the type map\(string\)/)
  ])
  for (const declaration of ['default = {}', 'type = map(string)\n  default = { Owner = "ci" }', '']) {
    const open = withVariable('tags', declaration)
    expect(open.warnings).toEqual([])
    expect(JSON.parse(variablesFile(open, values))).toMatchObject({tags: values.tags})
  }
})

const shippedTemplate = join(import.meta.dirname, '../../../templates/jenkins')
const absent = Object.entries(absentValues)

it("takes the shipped template's defaults for what an empty input means", () => {
  const {declared} = openTemplate(undefined, shippedTemplate)
  const defaults = absent.map(([name]) => [name, declared.get(name)?.default?.syntax])
  expect(defaults).toEqual(absent.map(([name, value]) => [name, {kind: 'value', value}]))
})

function opener(name: string, text: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'absent-')), name)
  writeFileSync(file, text)
  return (given: string | undefined, env: Readonly<Record<string, string>> = {}) => {
    const varFile = `${file}vars.json`
    if (given !== undefined) writeFileSync(varFile, given)
    const varFiles = given === undefined ? [] : [openVariablesFile(varFile, name === 'own.json')]
    return openTemplate(file, '/shipped', {varFiles, env})
  }
}

function handedOver(template: ReturnType<typeof openTemplate>): unknown {
  const {region, ami_name, instance_type, connect_via, allowed_cidrs, jenkins_version, java_version} = values
  const {deadline_minutes, tags} = values
  const known = {region, ami_name, instance_type, connect_via, allowed_cidrs, jenkins_version, java_version}
  return JSON.parse(variablesFile(template, {...known, deadline_minutes, tags}))
}

it('hands a value over where the input is empty and Packer would miss one, but no image, device and user', () => {
  const names = [...absent.map(([name]) => name), 'source_ami', 'root_device_name', 'ssh_username']
  const unset = opener('own.pkr.hcl', names.map((name) => `variable "${name}" {}\n`).join(''))
  expect(handedOver(unset(undefined))).toEqual(absentValues)
  expect(handedOver(unset('{"volume_size": 20}', {PKR_VAR_ssh_timeout: '9m'}))).toEqual(
    Object.fromEntries(absent.filter(([name]) => name !== 'volume_size' && name !== 'ssh_timeout'))
  )
  expect(handedOver(opener('own.pkr.hcl', 'variable "volume_size" { type = string }')(undefined))).toEqual({
    volume_size: 0
  })
  for (const declaration of ['default = null', 'default = 30', 'type = list(string)']) {
    expect(handedOver(opener('own.pkr.hcl', `variable "volume_size" {\n  ${declaration}\n}\n`)(undefined))).toEqual({})
  }
})

it('hands legacy JSON a value for null, with which it asks for one, and for a variable that it does not declare', () => {
  const template = opener(
    'own.json',
    JSON.stringify({
      variables: {volume_size: null, allow_anonymous: null, subnet_id: '', kms_key_id: 'k', source_ami: null},
      builders: [{type: 'amazon-ebs', ssh_timeout: '{{user `ssh_timeout`}}'}]
    })
  )
  expect(handedOver(template(undefined))).toEqual({volume_size: '0', allow_anonymous: 'false', ssh_timeout: '5m'})
  expect(handedOver(template('{"volume_size": "8"}'))).toEqual({allow_anonymous: 'false', ssh_timeout: '5m'})
})

it('gives legacy JSON a bool as a string', () => {
  const template = opener('own.json', '{"variables": {"allow_anonymous": ""}, "builders": []}')(undefined)
  expect(JSON.parse(variablesFile(template, {...values, allow_anonymous: true}))).toEqual({allow_anonymous: 'true'})
})

it('adds the bake’s tags to a map with a null in it, and leaves that to the template', () => {
  const template = withVariable('tags', 'type = map(string)\n  default = { Owner = null, Team = "ci" }')
  expect(JSON.parse(variablesFile(template, values))).toEqual({tags: {Owner: null, Team: 'ci', ...values.tags}})
})
