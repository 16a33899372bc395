import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'
import {unusableVars, variablesFile} from '../../../src/template/variables.ts'

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
