import type {Expression} from './expression.ts'
import type {Reading} from './reading-parts.ts'
import type {Syntax} from './syntax.ts'
import {asText} from './value.ts'

/** What an expression stands for, if it is a local and nothing more: `local.base`. */
function throughLocals(syntax: Syntax, locals: Reading['locals'], seen: readonly string[] = []): Syntax {
  const name = memberOf(syntax, 'local')
  const local = name === undefined || seen.includes(name) ? undefined : locals.get(name)
  return name !== undefined && local ? throughLocals(local.expression.syntax, locals, [...seen, name]) : syntax
}

/**
 * The variable that an expression is, itself or through locals: `var.ami_name`. An expression that only has a variable
 * in it is none: it may say what holds where the variable is empty.
 */
export function variableIn(syntax: Syntax, locals: Reading['locals']): string | undefined {
  return memberOf(throughLocals(syntax, locals), 'var')
}

/** Whether a variable is in an expression, itself or through locals. */
export function refersTo(
  {references}: Expression,
  variable: string,
  locals: Reading['locals'],
  seen: readonly string[] = []
): boolean {
  return references.some((reference) => {
    if (reference === `var.${variable}`) return true
    if (!reference.startsWith('local.') || seen.includes(reference)) return false
    const local = locals.get(reference.slice('local.'.length))
    return local !== undefined && refersTo(local.expression, variable, locals, [...seen, reference])
  })
}

function memberOf(syntax: Syntax, root: string): string | undefined {
  if (syntax.kind !== 'member' || syntax.of.kind !== 'name' || syntax.of.name !== root) return undefined
  return syntax.key.kind === 'value' ? asText(syntax.key.value) : undefined
}
