import {accountId} from '../account.ts'
import {iamId} from '../auth/ids.ts'
import {readPolicy} from '../auth/read-policy.ts'
import type {Policy} from '../auth/policy.ts'
import {issuerHost} from '../oidc.ts'

/** A role that can be assumed. */
export interface Role {
  readonly arn: string
  readonly name: string
  readonly id: string
  readonly trust: Policy
}

/** The account's identity provider for GitHub, as it is set up for `aws-actions/configure-aws-credentials`. */
export const providerArn = `arn:aws:iam::${accountId}:oidc-provider/${issuerHost}`

/** The audiences that the identity provider accepts, whatever a role's trust policy says. */
export const providerAudiences: readonly string[] = ['sts.amazonaws.com']

export function createRole(name: string, trustPolicy: string): Role {
  return {
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    name,
    id: iamId('AROA', 21),
    trust: readPolicy(trustPolicy, 'trust')
  }
}

/** Trusts GitHub's tokens for one repository, and the account's own users and roles. */
export function trustPolicyFor(subject: string): string {
  const repository = subject.split(':').slice(0, 2).join(':')
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {Federated: providerArn},
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {[`${issuerHost}:aud`]: 'sts.amazonaws.com'},
          StringLike: {[`${issuerHost}:sub`]: `${repository}:*`}
        }
      },
      {Effect: 'Allow', Principal: {AWS: `arn:aws:iam::${accountId}:root`}, Action: 'sts:AssumeRole'}
    ]
  })
}
