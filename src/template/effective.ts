import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import {jsonExpression, type Expression} from './expression.ts'
import {readHcl} from './hcl.ts'
import {asObject, parseJson} from './json.ts'
import type {Placed, Reading} from './reading.ts'

/** A file of values for a template's variables. */
export interface VariablesFile {
  readonly path: string
  readonly values: ReadonlyMap<string, Expression>
}

/** @throws {Error} when it cannot be read, or is to be JSON and is not */
export function openVariablesFile(location: string, mustBeJson: boolean): VariablesFile {
  const text = readFileSync(location, 'utf8')
  if (mustBeJson || location.endsWith('.json')) {
    const entries = Object.entries(asObject(parseJson(location, text)))
    return {
      path: location,
      values: new Map(entries.map(([name, value]) => [name, jsonExpression(value, lineOf(text, name))]))
    }
  }
  const {attributes} = readHcl(text)
  return {path: location, values: new Map(attributes.map(({name, expression}) => [name, expression]))}
}

function lineOf(text: string, name: string): number {
  return text.slice(0, Math.max(text.indexOf(JSON.stringify(name)), 0)).split('\n').length
}

/** Where a value comes from, in words, and the input that gave it. */
export interface Origin {
  readonly input: 'template' | 'var-files' | 'vars'
  readonly where: string
}

/** A text that reaches a setting. */
export interface Reached extends Origin {
  readonly text: string
}

export interface Sources {
  readonly reading: Reading
  /** In Packer's order: what comes later wins. */
  readonly files: readonly VariablesFile[]
  readonly vars: Readonly<Record<string, string>>
  /** For HCL2's `PKR_VAR_name`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The texts that an expression comes to, through variables and locals. */
export function textsOf({file, expression}: Placed, sources: Sources, seen: readonly string[] = []): Reached[] {
  const own = expression.texts.map((text) => ({text, input: 'template' as const, where: place(file, expression.line)}))
  const others = expression.references
    .filter((reference) => !seen.includes(reference))
    .flatMap((reference) => {
      const name = reference.slice(reference.indexOf('.') + 1)
      if (reference.startsWith('var.')) return textsOfVariable(name, sources)
      const local = sources.reading.locals.get(name)
      return local ? textsOf(local, sources, [...seen, reference]) : []
    })
  return [...own, ...others]
}

/** The texts in a variable's value: what is given last wins over what is given before it, and all over the default. */
export function textsOfVariable(name: string, {reading, files, vars, env}: Sources): Reached[] {
  const given = Object.hasOwn(vars, name) ? vars[name] : undefined
  if (given !== undefined) return [{text: given, input: 'vars', where: `the variable '${name}'`}]
  const file = files.findLast(({values}) => values.has(name))
  const value = file?.values.get(name)
  if (file && value) {
    const where = `${place(file.path, value.line)}, the variable '${name}'`
    return value.texts.map((text) => ({text, input: 'var-files', where}))
  }
  const ambient = env[`PKR_VAR_${name}`]
  if (ambient !== undefined) return [{text: ambient, input: 'template', where: `PKR_VAR_${name} in the environment`}]
  const {file: declaredIn = '', default: fallback} = reading.variables.get(name) ?? {}
  if (!fallback) return []
  const where = `${place(declaredIn, fallback.line)}, the variable '${name}'`
  return fallback.texts.map((text) => ({text, input: 'template', where}))
}

function place(file: string, line: number): string {
  return `${path.basename(file)} line ${line}`
}
