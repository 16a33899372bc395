import {expect, it} from '@jest/globals'
import {denialIn} from '../../../../src/aws/errors/denial.ts'

const said = (because: string) =>
  `UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:1:instance/* ${because}`

it.each([
  ['because no identity-based policy allows the ec2:RunInstances action', 'role'],
  ['with an explicit deny in an identity-based policy', 'explicit-deny'],
  ['because no session policy allows the ec2:RunInstances action', 'session'],
  ['because no permissions boundary allows the ec2:RunInstances action', 'boundary'],
  ['with an explicit deny in a service control policy', 'organization'],
  ['because no resource control policy allows the ec2:RunInstances action', 'organization'],
  ['because no VPC endpoint policy allows the ec2:RunInstances action', 'endpoint'],
  ['with an explicit deny in a VPC endpoint policy', 'endpoint'],
  ['because no resource-based policy allows the kms:CreateGrant action', 'resource']
])('knows whose word a denial is: %s', (because, by) => {
  expect(denialIn(said(because))).toEqual({
    action: 'ec2:RunInstances',
    resource: 'arn:aws:ec2:eu-west-1:1:instance/*',
    by
  })
})

it('takes the call for the action where AWS names none', () => {
  const older =
    'operation error EC2: CreateFleet, https response error StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation.'
  expect(denialIn(older)).toEqual({action: 'ec2:CreateFleet', by: 'role'})
})

it.each(['RequestLimitExceeded: slow down', 'UnauthorizedOperation: You are not authorized'])(
  'finds none in %s',
  (text) => {
    expect(denialIn(text)).toBeUndefined()
  }
)
