import {readOperator, type ConditionBlock} from './conditions.ts'
import type {Policy, Principals, Statement} from './policy.ts'

type PolicyKind = 'session' | 'trust'

/** The text is no policy; the message says why. */
export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy'
}

const statementElements = new Set('Sid Effect Principal Action NotAction Resource NotResource Condition'.split(' '))

/**
 * Reads a policy document.
 *
 * @param kind A session policy names resources and no principal, a trust policy the other way round.
 * @throws MalformedPolicy also for what AWS would take and this evaluator cannot judge: it must not be passed over
 */
export function readPolicy(text: string, kind: PolicyKind): Policy {
  const document = asObject(parseJson(text), 'The policy')
  const {Version: version, Id: _id, Statement: statement, ...others} = document
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) throw new MalformedPolicy(`Syntax errors in policy: unknown element ${unknown}.`)
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw new MalformedPolicy('Syntax errors in policy: the version must be 2012-10-17 or 2008-10-17.')
  }
  if (statement === undefined) throw new MalformedPolicy('Syntax errors in policy: there is no Statement.')
  const statements: unknown[] = Array.isArray(statement) ? statement : [statement]
  return {statements: statements.map((entry) => readStatement(asObject(entry, 'A statement'), kind))}
}

function readStatement(statement: Readonly<Record<string, unknown>>, kind: PolicyKind): Statement {
  const unknown = Object.keys(statement).find((element) => !statementElements.has(element))
  if (unknown !== undefined) throw new MalformedPolicy(`Syntax errors in policy: unknown element ${unknown}.`)
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') throw new MalformedPolicy('A statement has no Effect (Allow or Deny).')
  if (kind === 'session' && 'Principal' in statement) {
    throw new MalformedPolicy('Policy document should not specify a principal.')
  }
  const actions = oneOf(statement, 'Action', 'NotAction')
  checkActions(actions.values)
  return {
    effect,
    actions: actions.values,
    notActions: actions.negated,
    ...(kind === 'session' ? sessionScope(statement) : trustScope(statement)),
    conditions: readConditions(statement['Condition'])
  }
}

function sessionScope(statement: Readonly<Record<string, unknown>>): Pick<Statement, 'resources' | 'notResources'> {
  const {values, negated} = oneOf(statement, 'Resource', 'NotResource')
  const wrong = values.find((value) => value !== '*' && !value.startsWith('arn:'))
  if (wrong !== undefined) throw new MalformedPolicy(`Resource ${wrong} must be in ARN format or "*".`)
  return {resources: values, notResources: negated}
}

function trustScope(statement: Readonly<Record<string, unknown>>): Pick<Statement, 'principals' | 'notResources'> {
  if ('Resource' in statement || 'NotResource' in statement) throw new MalformedPolicy('Has prohibited field Resource.')
  return {principals: readPrincipals(statement['Principal']), notResources: false}
}

function readPrincipals(value: unknown): Principals {
  if (value === '*') return {AWS: ['*'], Federated: ['*']}
  return Object.fromEntries(
    Object.entries(asObject(value, 'A Principal')).map(([type, names]) => [type, strings(names, 'Principal')])
  )
}

function readConditions(value: unknown): ConditionBlock {
  if (value === undefined) return {}
  return Object.fromEntries(
    Object.entries(asObject(value, 'A Condition')).map(([operator, keys]) => {
      if (!readOperator(operator)) {
        throw new MalformedPolicy(`The condition operator ${operator} is unknown to the rehearsal's policy evaluator.`)
      }
      const wanted = Object.entries(asObject(keys, `The condition ${operator}`))
      return [operator, Object.fromEntries(wanted.map(([key, values]) => [key, strings(values, key)]))]
    })
  )
}

function oneOf(statement: Readonly<Record<string, unknown>>, element: string, negation: string) {
  const negated = negation in statement
  if (negated === element in statement) {
    throw new MalformedPolicy(`Syntax errors in policy: a statement needs ${element} or ${negation}, and not both.`)
  }
  const values = strings(statement[negated ? negation : element], element)
  return {values, negated}
}

function checkActions(actions: readonly string[]): void {
  const wrong = actions.find((action) => action !== '*' && !/^[a-z0-9-]+:[\w*?]+$/iu.test(action))
  if (wrong !== undefined) throw new MalformedPolicy(`Actions/Conditions must be prefaced by a vendor: ${wrong}`)
}

/** One or many strings (or booleans, as conditions allow), none of them with a variable, which is not evaluated here. */
function strings(value: unknown, where: string): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.map((entry) => {
    if (typeof entry === 'boolean') return String(entry)
    if (typeof entry !== 'string') throw new MalformedPolicy(`Syntax errors in policy: ${where} must be text.`)
    if (entry.includes('${')) {
      throw new MalformedPolicy(`The policy variable in ${entry} is unknown to the rehearsal's policy evaluator.`)
    }
    return entry
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new MalformedPolicy('This policy contains invalid Json')
  }
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new MalformedPolicy(`Syntax errors in policy: ${what} must be an object.`)
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
