import * as ec2 from '@aws-sdk/client-ec2'
import {runSimulation} from '@cloud-copilot/iam-simulate'
import {describe, expect, it} from '@jest/globals'
import type {AwsUse} from '../../../src/template/aws-use.ts'
import {packerSessionPolicy, policyLimit} from '../../../src/credentials/session-policy.ts'
import {type PackerPolicyOptions} from '../../../src/credentials/session-statements.ts'

const account = '111122223333'
const region = 'eu-west-1'
const bake = 'bake-1'
const tag = 'bake-jenkins-ami:bake'
const uses: AwsUse = {
  tags: {machines: true, volumes: true, launchTemplates: true},
  spot: false,
  copiesAtHome: false,
  sessions: false,
  profile: false,
  others: false,
  fastLaunch: false,
  passwords: false,
  decodes: false,
  secrets: false,
  snapshots: [],
  unknownSnapshots: false
}
const untagged = {machines: false, volumes: false, launchTemplates: false}
const shipped: PackerPolicyOptions = {
  region,
  partition: 'aws',
  bakeId: bake,
  tagsAtCreation: true,
  own: false,
  uses,
  passesRole: true,
  startsSessions: false,
  sessionName: 'bake-jenkins-ami'
}
/** A template of a user's own that uses the variable `tags`, and one that does not; both use whatever there is. */
const everything: Partial<AwsUse> = {profile: true, fastLaunch: true, passwords: true, secrets: true}
const ownTagged: PackerPolicyOptions = {...shipped, own: true, passesRole: false}
const own: PackerPolicyOptions = {
  ...shipped,
  own: true,
  startsSessions: true,
  uses: {...uses, ...everything, tags: untagged}
}

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

/** All actions of EC2 that a policy allows somewhere, by the names in the SDK. */
function allowedOfEc2(options: PackerPolicyOptions): string[] {
  const {Statement: statements} = JSON.parse(packerSessionPolicy(options)) as {
    Statement: {Effect: string; Action?: string | string[]}[]
  }
  const patterns = statements
    .filter(({Effect}) => Effect === 'Allow')
    .flatMap(({Action = []}) => [Action].flat())
    .map((action) => new RegExp(`^${action.replaceAll('*', '.*')}$`))
  const actions = Object.keys(ec2).flatMap((name) =>
    /^[A-Z]\w+Command$/.test(name) ? [name.replace(/Command$/, '')] : []
  )
  return actions.filter((action) => patterns.some((pattern) => pattern.test(`ec2:${action}`))).toSorted()
}

it('allows a template without tags these actions of EC2, and none that only looks alike', () => {
  expect(allowedOfEc2(own)).toEqual([
    'AttachVolume',
    'AuthorizeSecurityGroupIngress',
    'CopyImage',
    'CreateFleet',
    'CreateImage',
    'CreateKeyPair',
    'CreateLaunchTemplate',
    'CreateSecurityGroup',
    'CreateSnapshot',
    'CreateTags',
    'CreateVolume',
    'DeleteKeyPair',
    'DeleteLaunchTemplate',
    'DeleteSecurityGroup',
    'DeleteSnapshot',
    'DeleteTags',
    'DeleteVolume',
    'DeregisterImage',
    'DescribeFastLaunchImages',
    'DescribeImageAttribute',
    'DescribeImages',
    'DescribeInstanceStatus',
    'DescribeInstanceTypeOfferings',
    'DescribeInstances',
    'DescribeLaunchTemplates',
    'DescribeRegions',
    'DescribeSecurityGroups',
    'DescribeSnapshots',
    'DescribeSubnets',
    'DescribeVolumes',
    'DescribeVpcs',
    'DetachVolume',
    'DisableImageDeprecation',
    'DisableImageDeregistrationProtection',
    'EnableFastLaunch',
    'EnableImageDeprecation',
    'EnableImageDeregistrationProtection',
    'GetPasswordData',
    'ModifyImageAttribute',
    'ModifyInstanceAttribute',
    'ModifySnapshotAttribute',
    'RegisterImage',
    'RunInstances',
    'StopInstances',
    'TerminateInstances'
  ])
})

it.each([shipped, ownTagged, own])(
  'fits into a session, also with the longest region and id: tags required %#',
  (options) => {
    const policy = packerSessionPolicy({...options, region: 'ap-southeast-10', bakeId: 'x'.repeat(12)})
    expect(policy.length).toBeLessThanOrEqual(policyLimit)
    expect(policy.includes('"ec2:*tachVolume"')).toBe(!options.uses.tags.machines)
    expect(policy).not.toMatch(/\s/)
  }
)

describe.each([
  ['the shipped template', shipped],
  ["a user's template that uses tags", ownTagged]
])('with %s', (_, options) => {
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
    {action: 'ec2:ModifyImageAttribute', resource: image, on: bake},
    {action: 'ec2:CreateImage', resource: instance, on: bake},
    {action: 'ec2:CreateImage', resource: image, gives: bake},
    {action: 'ec2:CreateImage', resource: snapshot, gives: bake},
    {action: 'ec2:TerminateInstances', resource: instance, on: bake},
    {action: 'ec2:DeleteSecurityGroup', resource: group, on: bake},
    {action: 'ec2:DeleteKeyPair', resource: keyPair, on: bake},
    {action: 'ec2:DeregisterImage', resource: image, on: bake},
    {action: 'ec2:DeleteSnapshot', resource: snapshot, on: bake},
    {
      action: 'kms:CreateGrant',
      resource: `arn:aws:kms:${region}:${account}:key/k`,
      context: {'kms:ViaService': 'ec2.eu-west-1.amazonaws.com'}
    }
  ])('allows $action on $resource, tagged $on, giving $gives', async (call) => {
    expect(await allows(options, call)).toBe(true)
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
    {action: 'ec2:CreateTags', resource: instance, on: bake, gives: 'another-bake'},
    {action: 'ec2:CreateTags', resource: snapshot, gives: bake, context: {'ec2:ParentVolume': volume}},
    {action: 'ec2:ModifyImageAttribute', resource: image},
    {action: 'ec2:ModifyImageAttribute', resource: image, on: 'another-bake'},
    {action: 'ec2:RunInstances', resource: arn('launch-template', 'lt-1')},
    {action: 'ec2:RunInstances', resource: group},
    {action: 'ec2:RunInstances', resource: keyPair},
    {action: 'ec2:RunInstances', resource: snapshot},
    {action: 'ec2:CreateLaunchTemplate', resource: arn('launch-template', '*'), gives: bake},
    {action: 'ec2:CreateFleet', resource: arn('fleet', '*')},
    {action: 'ec2:DescribeInstanceAttribute', resource: instance},
    {action: 'ec2:DescribeInstanceAttribute', resource: instance, on: bake},
    {action: 'ec2:DescribeLaunchTemplateVersions'},
    {action: 'ec2:DescribeSpotInstanceRequests'},
    {action: 'ec2:GetConsoleOutput', resource: instance, on: bake},
    {action: 'ec2:GetLaunchTemplateData', resource: instance, on: bake},
    {action: 'secretsmanager:GetSecretValue', resource: `arn:aws:secretsmanager:${region}:${account}:secret:s`},
    {action: 'ssm:GetParameter', resource: `arn:aws:ssm:${region}:${account}:parameter/p`},
    {action: 'ssm:StartSession', resource: instance},
    {action: 'ec2:CopyImage', resource: image, gives: bake}
  ])('denies $action on $resource, tagged $on, giving $gives', async (call) => {
    expect(await allows(options, call)).toBe(false)
  })
})

describe("with a user's template that does not use tags", () => {
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
    {action: 'ec2:CreateTags', resource: instance, gives: bake},
    {action: 'ec2:TerminateInstances', resource: instance, on: bake},
    {action: 'ec2:RunInstances', resource: image, on: 'another-bake'},
    {action: 'ec2:GetPasswordData', resource: instance},
    {action: 'ec2:EnableFastLaunch', resource: image},
    {action: 'ssm:GetParameter', resource: `arn:aws:ssm:${region}:${account}:parameter/p`}
  ])('allows $action', async (call) => {
    expect(await allows(own, call)).toBe(true)
  })

  it.each<Call>([
    {action: 'ec2:RunInstances', resource: instance, gives: 'another-bake'},
    {action: 'ec2:CreateImage', resource: image, gives: 'another-bake'},
    {action: 'ec2:CreateTags', resource: instance, gives: 'another-bake'},
    {action: 'ec2:CreateTags', resource: image, on: 'another-bake', gives: bake},
    {action: 'ec2:ModifyImageAttribute', resource: image, on: 'another-bake'},
    {action: 'ec2:DeregisterImage', resource: image, on: 'another-bake'},
    {action: 'ec2:TerminateInstances', resource: instance, on: 'another-bake'},
    {action: 'ssm:StartSession', resource: instance, context: {[`aws:ResourceTag/${tag}`]: 'another-bake'}},
    {action: 'ec2:DescribeInstanceAttribute', resource: instance},
    {action: 'ec2:DescribeLaunchTemplateVersions'},
    {action: 'ec2:GetConsoleOutput', resource: instance}
  ])('denies $action on what is tagged $on, giving $gives', async (call) => {
    expect(await allows(own, call)).toBe(false)
  })

  it('has the narrower session where its tags come too late', async () => {
    const late = {...ownTagged, tagsAtCreation: false}
    expect(await allows(late, {action: 'ec2:RunInstances', resource: instance})).toBe(true)
  })
})

describe("with what a user's template that uses tags may use beside it", () => {
  const elsewhere = {...ownTagged, copyRegions: ['us-east-1']}
  const home = {...ownTagged, uses: {...uses, copiesAtHome: true}}
  const aCopy = {'ec2:ParentVolume': arn('volume', 'vol-ffffffff')}
  const spot = {...ownTagged, uses: {...uses, spot: true}}
  const spotUntagged = {...ownTagged, uses: {...uses, spot: true, tags: {...uses.tags, launchTemplates: false}}}
  const template = arn('launch-template', 'lt-1')
  const groups = {...ownTagged, uses: {...uses, others: true}}
  const mine = 'snap-0123456789abcdef0'
  const mapped = {...ownTagged, uses: {...uses, snapshots: [mine]}}
  const unknown = {...ownTagged, uses: {...uses, unknownSnapshots: true}}
  const noVolumes = {...ownTagged, uses: {...uses, tags: {...uses.tags, volumes: false}}}

  it.each<[string, PackerPolicyOptions, Call, boolean]>([
    ['a group of the account', groups, {action: 'ec2:RunInstances', resource: group}, true],
    ['a group of the account, machines', groups, {action: 'ec2:RunInstances', resource: instance}, false],
    ['copies', elsewhere, {action: 'ec2:CopyImage', resource: image, region: 'us-east-1'}, true],
    [
      'copies',
      elsewhere,
      {action: 'ec2:CreateTags', resource: snapshot, gives: bake, region: 'us-east-1', context: aCopy},
      true
    ],
    [
      'copies, of other bakes',
      elsewhere,
      {action: 'ec2:CreateTags', resource: snapshot, gives: 'another', context: aCopy},
      false
    ],
    ['copies, what is none', elsewhere, {action: 'ec2:CreateTags', resource: snapshot, gives: bake}, false],
    [
      'copies, machines',
      elsewhere,
      {action: 'ec2:RunInstances', resource: instance, gives: bake, region: 'us-east-1'},
      false
    ],
    ['encryption by copying', home, {action: 'ec2:CopyImage', resource: image}, true],
    ['spot', spot, {action: 'ec2:CreateLaunchTemplate', resource: template, gives: bake}, true],
    ['spot, without tags', spot, {action: 'ec2:CreateLaunchTemplate', resource: template}, false],
    ['spot', spot, {action: 'ec2:CreateFleet', resource: arn('fleet', '*')}, true],
    ['spot', spot, {action: 'ec2:CreateFleet', resource: template, on: bake}, true],
    ['spot', spot, {action: 'ec2:RunInstances', resource: template, on: bake}, true],
    ["spot, others' launch templates", spot, {action: 'ec2:RunInstances', resource: template}, false],
    ["spot, others' launch templates", spot, {action: 'ec2:DeleteLaunchTemplate', resource: template}, false],
    ['spot, its launch template', spot, {action: 'ec2:DeleteLaunchTemplate', resource: template, on: bake}, true],
    ['spot without spot_tags', spotUntagged, {action: 'ec2:CreateLaunchTemplate', resource: template}, true],
    ['spot without spot_tags', spotUntagged, {action: 'ec2:DeleteLaunchTemplate', resource: template}, true],
    ['a mapped snapshot', mapped, {action: 'ec2:CreateTags', resource: arn('snapshot', mine, ''), gives: bake}, true],
    [
      'a mapped snapshot, removal',
      mapped,
      {action: 'ec2:DeleteSnapshot', resource: arn('snapshot', mine, ''), on: bake},
      false
    ],
    [
      'a mapped snapshot, its image’s other snapshots',
      mapped,
      {action: 'ec2:DeleteSnapshot', resource: snapshot, on: bake},
      false
    ],
    ['a mapped snapshot, others', mapped, {action: 'ec2:CreateTags', resource: snapshot, gives: bake}, false],
    ['a mapped snapshot that nobody knows', unknown, {action: 'ec2:CreateTags', resource: snapshot, gives: bake}, true],
    [
      'a mapped snapshot that nobody knows, removal',
      unknown,
      {action: 'ec2:DeleteSnapshot', resource: snapshot, on: bake},
      false
    ],
    [
      'copies, removal of what may be another’s copy',
      elsewhere,
      {action: 'ec2:DeleteSnapshot', resource: snapshot, on: bake, context: aCopy},
      false
    ],
    [
      'encryption by copying, removal of what was copied',
      home,
      {action: 'ec2:DeleteSnapshot', resource: snapshot, on: bake, context: {'ec2:ParentVolume': volume}},
      true
    ],
    ['no run_volume_tags', noVolumes, {action: 'ec2:RunInstances', resource: volume}, true],
    ['no run_volume_tags, machines', noVolumes, {action: 'ec2:RunInstances', resource: instance}, false],
    [
      'fast launch',
      {...ownTagged, uses: {...uses, fastLaunch: true}},
      {action: 'ec2:EnableFastLaunch', resource: image, on: bake},
      true
    ],
    [
      'Windows',
      {...ownTagged, uses: {...uses, passwords: true}},
      {action: 'ec2:GetPasswordData', resource: instance, on: bake},
      true
    ],
    [
      "Windows, others' machines",
      {...ownTagged, uses: {...uses, passwords: true}},
      {action: 'ec2:GetPasswordData', resource: instance},
      false
    ],
    ['a volume that stays', ownTagged, {action: 'ec2:DeleteVolume', resource: volume, on: bake}, true],
    [
      'secrets',
      {...ownTagged, uses: {...uses, secrets: true}},
      {action: 'ssm:GetParameter', resource: `arn:aws:ssm:${region}:${account}:parameter/p`},
      true
    ],
    ['decoding', {...ownTagged, uses: {...uses, decodes: true}}, {action: 'sts:DecodeAuthorizationMessage'}, true]
  ])('%s', async (_, options, call, expected) => {
    expect(packerSessionPolicy(options)).toContain(tag)
    expect(await allows(options, call)).toBe(expected)
  })
})

it.each([
  ['no snapshot', {}, true],
  ['a snapshot', {snapshots: ['snap-0123456789abcdef0']}, false],
  ['a snapshot that nobody knows', {unknownSnapshots: true}, false]
])('lets a template without tags that maps %s delete snapshots: %s', async (_, mapped, expected) => {
  const options = {...own, uses: {...own.uses, ...mapped}}
  expect(await allows(options, {action: 'ec2:DeleteSnapshot', resource: snapshot})).toBe(expected)
  expect(packerSessionPolicy(options).length).toBeLessThanOrEqual(policyLimit)
})

describe('with a template that copies its image and assumes a role', () => {
  const role = `arn:aws:iam::${account}:role/build`
  const copying: PackerPolicyOptions = {
    ...own,
    startsSessions: false,
    passesRole: false,
    copyRegions: ['us-east-1', 'us-west-2'],
    roles: [role]
  }
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
  const session = (name: string) => `arn:aws:ssm:${region}:${account}:session/${name}`
  const end = {action: 'ssm:TerminateSession', resource: session('bake-jenkins-ami-0123')}
  const bySession = {...shipped, startsSessions: true}

  it.each<[string, PackerPolicyOptions, Call, boolean]>([
    ['a profile', shipped, pass, true],
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
    ["Session Manager, the end of others' sessions", bySession, {...end, resource: session('admin-0123')}, false],
    ['Session Manager of a template of the user’s own', own, start(bake), true]
  ])('%s', async (_, options, call, expected) => {
    expect(await allows(options, call)).toBe(expected)
  })

  it.each([bySession, own])('opens the data channel of its own sessions alone %#', (options) => {
    // The evaluator does not know that AWS applies this action to sessions.
    const {Statement} = JSON.parse(packerSessionPolicy(options)) as {Statement: {Action?: string; Resource: unknown}[]}
    const opening = Statement.filter(({Action}) => [Action].flat().includes('ssmmessages:OpenDataChannel'))
    expect(opening).toHaveLength(1)
    expect([opening[0]?.Resource].flat()).toContainEqual(
      expect.stringMatching(/^arn:\*:ssm:\*:\*:session\/bake-jenkins-ami-\*$/)
    )
    expect([opening[0]?.Resource].flat()).not.toContain('*')
  })

  it('fits with all of it, too', () => {
    const longest = {...bySession, region: 'ap-southeast-10', bakeId: '0123456789ab', sessionName: 'x'.repeat(64)}
    expect(packerSessionPolicy(longest).length).toBeLessThanOrEqual(policyLimit)
  })
})

it.each<[string, PackerPolicyOptions]>([
  ['aws-us-gov', {...shipped, partition: 'aws-us-gov'}],
  ['aws-cn', {...shipped, partition: 'aws-cn'}]
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

it('takes either suffix of service hosts in the European Sovereign Cloud, and requires tags there', () => {
  const sovereign = {region: 'eusc-de-east-1', partition: 'aws-eusc'}
  const policy = packerSessionPolicy({...own, ...sovereign})
  expect(policy).toContain('"iam:PassedToService":"ec2.amazonaws.*"')
  expect(policy).toContain('"kms:ViaService":"ec2.eusc-de-east-1.amazonaws.*"')
  expect(packerSessionPolicy({...shipped, ...sovereign})).toContain('aws:RequestTag/bake-jenkins-ami:bake')
})

it("names China's own service hosts", () => {
  const policy = packerSessionPolicy({...own, region: 'cn-north-1', partition: 'aws-cn'})
  expect(policy).toContain('"iam:PassedToService":"ec2.amazonaws.com.cn"')
  expect(policy).toContain('"kms:ViaService":"ec2.cn-north-1.amazonaws.com.cn"')
})

describe('an image that claims to be verified, which the next bake could give out again', () => {
  const claim = {'aws:RequestTag/bake-jenkins-ami:verified': '2026-11-22T12:00:00.000Z'}

  it.each<[string, Call]>([
    ['tags an image with it', {action: 'ec2:CreateTags', resource: image}],
    ['tags its own image with it', {action: 'ec2:CreateTags', resource: image, on: bake}],
    ['makes an image with it', {action: 'ec2:CreateImage', resource: image, gives: bake}]
  ])('cannot be made by a template without the bake’s tags that %s', async (_, call) => {
    expect(await allows(own, call)).toBe(true)
    expect(await allows(own, {...call, context: claim})).toBe(false)
  })

  it('keeps its expiry, with which it does not count, if the template has the bake’s tags', async () => {
    expect(await allows(ownTagged, {action: 'ec2:DeleteTags', resource: image, on: bake})).toBe(false)
  })
})
