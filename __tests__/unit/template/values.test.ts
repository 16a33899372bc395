import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {readHclFiles} from '../../../src/template/reading.ts'
import {readExpression} from '../../../src/template/syntax.ts'
import {unknown, type Value} from '../../../src/template/value.ts'
import {openVariablesFile, Values, type Sources} from '../../../src/template/values.ts'

const template = `
variable "keep" {
  type    = bool
  default = null
}
variable "replace" {
  type    = bool
  default = "true"
}
variable "stages" {
  type    = map(string)
  default = { prod = true }
}
variable "count" { type = number }
variable "flag" { default = true }
variable "tags" { type = map(string) }
variable "open" {}
`

/** The value of an expression, with the sources of variables that are given. */
function valueOf(source: string, more: Partial<Sources> = {}): Value {
  const reading = readHclFiles(new Map([['own.pkr.hcl', template]]))
  const values = new Values({reading, files: [], vars: {}, env: {}, packerEnv: {}, ...more})
  return values.of({expression: {syntax: readExpression(source), texts: [], references: [], line: 1, source}})
}

function fileOf(text: string, name = 'own.pkrvars.hcl'): Pick<Sources, 'files'> {
  const file = join(mkdtempSync(join(tmpdir(), 'values-')), name)
  writeFileSync(file, text)
  return {files: [openVariablesFile(file, false)]}
}

it.each<[string, Value]>([
  ['var.keep == null', true],
  ['var.keep', null],
  ['var.open == null', unknown],
  ['coalesce(var.keep, "x")', 'x'],
  ['"a${var.keep}"', unknown],
  ['var.keep ? 1 : 2', unknown],
  ['var.replace == true', true],
  ['var.stages["prod"] == "true"', true],
  ['var.stages.prod == true', false]
])('evaluates %s with defaults of the declared type', (source, value) => {
  expect(valueOf(source)).toEqual(value)
})

it('gives values of all origins the declared type', () => {
  expect(valueOf('var.count == 3', {vars: {count: '3'}})).toBe(true)
  expect(valueOf('var.count == 3', {env: {PKR_VAR_count: '3'}})).toBe(true)
  expect(valueOf('var.count == 3', fileOf('count = "3"'))).toBe(true)
  expect(valueOf('var.count == 3', fileOf('{"count": "3"}', 'own.pkrvars.json'))).toBe(true)
  expect(valueOf('var.count', fileOf('count = "three"'))).toBe(unknown)
  expect(valueOf('var.keep', fileOf('keep = null'))).toBeNull()
})

it.each<[string, string, Value]>([
  ['tags', '{Owner = "me"}', {Owner: 'me'}],
  ['tags', '{"Owner": "me", "n": 1}', {Owner: 'me', n: '1'}],
  ['tags', 'me', unknown],
  ['tags', 'var.open', unknown],
  ['keep', 'true', true],
  ['keep', '"true"', true],
  ['flag', 'false', false],
  ['count', '1e1', 10],
  ['open', '["a"]', '["a"]']
])('reads PKR_VAR_%s with the value %s as Packer does', (name, text, value) => {
  expect(valueOf(`var.${name}`, {env: {[`PKR_VAR_${name}`]: text}})).toEqual(value)
})

it('knows the line on which a JSON file gives a value', () => {
  const [file] = fileOf('{\n"keep": "tags",\n"tags": {}\n}', 'own.pkrvars.json').files
  expect(file?.values.get('tags')?.line).toBe(3)
})
