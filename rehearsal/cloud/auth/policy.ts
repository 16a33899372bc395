import {conditionsHold, type ConditionBlock, type Context} from './conditions.ts'
import {fits} from './wildcard.ts'

/** Who a statement of a trust policy speaks of: `AWS` ARNs or account ids, or `Federated` provider ARNs. */
export type Principals = Readonly<Record<string, readonly string[]>>

export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly notActions: boolean
  /** Absent in a trust policy: the role itself is meant. */
  readonly resources?: readonly string[]
  readonly notResources: boolean
  readonly principals?: Principals
  readonly conditions: ConditionBlock
}

export interface Policy {
  readonly statements: readonly Statement[]
}

export interface PolicyRequest {
  readonly action: string
  readonly resource?: string
  readonly context: Context
  /** The asking principals by type, each with the names it answers to. */
  readonly principals?: Principals
}

/** What one policy says: an explicit deny wins over an allow, and silence is neither. */
export type Verdict = 'allow' | 'deny' | 'silent'

export function evaluate(policy: Policy, request: PolicyRequest): Verdict {
  const applying = policy.statements.filter((statement) => applies(statement, request))
  if (applying.some(({effect}) => effect === 'Deny')) return 'deny'
  return applying.length > 0 ? 'allow' : 'silent'
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  return (
    actionMatches(statement, request.action) &&
    resourceMatches(statement, request.resource) &&
    principalMatches(statement.principals, request.principals) &&
    conditionsHold(statement.conditions, request.context)
  )
}

function actionMatches({actions, notActions}: Statement, action: string): boolean {
  return actions.some((pattern) => fits(pattern, action, true)) !== notActions
}

function resourceMatches({resources, notResources}: Statement, resource: string | undefined): boolean {
  if (!resources || resource === undefined) return true
  return resources.some((pattern) => arnFits(pattern, resource)) !== notResources
}

/** A wildcard stays within its part of an ARN, up to the last part, the resource itself, which may hold colons. */
function arnFits(pattern: string, arn: string): boolean {
  if (pattern === '*') return true
  const parts = arnParts(arn)
  return arnParts(pattern).every((part, index) => fits(part, parts[index] ?? ''))
}

/** What an ARN leaves out at its end may be anything (IAM user guide, "Resource"). */
function arnParts(arn: string): string[] {
  const parts = arn.split(':')
  const complete = [...parts, ...Array.from({length: 6}, () => '*')]
  return [...complete.slice(0, 5), parts.length > 5 ? parts.slice(5).join(':') : '*']
}

function principalMatches(wanted: Principals | undefined, asking: Principals | undefined): boolean {
  if (!wanted) return true
  return Object.entries(asking ?? {}).some(([type, names]) =>
    (wanted[type] ?? []).some((pattern) => pattern === '*' || names.includes(pattern))
  )
}
