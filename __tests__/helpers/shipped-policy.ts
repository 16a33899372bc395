import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {runSimulation} from '@cloud-copilot/iam-simulate'
import type {AuthorizedResource, Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import type {Policy} from '../../rehearsal/cloud/auth/policy.ts'

export interface Statement {
  readonly Sid?: string
  readonly Action: string | readonly string[]
  readonly [element: string]: unknown
}

const folder = join(import.meta.dirname, '../../iam')
const accountId = '123456789012'

/** The files in iam/ that say what a role may do. */
export const shippedFiles = readdirSync(folder).filter((name) => name.endsWith('permissions.json'))

/** Of a file in iam/. */
export function statementsOf(name: string): readonly Statement[] {
  const {Statement: statements} = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    Statement: readonly Statement[]
  }
  return statements
}

/** A session policy as STS was given it. */
export function sessionStatements({statements}: Policy): Statement[] {
  return statements.map(({effect, actions, notActions, resources, notResources, conditions}) => ({
    Effect: effect,
    ...(notActions ? {NotAction: actions} : {Action: actions}),
    ...(notResources ? {NotResource: resources} : {Resource: resources}),
    Condition: conditions
  })) as unknown as Statement[]
}

/**
 * AWS applies this action to sessions (aws/session-manager-plugin, README), of which the evaluator's list of actions does not know: it
 * is given one of the same kind of resource in its place.
 */
const standIns: Readonly<Record<string, string>> = {'ssmmessages:OpenDataChannel': 'ssm:TerminateSession'}

function asKnown(statements: readonly Statement[], action: string): unknown[] {
  const known = standIns[action]
  if (known === undefined) return [...statements]
  return statements.flatMap(({Action, ...statement}) =>
    [Action].flat().some((one) => one === action) ? [{...statement, Action: known}] : []
  )
}

/** Whether statements allow one call on one resource, judged by an evaluator that is not ours. */
export async function allows(
  statements: readonly Statement[],
  {action, arn, context}: {readonly action: string} & AuthorizedResource
): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${accountId}:role/bake-jenkins-ami`,
        action: standIns[action] ?? action,
        // The evaluator knows no documents without an account, as AWS's own are.
        resource: {resource: arn.replace('::document/', `:${accountId}:document/`), accountId},
        contextVariables: context as Record<string, string | string[]>
      },
      identityPolicies: [{name: 'role', policy: {Version: '2012-10-17', Statement: asKnown(statements, action)}}],
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  if (result.resultType === 'error') throw new Error(`${action} on ${arn}: ${JSON.stringify(result.errors)}`)
  return result.overallResult === 'Allowed'
}

/**
 * Judges requests by a policy that this project hands out, and what a session policy leaves of it. What STS does is allowed.
 *
 * @param name of a file in iam/
 * @param more statements that its reader adds
 */
export function shippedPolicy(name: string, more: readonly Statement[] = []): Authorize {
  const role = [...statementsOf(name), ...more]
  return async ({principal, action, resources}) => {
    if (action.startsWith('sts:')) return {allowed: true}
    for (const resource of resources) {
      const {arn} = resource
      if (!(await allows(role, {action, ...resource}))) {
        return {allowed: false, resource: arn, because: `because iam/${name} does not allow ${action}`}
      }
      for (const policy of principal.sessionPolicies) {
        if (!(await allows(sessionStatements(policy), {action, ...resource}))) {
          return {allowed: false, resource: arn, because: `because no session policy allows the ${action} action`}
        }
      }
    }
    return {allowed: true}
  }
}
