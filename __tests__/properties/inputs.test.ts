import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {parse} from 'yaml'
import {readInputs, type Inputs} from '../../src/inputs/inputs.ts'
import {type InputName} from '../../src/inputs/defaults.ts'
import {variablesFile} from '../../src/template/variables.ts'
import {fromEnvironment, hostileValues} from './hostile-values.ts'
import {rules, unused, valuesOf} from './input-rules.ts'
import {read, readerOf, taken, templateValues, usable, type Texts} from './reading.ts'
import {report, seed} from './tally.ts'
import {workspace} from './workspace.ts'

const action = parse(readFileSync(join(import.meta.dirname, '..', '..', 'action.yml'), 'utf8')) as {inputs: object}
const names = Object.keys(action.inputs) as InputName[]
const checkout = workspace()
const reader = readerOf(checkout, join(checkout, 'folder'))

/** The variables that Packer is given, as the action writes them. */
function rendered(inputs: Inputs): Readonly<Record<string, unknown>> {
  return JSON.parse(variablesFile(inputs.template, templateValues(inputs))) as Record<string, unknown>
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.entries(value).flat().flatMap(strings) : []
}

/** @returns how many values arrived */
function expectLiterally(texts: Texts): number {
  const {inputs, taken: arrived} = taken(reader, texts)
  const variables = rendered(inputs)
  const {vars, legacy} = inputs.template
  for (const [input, text] of Object.entries(arrived)) {
    const rule = rules[input as InputName]
    const value = input === 'vars' ? text : text.trim()
    const got = rule.got(inputs)
    // An empty text stands for the default.
    if (value === '' || got === unused) continue
    const meant = rule.means ? rule.means(value, checkout) : value
    assert.deepEqual(got, meant, `${input}: ${JSON.stringify(value)}`)
    if (rule.alphabet) assert.match(value, rule.alphabet)
    if (rule.variable && !(rule.variable in vars)) {
      assert.deepEqual(variables[rule.variable], legacy ? String(meant) : meant)
    }
  }
  assert(!strings(variables).some((text) => text.includes('{{')))
  for (const [name, text] of Object.entries(vars)) assert.deepEqual(variables[name], asGiven(text, name, legacy))
  if (!legacy) assert.deepEqual(variables['tags'], {...inputs.image.tags, 'bake-jenkins-ami:bake': '0123456789ab'})
  assert.match(String(variables['ami_name']), /^[\w()./-]+$/)
  return Object.keys(arrived).length
}

const notTexts = new Set(['number', 'list', 'any', 'allowed_cidrs', 'volume_size', 'deadline_minutes', 'tags'])

/** What is no text is written as JSON; what is no JSON either is left to Packer. */
function asGiven(text: string, name: string, legacy: boolean): unknown {
  if (legacy || !notTexts.has(name)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

it('knows what each input of action.yml may let through', () => {
  expect(Object.keys(rules).toSorted()).toEqual(names.toSorted())
})

it('takes the texts that are said to be usable', () => {
  for (const name of names) {
    for (const text of rules[name].usable) {
      // An age is used with this one only.
      const skipUnchanged = String(name === 'max-image-age')
      const result = read(reader, {...usable, 'smoke-test': 'true', 'skip-unchanged': skipUnchanged, [name]: text})
      expect('aws' in result ? [] : result.map(({message}) => message)).toEqual([])
    }
  }
})

it('takes a value as it is or names the input that it refuses: each known value in each input', () => {
  let arrived = 0
  const values = Object.values(hostileValues)
    .map(fromEnvironment)
    .filter((value) => value.trim() !== '')
  for (const value of values) arrived += expectLiterally(Object.fromEntries(names.map((name) => [name, value])))
  const all = values.length * names.length
  report('Known hostile values in each input', {arrived, refused: all - arrived})
})

it('takes a value as it is or names the input that it refuses: made-up values, in all inputs together', () => {
  let all = 0
  let arrived = 0
  const texts = fc.record(Object.fromEntries(names.map((name) => [name, valuesOf(rules[name])])))
  fc.assert(
    fc.property(texts, (given) => {
      const there = Object.fromEntries(
        Object.entries(given).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, fromEnvironment(text)]]))
      )
      all += Object.keys(there).length
      arrived += expectLiterally(there)
    }),
    {seed, numRuns: 2_700}
  )
  report('Made-up values of inputs', {arrived, refused: all - arrived})
  expect(all).toBeGreaterThanOrEqual(100_000)
})

it('keeps the blanks of the last variable, as the runner hands it over', () => {
  const given = {'aws-region': ' eu-west-1 ', template: 'own.pkr.hcl', vars: 'text= a \nany= b '}
  const variables = Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text] as const)
  try {
    for (const [name, text] of variables) process.env[name] = text
    const {aws, template} = readInputs(reader.env, reader.shipped)
    expect([aws.region, template.vars]).toEqual(['eu-west-1', {text: ' a ', any: ' b '}])
  } finally {
    for (const [name] of variables) delete process.env[name]
  }
})
