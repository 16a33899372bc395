import type {Call, ServiceName} from './cloud.ts'

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
