import {expect, it} from '@jest/globals'
import {denialAdvice, denialIn, type Denial} from '../../../../src/aws/errors/denial.ts'

const said = (because: string) =>
  `UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:1:instance/* ${because}`

it.each([
  ['because no identity-based policy allows the ec2:RunInstances action', 'role'],
  ['with an explicit deny in an identity-based policy', 'explicit-deny'],
  ['because no session policy allows the ec2:RunInstances action', 'session'],
  ['with an explicit deny in a session policy', 'session-deny'],
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

it.each<[string, Partial<Denial>, string]>([
  ['no region', {action: 'ec2:DescribeRegions'}, 'The call went to another region'],
  ['another region', {resource: 'arn:aws:ec2:us-west-2::image/ami-1'}, 'The call went to us-west-2'],
  [
    'the parameter of another region',
    {action: 'ssm:GetParameter', resource: 'arn:aws:ssm:eu-west-3:1:parameter/p'},
    'The call went to eu-west-3'
  ],
  [
    'a machine in a region of copies',
    {action: 'ec2:RunInstances', resource: 'arn:aws:ec2:us-east-1:1:instance/*'},
    'The call went to us-east-1'
  ]
])('names the regions of the session to a call that AWS denies there: %s', (_, denial, expected) => {
  const denied: Denial = {action: 'ec2:CreateTags', by: 'session-deny', ...denial}
  const advice = denialAdvice([denied], {regions: ['eu-west-1', 'us-east-1', 'eu-west-1']})
  expect(advice).toContain(
    `${expected}, but Packer's session may work only in eu-west-1 and copy images to us-east-1: the action`
  )
  expect(advice).toContain('say region = var.region in every source')
  expect(advice).toContain("set 'aws-region' to it")
  expect(denialAdvice([denied], {regions: ['eu-west-1']})).toContain('may work only in eu-west-1: the action')
})

it.each<[string, Denial, regions?: readonly string[]]>([
  [
    'its own region',
    {action: 'ec2:DeleteSnapshot', resource: 'arn:aws:ec2:eu-west-1::snapshot/snap-1', by: 'session-deny'}
  ],
  [
    'a region of copies',
    {action: 'ec2:DeleteSnapshot', resource: 'arn:aws:ec2:us-east-1::snapshot/snap-1', by: 'session-deny'}
  ],
  ['no region at all', {action: 'iam:PassRole', resource: 'arn:aws:iam::1:role/r', by: 'session-deny'}],
  ['what it does not allow', {action: 'ec2:DescribeHosts', by: 'session'}],
  ['a session that nobody limits', {action: 'ec2:DescribeRegions', by: 'session-deny'}, []]
])(
  'says what the session is for where the region is not the reason: %s',
  (_, denial, regions = ['eu-west-1', 'us-east-1']) => {
    expect(denialAdvice([denial], {regions})).toMatch(/^The action limits Packer's session to the calls of/)
  }
)
