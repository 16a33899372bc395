import {runSimulation} from '@cloud-copilot/iam-simulate'
import {describe, expect, it} from '@jest/globals'
import {packerSessionPolicy, policyLimit, type PackerPolicyOptions} from '../../src/credentials/sessionPolicy.ts'

const account = '111122223333'
const region = 'eu-west-1'
const bake = 'bake-1'
const tag = 'bake-jenkins-ami:bake'
const shipped: PackerPolicyOptions = {
  region,
  partition: 'aws',
  bakeId: bake,
  requireTags: true,
  passesRole: true,
  startsSessions: false
}
const own: PackerPolicyOptions = {...shipped, requireTags: false, startsSessions: true}

interface Call {
  readonly action: string
  readonly resource?: string
  /** The tag on what is there already. */
  readonly on?: string
  /** The tag that the call gives to what it makes. */
  readonly gives?: string
  readonly context?: Record<string, string>
  readonly region?: string
}

/** Every key has one; this is the one that KMS gives to keys by default. */
const keyPolicy = {
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {AWS: `arn:aws:iam::${account}:root`}, Action: 'kms:*', Resource: '*'}]
}

/** Whether the policy alone, as if the role allowed everything, allows one call on one resource. */
async function allows(options: PackerPolicyOptions, call: Call): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/bake`,
        action: call.action,
        resource: {resource: call.resource ?? '*', accountId: account},
        contextVariables: {
          'aws:RequestedRegion': call.region ?? region,
          ...(call.on ? {[`aws:ResourceTag/${tag}`]: call.on, [`ec2:ResourceTag/${tag}`]: call.on} : {}),
          ...(call.gives ? {[`aws:RequestTag/${tag}`]: call.gives, 'aws:TagKeys': [tag]} : {}),
          ...call.context
        }
      },
      identityPolicies: [{name: 'session', policy: JSON.parse(packerSessionPolicy(options))}],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(call.action.startsWith('kms:') ? {resourcePolicy: keyPolicy} : {})
    },
    {}
  )
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors))
  const verdicts = result.resultType === 'single' ? [result.result] : result.results
  const ignored = verdicts.flatMap((verdict) => verdict.ignoredContextKeys ?? ['all of it'])
  if (ignored.length > 0) throw new Error(`not judged: ${ignored.join(', ')}`)
  return result.overallResult === 'Allowed'
}

const arn = (type: string, id: string, owner = account) => `arn:aws:ec2:${region}:${owner}:${type}/${id}`
const instance = arn('instance', 'i-1')
const image = arn('image', 'ami-1', '')
const snapshot = arn('snapshot', 'snap-1', '')
const group = arn('security-group', 'sg-1')
const keyPair = arn('key-pair', 'packer_1')
const volume = arn('volume', 'vol-1')
const networkInterface = arn('network-interface', 'eni-1')
const vpc = arn('vpc', 'vpc-1')
const subnet = arn('subnet', 'subnet-1')

it.each([shipped, own])('fits into a session, also with the longest region and id: tags required %#', (options) => {
  const policy = packerSessionPolicy({...options, region: 'ap-southeast-10', bakeId: 'x'.repeat(36)})
  expect(policy.length).toBeLessThanOrEqual(policyLimit)
  expect(policy).not.toMatch(/\s/)
})

describe('with the shipped template', () => {
  it.each<Call>([
    {action: 'ec2:DescribeImages'},
    {action: 'ec2:DescribeRegions'},
    {action: 'ec2:CreateKeyPair', resource: keyPair, gives: bake},
    {action: 'ec2:CreateSecurityGroup', resource: group, gives: bake},
    {action: 'ec2:CreateSecurityGroup', resource: vpc},
    {action: 'ec2:AuthorizeSecurityGroupIngress', resource: group, on: bake},
    {action: 'ec2:RunInstances', resource: instance, gives: bake},
    {action: 'ec2:RunInstances', resource: volume, gives: bake},
    {action: 'ec2:RunInstances', resource: networkInterface, gives: bake},
    {action: 'ec2:RunInstances', resource: image},
    {action: 'ec2:RunInstances', resource: subnet},
    {action: 'ec2:RunInstances', resource: group, on: bake},
    {action: 'ec2:RunInstances', resource: keyPair, on: bake},
    {action: 'ec2:CreateTags', resource: instance, gives: bake, context: {'ec2:CreateAction': 'RunInstances'}},
    {action: 'ec2:CreateTags', resource: image, gives: bake, context: {'ec2:CreateAction': 'CreateImage'}},
    {action: 'ec2:CreateTags', resource: image, on: bake},
    {action: 'ec2:StopInstances', resource: instance, on: bake},
    {action: 'ec2:ModifyInstanceAttribute', resource: instance, on: bake},
    {action: 'ec2:CreateImage', resource: instance, on: bake},
    {action: 'ec2:CreateImage', resource: image, gives: bake},
    {action: 'ec2:CreateImage', resource: snapshot, gives: bake},
    {action: 'ec2:TerminateInstances', resource: instance, on: bake},
    {action: 'ec2:DeleteSecurityGroup', resource: group, on: bake},
    {action: 'ec2:DeleteKeyPair', resource: keyPair, on: bake},
    {action: 'ec2:DeleteVolume', resource: volume, on: bake},
    {action: 'ec2:DeregisterImage', resource: image, on: bake},
    {action: 'ec2:DeleteSnapshot', resource: snapshot, on: bake},
    {
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${account}:role/r`,
      context: {'iam:PassedToService': 'ec2.amazonaws.com'}
    },
    {
      action: 'kms:CreateGrant',
      resource: `arn:aws:kms:${region}:${account}:key/k`,
      context: {'kms:ViaService': 'ec2.eu-west-1.amazonaws.com'}
    }
  ])('allows $action on $resource, tagged $on, giving $gives', async (call) => {
    expect(await allows(shipped, call)).toBe(true)
  })

  it.each<Call>([
    {action: 'ec2:RunInstances', resource: instance},
    {action: 'ec2:RunInstances', resource: instance, gives: 'another-bake'},
    {action: 'ec2:RunInstances', resource: volume},
    {action: 'ec2:RunInstances', resource: networkInterface},
    {action: 'ec2:CreateKeyPair', resource: keyPair},
    {action: 'ec2:CreateSecurityGroup', resource: group},
    {action: 'ec2:CreateImage', resource: image},
    {action: 'ec2:CreateImage', resource: snapshot},
    {action: 'ec2:CreateImage', resource: instance},
    {action: 'ec2:CreateImage', resource: instance, on: 'another-bake'},
    {action: 'ec2:AuthorizeSecurityGroupIngress', resource: group},
    {action: 'ec2:TerminateInstances', resource: instance},
    {action: 'ec2:TerminateInstances', resource: instance, on: 'another-bake'},
    {action: 'ec2:StopInstances', resource: instance},
    {action: 'ec2:DeleteSecurityGroup', resource: group},
    {action: 'ec2:DeleteKeyPair', resource: keyPair},
    {action: 'ec2:DeregisterImage', resource: image},
    {action: 'ec2:DeleteSnapshot', resource: snapshot},
    {action: 'ec2:CreateTags', resource: instance, gives: bake},
    {action: 'ec2:CreateTags', resource: instance, on: 'another-bake', gives: bake},
    {action: 'ec2:DeleteTags', resource: instance, on: bake},
    {action: 'ec2:CopyImage', resource: image, gives: bake}
  ])('denies $action on $resource, tagged $on, giving $gives', async (call) => {
    expect(await allows(shipped, call)).toBe(false)
  })
})

describe("with a user's template", () => {
  it.each<Call>([
    {action: 'ec2:RunInstances', resource: instance},
    {action: 'ec2:CreateKeyPair', resource: keyPair},
    {action: 'ec2:CreateImage', resource: image},
    {action: 'ec2:CopyImage', resource: image},
    {action: 'ec2:CreateLaunchTemplate', resource: arn('launch-template', 'lt-1')},
    {action: 'ec2:CreateFleet', resource: arn('fleet', 'fleet-1')},
    {action: 'ec2:CreateTags', resource: image},
    {action: 'ec2:ModifyImageAttribute', resource: image},
    {action: 'ec2:EnableImageDeprecation', resource: image},
    {action: 'ec2:TerminateInstances', resource: instance},
    {action: 'ssm:StartSession', resource: instance},
    {action: 'ssm:GetParameter', resource: `arn:aws:ssm:${region}:${account}:parameter/p`}
  ])('allows $action', async (call) => {
    expect(await allows(own, call)).toBe(true)
  })
})

describe('with a template that copies its image and assumes a role', () => {
  const role = `arn:aws:iam::${account}:role/build`
  const copying: PackerPolicyOptions = {...own, copyRegions: ['us-east-1', 'us-west-2'], roles: [role]}
  const copy: Call = {action: 'ec2:CopyImage', resource: image, region: 'us-east-1'}
  const kms = (host: string): Call => ({
    action: 'kms:CreateGrant',
    resource: `arn:aws:kms:us-east-1:${account}:key/k`,
    context: {'kms:ViaService': `ec2.${host}.amazonaws.com`}
  })

  it.each<Call>([
    copy,
    {...copy, region: 'us-west-2'},
    {action: 'ec2:DescribeImages', region: 'us-east-1'},
    {action: 'ec2:CreateTags', resource: image, region: 'us-east-1'},
    {action: 'ec2:ModifyImageAttribute', resource: image, region: 'us-east-1'},
    {action: 'ec2:RunInstances', resource: instance},
    {action: 'sts:AssumeRole', resource: role},
    kms('us-east-1')
  ])('allows $action on $resource in $region', async (call) => {
    expect(await allows(copying, call)).toBe(true)
  })

  it.each<Call>([
    {...copy, region: 'eu-central-1'},
    {action: 'ec2:RunInstances', resource: instance, region: 'us-east-1'},
    {action: 'ec2:CreateKeyPair', resource: keyPair, region: 'us-east-1'},
    {action: 'ec2:CreateSecurityGroup', resource: group, region: 'us-east-1'},
    {action: 'sts:AssumeRole', resource: `${role}2`},
    {...kms('us-east-1'), context: {'kms:ViaService': 's3.us-east-1.amazonaws.com'}}
  ])('denies $action on $resource in $region', async (call) => {
    expect(await allows(copying, call)).toBe(false)
  })

  it('fits into a session with a dozen regions, and says so where it does not', () => {
    const to = (count: number) => ({
      ...copying,
      copyRegions: Array.from({length: count}, (_, n) => `ap-southeast-${n}`)
    })
    expect(packerSessionPolicy(to(12)).length).toBeLessThanOrEqual(policyLimit)
    expect(() => packerSessionPolicy(to(30))).toThrow(/copies its images to 30 regions/)
  })
})

describe('hands over a role and opens sessions only where that is used:', () => {
  const pass = {
    action: 'iam:PassRole',
    resource: `arn:aws:iam::${account}:role/r`,
    context: {'iam:PassedToService': 'ec2.amazonaws.com'}
  }
  const lookUp = {action: 'iam:GetInstanceProfile', resource: `arn:aws:iam::${account}:instance-profile/p`}
  const document = {
    action: 'ssm:StartSession',
    resource: `arn:aws:ssm:${region}:${account}:document/AWS-StartPortForwardingSession`
  }
  const start = (tagValue: string) => ({
    action: 'ssm:StartSession',
    resource: instance,
    context: {[`ssm:resourceTag/${tag}`]: tagValue}
  })
  const end = {action: 'ssm:TerminateSession', resource: `arn:aws:ssm:${region}:${account}:session/s-1`}
  const bySession = {...shipped, startsSessions: true}

  it.each<[string, PackerPolicyOptions, Call, boolean]>([
    ['no profile', {...shipped, passesRole: false}, pass, false],
    ['the shipped template, which leaves the looking up to the launch', shipped, lookUp, false],
    ['a template of the user’s own', own, lookUp, true],
    ['no Session Manager', shipped, start(bake), false],
    ['Session Manager, on the bake’s machine', bySession, start(bake), true],
    ['Session Manager, on another machine', bySession, start('bake-2'), false],
    ['Session Manager, its document', bySession, document, true],
    [
      'Session Manager, another document',
      bySession,
      {...document, resource: `${document.resource}ToRemoteHost`},
      false
    ],
    ['Session Manager, the end', bySession, end, true],
    ['Session Manager of a template of the user’s own', own, start('none'), true]
  ])('%s', async (_, options, call, expected) => {
    expect(await allows(options, call)).toBe(expected)
  })

  it('fits with all of it, too', () => {
    const longest = {...bySession, region: 'ap-southeast-10', bakeId: '0123456789ab'}
    expect(packerSessionPolicy(longest).length).toBeLessThanOrEqual(policyLimit)
  })
})

it.each<[string, PackerPolicyOptions]>([
  ['aws-us-gov', {...shipped, partition: 'aws-us-gov'}],
  ['aws-cn', {...shipped, partition: 'aws-cn'}],
  ['no bake id', {region, partition: 'aws', requireTags: true, passesRole: false, startsSessions: false}]
])('requires no tags where they cannot be required: %s', async (_, options) => {
  expect(await allows(options, {action: 'ec2:RunInstances', resource: instance})).toBe(true)
})

it.each<Call>([
  {action: 'ec2:DescribeImages', region: 'us-east-1'},
  {action: 'ec2:RunInstances', resource: instance, gives: bake, region: 'us-east-1'},
  {action: 'ec2:CopyImage', resource: image, region: 'us-east-1'},
  {
    action: 'iam:PassRole',
    resource: `arn:aws:iam::${account}:role/r`,
    context: {'iam:PassedToService': 'lambda.amazonaws.com'}
  },
  {action: 'iam:CreateRole', resource: `arn:aws:iam::${account}:role/r`},
  {action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key'},
  {action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/r`},
  {action: 'kms:Decrypt', resource: `arn:aws:kms:${region}:${account}:key/k`},
  {
    action: 'kms:Decrypt',
    resource: `arn:aws:kms:${region}:${account}:key/k`,
    context: {'kms:ViaService': 's3.eu-west-1.amazonaws.com'}
  }
])('never allows $action on $resource (region $region, $context)', async (call) => {
  expect(await allows(shipped, call)).toBe(false)
  expect(await allows(own, call)).toBe(false)
})

it("names China's own service hosts", () => {
  const policy = packerSessionPolicy({...own, region: 'cn-north-1', partition: 'aws-cn'})
  expect(policy).toContain('"iam:PassedToService":"ec2.amazonaws.com.cn"')
  expect(policy).toContain('"kms:ViaService":"ec2.cn-north-1.amazonaws.com.cn"')
})
