import * as path from 'node:path'
import type {Expression} from './expression.ts'
import type {Placed} from './reading-parts.ts'
import type {Sources} from './values.ts'

/** The origin of a value, as a phrase, and the input that gave it. */
interface Origin {
  readonly input: 'template' | 'var-files' | 'vars'
  readonly where: string
}

/** A string that reaches a setting. */
export interface Reached extends Origin {
  readonly text: string
}

/** The strings in an expression's value, through variables and locals. */
export function textsOf({file, expression}: Placed, sources: Sources): Reached[] {
  return reachedFrom(expression, {input: 'template', where: place(file, expression.line)}, sources, new Set())
}

/** The strings in a variable's value: the last value takes precedence, and all of them over the default. */
export function textsOfVariable(name: string, sources: Sources): Reached[] {
  return throughVariable(name, sources, new Set())
}

/** @param seen names whose strings were found; more are added */
function reachedFrom(expression: Expression, origin: Origin, sources: Sources, seen: Set<string>): Reached[] {
  const own = expression.texts.map((text) => ({text, ...origin}))
  const others = expression.references.flatMap((reference) => {
    if (seen.has(reference)) return []
    seen.add(reference)
    const name = reference.slice(reference.indexOf('.') + 1)
    if (reference.startsWith('var.')) return throughVariable(name, sources, seen)
    const local = sources.reading.locals.get(name)
    if (!local) return []
    const where = place(local.file, local.expression.line)
    return reachedFrom(local.expression, {input: 'template', where}, sources, seen)
  })
  return [...own, ...others]
}

function throughVariable(name: string, sources: Sources, seen: Set<string>): Reached[] {
  const {reading, files, vars, env} = sources
  const given = Object.hasOwn(vars, name) ? vars[name] : undefined
  if (given !== undefined) return [{text: given, input: 'vars', where: `the variable '${name}'`}]
  const file = files.findLast(({values}) => values.has(name))
  const value = file?.values.get(name)
  if (file && value) {
    const where = `${place(file.path, value.line)}, the variable '${name}'`
    return reachedFrom(value, {input: 'var-files', where}, sources, seen)
  }
  const ambient = env[`PKR_VAR_${name}`]
  if (ambient !== undefined) return [{text: ambient, input: 'template', where: `PKR_VAR_${name} in the environment`}]
  const {file: declaredIn = '', default: fallback} = reading.variables.get(name) ?? {}
  if (!fallback) return []
  const where = `${place(declaredIn, fallback.line)}, the variable '${name}'`
  return reachedFrom(fallback, {input: 'template', where}, sources, seen)
}

function place(file: string, line: number): string {
  return `${path.basename(file)} line ${line}`
}
