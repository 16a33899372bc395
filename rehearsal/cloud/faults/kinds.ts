import {creates} from './creates.ts'

/** What can go wrong with a call. */
export const faultKinds = [
  'throttled',
  'internal-error',
  'unavailable',
  'silent',
  'reset-before',
  'reset-after',
  'denied',
  'expired',
  'not-found',
  'no-capacity',
  'issuer-unreachable'
] as const

export type FaultKind = (typeof faultKinds)[number]

/** For a person who reads a table of them. */
export const meanings: Readonly<Record<FaultKind, string>> = {
  throttled: 'too many requests',
  'internal-error': 'HTTP 500',
  unavailable: 'HTTP 503',
  silent: 'the request is accepted and never answered, nor carried out',
  'reset-before': 'the connection breaks, and nothing was done',
  'reset-after': 'it is done, and the connection breaks before the answer',
  denied: 'a policy does not allow the call',
  expired: 'the keys, or the token, have expired',
  'not-found': 'what the call made is unknown to the next calls that name it',
  'no-capacity': 'there is no capacity for the instance type that the call asks for, this time or any other',
  'issuer-unreachable': 'STS cannot reach the issuer of the OIDC token'
}

const everywhere: readonly FaultKind[] = [
  'throttled',
  'internal-error',
  'unavailable',
  'silent',
  'reset-before',
  'reset-after',
  'denied',
  'expired'
]

/** The kinds that a call can meet. */
export function kindsFor(action: string): readonly FaultKind[] {
  if (action === 'Probe') return []
  return [
    ...everywhere,
    ...(action in creates ? ['not-found' as const] : []),
    ...(action === 'RunInstances' ? ['no-capacity' as const] : []),
    ...(action === 'AssumeRoleWithWebIdentity' ? ['issuer-unreachable' as const] : [])
  ]
}
