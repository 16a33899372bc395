import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {randomUUID} from 'node:crypto'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {afterAll, expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {needsDerivedTemplate, type Packer} from '../../rehearsal/host/packers/packer.ts'
import {deriveForOldPacker} from '../../rehearsal/host/packers/derive-template.ts'
import {readInputs, type Inputs} from '../../src/inputs/inputs.ts'
import {allowedEnvironment} from '../../src/template/allowed-environment.ts'
import {InputErrors} from '../../src/lib/errors.ts'
import {variablesFile} from '../../src/template/variables.ts'
import type {TemplateValues} from '../../src/template/template-values.ts'
import {withPacker} from '../scenarios/scenario.ts'
import {fromEnvironment, hostileText, hostileValues} from './hostile-values.ts'
import {rules, valuesOf} from './input-rules.ts'
import {readerOf, taken, templateValues} from './reading.ts'
import {report, seed} from './tally.ts'
import {workspace} from './workspace.ts'

type Kind = 'HCL2' | 'JSON'

/** Of a variable that is a text, and of one that may be anything. */
type Fallback = '""' | 'null'

const folder = mkdtempSync(join(tmpdir(), 'real-packer-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

/** All in one template and one run of Packer, each value in a variable of its own. */
const values = [...Object.values(hostileValues), ...fc.sample(hostileText, {seed, numRuns: 250})].map(fromEnvironment)
const names = values.map((_, index) => `v${index}`)
const between = randomUUID()

/** A build of no machine, which writes what it is given into a file. */
function templateOf(kind: Kind, target: string, fallback: Fallback): string {
  const file = join(folder, kind === 'HCL2' ? `${between}.pkr.hcl` : `${between}.json`)
  const hcl2 = [
    ...names.map((name) => `variable "${name}" {\n  default = ${fallback}\n}`),
    `source "file" "all" {\n  target = ${JSON.stringify(target)}`,
    `  content = jsonencode({${names.map((name) => `${name} = var.${name}`).join(', ')}})\n}`,
    'build {\n  sources = ["source.file.all"]\n}\n'
  ].join('\n')
  const json = {
    variables: Object.fromEntries(names.map((name) => [name, ''])),
    builders: [{type: 'file', target, content: names.map((name) => `{{user \`${name}\`}}`).join(between)}]
  }
  writeFileSync(file, kind === 'HCL2' ? hcl2 : JSON.stringify(json))
  return file
}

/** Undefined when the value is refused, which must be said of the input that it came in. */
function read(template: string, vars: string): Inputs | undefined {
  // Packer's own builders make no image, for which the action refuses a template: it reads the same with another one.
  const readable = join(folder, `read-${basename(template)}`)
  writeFileSync(
    readable,
    readFileSync(template, 'utf8')
      .replace(/"file"|"null"/g, '"made-up"')
      .replace('source.file.', 'source.made-up.')
  )
  const texts: Readonly<Record<string, string>> = {'aws-region': 'eu-west-1', template: readable, vars}
  try {
    return readInputs({GITHUB_WORKSPACE: folder}, folder, (name) => texts[name] ?? '')
  } catch (error) {
    assert(error instanceof InputErrors)
    assert.deepEqual([...new Set(error.errors.map(({input}) => input))], ['vars'])
    return undefined
  }
}

/** Which of the values are not refused, by the variables that they are for. What follows a line end would be another variable. */
function accepted(kind: Kind, fallback: Fallback, texts: readonly string[]): Readonly<Record<string, string>> {
  const template = join(folder, kind === 'HCL2' ? 'one.pkr.hcl' : 'one.json')
  const json = {variables: {v: ''}, builders: [{type: 'null'}]}
  writeFileSync(template, kind === 'HCL2' ? `variable "v" {\n  default = ${fallback}\n}\n` : JSON.stringify(json))
  const given = texts.flatMap((value, index): [string, string][] => {
    const inputs = read(template, `v=${value}`)
    return inputs ? [[`v${index}`, inputs.template.vars['v'] ?? '']] : []
  })
  return Object.fromEntries(given)
}

/** `packer build`, as the action would have it. @returns what the file builder wrote */
function built(packer: Packer, template: string, target: string, vars: Readonly<Record<string, string>>): string {
  // With a CR of its own before each line end, because one of the value's would be taken for it.
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${value}\r`)
  const inputs = read(template, lines.join('\n'))
  assert(inputs)
  const file = join(folder, 'variables.json')
  // A template that declares none of the action's own variables gets none of them.
  writeFileSync(file, variablesFile(inputs.template, {} as TemplateValues))
  run(packer, ['validate', `-var-file=${file}`, template])
  run(packer, ['build', '-machine-readable', '-color=false', `-var-file=${file}`, template])
  const content = readFileSync(target, 'utf8')
  rmSync(target)
  return content
}

function run({executable = '', plugins = ''}: Packer, args: readonly string[]): void {
  const {status, stdout, stderr} = spawnSync(executable, args, {
    cwd: folder,
    env: {
      ...allowedEnvironment(process.env),
      PKR_VAR_custom_endpoint_ec2: 'http://127.0.0.1:1',
      ...(plugins ? {PACKER_PLUGIN_PATH: plugins} : {})
    },
    encoding: 'utf8'
  })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
}

async function shippedFor(packer: Packer): Promise<string> {
  const shipped = join(import.meta.dirname, '..', '..', 'templates', 'jenkins')
  if (!needsDerivedTemplate(packer)) return shipped
  const derived = join(folder, 'derived')
  await deriveForOldPacker(shipped, derived)
  return derived
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

withPacker((packer) => {
  it.each<Kind>(['HCL2', 'JSON'])('hands each text on to a template in %s as it is, or refuses it', (kind) => {
    const target = join(folder, `written-by-${packer.version}`)
    const template = templateOf(kind, target, '""')
    const vars = accepted(kind, '""', values)
    const content = built(packer, template, target, vars)
    const written: Readonly<Record<string, string>> =
      kind === 'HCL2'
        ? (JSON.parse(content) as Record<string, string>)
        : Object.fromEntries(content.split(between).map((text, index) => [`v${index}`, text]))
    const differing = Object.entries(vars).filter(([name, value]) => written[name] !== value)
    expect(differing).toEqual([])
    const arrived = Object.keys(vars).length
    expect(arrived).toBeGreaterThanOrEqual(200)
    report(`Texts through Packer ${packer.version}, ${kind}`, {arrived, refused: values.length - arrived})
  })

  it('hands on what is written as JSON as it is, or refuses it', () => {
    const target = join(folder, `json-written-by-${packer.version}`)
    const template = templateOf('HCL2', target, 'null')
    const texts = [
      ...fc.sample(fc.json({depthSize: 'small', maxDepth: 2}), {seed, numRuns: 250}).filter(isPlain),
      '12345678901234567890123'
    ].slice(0, names.length)
    const vars = accepted('HCL2', 'null', texts)
    const content = built(packer, template, target, vars)
    expect(content).toContain('12345678901234567890123')
    const written = JSON.parse(content) as Record<string, unknown>
    for (const [name, text] of Object.entries(vars)) expect(written[name]).toEqual(JSON.parse(text))
    const arrived = Object.keys(vars).length
    report(`Lists, maps and numbers through Packer ${packer.version}`, {arrived, refused: texts.length - arrived})
  })

  it('gives the shipped template nothing that Packer does not accept, whatever the inputs let through', async () => {
    const checkout = workspace()
    const shipped = await shippedFor(packer)
    const reader = readerOf(checkout, shipped)
    // The template is the shipped one, which has no variables of the user's own.
    const none = {template: '', vars: '', 'var-files': '', 'working-directory': '', 'packer-version': 'system'}
    const combinations = [0, 1, 2].map((at) => mapValues(rules, ({usable: texts}) => texts.at(at % texts.length) ?? ''))
    const hostile = fc.sample(fc.record(mapValues(rules, valuesOf)), {seed, numRuns: 3})
    for (const texts of [...combinations, ...hostile]) {
      const {inputs} = taken(reader, {...texts, ...none})
      const file = join(folder, 'shipped.json')
      writeFileSync(file, variablesFile(inputs.template, templateValues(inputs)))
      run(packer, ['validate', `-var-file=${file}`, shipped])
    }
  })

  it('would be found out if it let anything through', () => {
    const target = join(folder, `control-of-${packer.version}`)
    const template = templateOf('HCL2', target, '""')
    const file = join(folder, 'control.json')
    writeFileSync(file, JSON.stringify({v0: '{{ isotime }}', v1: 'e\u0301'}))
    run(packer, ['build', '-machine-readable', `-var-file=${file}`, template])
    expect(existsSync(target)).toBe(true)
    const written = JSON.parse(readFileSync(target, 'utf8')) as Record<string, string>
    expect(written['v0']).toMatch(/^\d{4}-/)
    expect(written['v1']).toBe('\u00e9')
  })
})

/** A number beyond a double's digits is written in another way by jsonencode. */
function isPlain(text: string): boolean {
  return !/\d[eE.]|\d{15}/.test(text)
}
