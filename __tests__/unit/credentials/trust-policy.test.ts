import {expect, it} from '@jest/globals'
import {buildTrustPolicy, identityOf} from '../../../src/credentials/trust-policy.ts'
import {claims} from './stand-ins.ts'

it('accepts exactly the issuer, audience and subject of the token', () => {
  expect(buildTrustPolicy(claims, '111122223333', 'sts.amazonaws.com')).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'
        },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': 'repo:octo@12/images@34:ref:refs/heads/main'
          }
        }
      }
    ]
  })
})

it("names the partition, and another issuer's path", () => {
  const policy = JSON.stringify(
    buildTrustPolicy({iss: 'https://ghes.example/_services/token', sub: 's'}, '1', 'a', 'aws-cn')
  )
  expect(policy).toContain('arn:aws-cn:iam::1:oidc-provider/ghes.example/_services/token')
  expect(policy).toContain('"ghes.example/_services/token:sub":"s"')
})

it('builds none from a token without issuer or subject', () => {
  expect(buildTrustPolicy({}, '1', 'a')).toBeUndefined()
  expect(buildTrustPolicy({iss: 1, sub: 2}, '1', 'a')).toBeUndefined()
})

it('takes a branch that is named like a policy variable literally', () => {
  const sub = 'repo:o/r:ref:refs/heads/${aws:username}'
  const policy = JSON.stringify(buildTrustPolicy({iss: claims.iss, sub}, '1', 'a'))
  // `${$}` is a plain dollar sign (IAM User Guide, "Policy variables", special characters).
  expect(policy).toContain('"repo:o/r:ref:refs/heads/${$}{aws:username}"')
})

it('leaves out the claims that only date the token', () => {
  expect(identityOf({sub: 's', jti: 'j', iat: 1, nbf: 1, exp: 1})).toEqual({sub: 's'})
})
