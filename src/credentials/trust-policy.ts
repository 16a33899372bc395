import type {Claims} from './oidc.ts'

/** An IAM policy document, as JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly object[]
}

/**
 * The trust policy with which a role would accept exactly the token that carries these claims: its own `sub`, whichever
 * form GitHub gave it (repositories created since July 2026 have `repo:ORG@ID/REPO@ID:…`).
 *
 * @param accountId of the role, and so of the identity provider that it names
 * @returns nothing when the claims name no issuer or subject
 */
export function buildTrustPolicy(
  claims: Claims,
  accountId: string,
  audience: string,
  partition = 'aws'
): PolicyDocument | undefined {
  const {iss, sub} = claims
  if (typeof iss !== 'string' || typeof sub !== 'string') return undefined
  const provider = iss.replace(/^https:\/\//, '').replace(/\/$/, '')
  const conditions = {[`${provider}:aud`]: literal(audience), [`${provider}:sub`]: literal(sub)}
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {Federated: `arn:${partition}:iam::${accountId}:oidc-provider/${provider}`},
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {StringEquals: conditions}
      }
    ]
  }
}

/** A branch may be called `${aws:…}`, which IAM would take for a policy variable. */
function literal(value: string): string {
  return value.replaceAll('${', '${$}{')
}

/** The claims that identify the job, without those that only date the token. */
export function identityOf(claims: Claims): Claims {
  const dating = new Set(['jti', 'iat', 'nbf', 'exp'])
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !dating.has(name)))
}
