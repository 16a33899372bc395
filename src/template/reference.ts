import type {Reading} from './reading-parts.ts'
import type {Syntax} from './syntax.ts'
import {asText} from './value.ts'

/**
 * The variable that an expression is, itself or through locals: `var.ami_name`. An expression that only has a variable
 * in it is none: it may say what holds where the variable is empty.
 */
export function variableIn(
  syntax: Syntax,
  locals: Reading['locals'],
  seen: readonly string[] = []
): string | undefined {
  if (syntax.kind !== 'member' || syntax.of.kind !== 'name' || syntax.key.kind !== 'value') return undefined
  const name = asText(syntax.key.value)
  if (name === undefined || syntax.of.name === 'var') return name
  const local = syntax.of.name === 'local' && !seen.includes(name) ? locals.get(name) : undefined
  return local && variableIn(local.expression.syntax, locals, [...seen, name])
}
