import type {Context} from './conditions.ts'
import {evaluate, type Policy, type Verdict} from './policy.ts'
import type {Principal} from './sessions.ts'

/** One resource that a call touches, with the condition keys that AWS knows of it for this action. */
export interface AuthorizedResource {
  readonly arn: string
  readonly context: Context
}

export interface AuthorizationRequest {
  readonly principal: Principal
  /** `ec2:RunInstances`, `sts:AssumeRole` … */
  readonly action: string
  /** Every one of them must be allowed. */
  readonly resources: readonly AuthorizedResource[]
}

type Decision =
  | {readonly allowed: true}
  | {
      readonly allowed: false
      /** The ARN of the first resource that was refused. */
      readonly resource: string
      /** Ends AWS's message: `because no session policy allows the ec2:X action`. */
      readonly because: string
    }

/** Judges one call. A call that creates with tags is judged a second time, as `ec2:CreateTags`. */
export type Authorize = (request: AuthorizationRequest) => Decision | Promise<Decision>

/** The default: users and roles may do everything, and sessions what their session policies leave of that. */
export const honourSessionPolicies: Authorize = ({principal, action, resources}) => {
  for (const policy of principal.sessionPolicies) {
    for (const resource of resources) {
      const verdict = judge(policy, action, resource)
      if (verdict !== 'allow') return {allowed: false, resource: resource.arn, because: reason(verdict, action)}
    }
  }
  return {allowed: true}
}

function judge(policy: Policy, action: string, {arn, context}: AuthorizedResource): Verdict {
  return evaluate(policy, {action, resource: arn, context})
}

function reason(verdict: Verdict, action: string): string {
  return verdict === 'deny'
    ? 'with an explicit deny in a session policy'
    : `because no session policy allows the ${action} action`
}
