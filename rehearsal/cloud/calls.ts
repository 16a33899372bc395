export type ServiceName = 'autoscaling' | 'ec2' | 'iam' | 'ssm' | 'sts' | 'oidc' | 'probe'

/** One call that arrived, in order of arrival. `status` is 0 until it has been answered. */
export interface Call {
  /** Counts from 1 over all calls. */
  readonly n: number
  readonly service: ServiceName
  /** EC2's, IAM's, SSM's and STS's action (`DryRunRunInstances` for a dry run), `GetIdToken` for the OIDC endpoint, `Probe` for a request to a machine's port 8080. */
  readonly action: string
  /** Counts from 1 over the calls of this action. */
  readonly nth: number
  /** Told apart by the User-Agent that Packer's SDKs send. */
  readonly by: 'action' | 'packer' | 'other'
  /** Stays 0 for a probe: the machine answers it, not the cloud. */
  status: number
  /** AWS's, or how a deliberate fault left the call without an answer: `reset`, `silence`. */
  errorCode?: string
}

/** Everything that arrived, in order. */
export class CallLog {
  readonly calls: Call[] = []

  arrived(service: ServiceName, action: string, by: Call['by']): Call {
    const nth = 1 + this.calls.filter((call) => call.action === action && call.service === service).length
    const call: Call = {n: this.calls.length + 1, service, action, nth, by, status: 0}
    this.calls.push(call)
    return call
  }
}

/** Of whoever is in the account beside the bake, and would otherwise look like the action. */
export const bystanderAgent = 'rehearsal-bystander'

/**
 * Who called: the action uses the SDK for JavaScript, and names itself elsewhere; Packer uses the SDKs for Go
 * (both of its generations; HashiCorp's also name `APN/1.0 HashiCorp/1.0 Packer/…`).
 */
export function callerOf(userAgent = ''): Call['by'] {
  if (userAgent.includes(bystanderAgent)) return 'other'
  if (/aws-sdk-go|\bAPN\/|Packer/iu.test(userAgent)) return 'packer'
  if (/aws-sdk-js|bake-jenkins-ami|actions\/oidc-client|^(?:node|undici)$/u.test(userAgent)) return 'action'
  return 'other'
}
