import {
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  EC2ServiceException,
  RunInstancesCommand
} from '@aws-sdk/client-ec2'
import {beforeEach, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import type {PreflightRequest} from '../../../../src/plan/preflight/request.ts'
import {preflight} from '../../../../src/plan/preflight/preflight.ts'
import {recordingLog} from '../../../helpers/recording-log.ts'

const ec2 = mockClient(EC2Client)
const never = new AbortController().signal

const answer = (name: string, message: string, $fault: 'client' | 'server' = 'client') =>
  new EC2ServiceException({name, message, $fault, $metadata: {}})
const yes = answer('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
const denied = (action: string, because: string, resource = 'arn:aws:ec2:eu-west-1:123456789012:instance/*') =>
  answer(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ${action} on resource: ${resource} ${because}`
  )
const missing = 'because no identity-based policy allows the action'

const medium = {
  InstanceType: 't3.medium' as const,
  ProcessorInfo: {SupportedArchitectures: ['x86_64' as const]},
  MemoryInfo: {SizeInMiB: 4_096}
}
const request: PreflightRequest = {
  bakeId: '0123456789ab',
  tags: {'bake-jenkins-ami:bake': '0123456789ab'},
  region: 'eu-west-1',
  source: {id: 'ami-0aaaaaaaaaaaaaaaa', rootDeviceName: '/dev/xvda'},
  architecture: 'x86_64',
  isDistribution: true,
  instanceTypes: ['t3.medium'],
  reach: {via: 'public-ip', cidrs: ['203.0.113.7/32'], subnetIds: [], doubtful: false},
  shipped: true,
  smoke: true
}

beforeEach(() => {
  ec2.reset()
  ec2.on(RunInstancesCommand).rejects(yes)
  ec2.on(CreateKeyPairCommand).rejects(yes)
  ec2.on(CreateSecurityGroupCommand).rejects(yes)
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [medium]})
})

const fly = (of: Partial<PreflightRequest> = {}, log = recordingLog(), signal = never) =>
  preflight(new EC2Client({}), {...request, ...of}, log, signal)

const creates = () =>
  [RunInstancesCommand, CreateKeyPairCommand, CreateSecurityGroupCommand].flatMap((command) =>
    ec2.commandCalls(command as typeof RunInstancesCommand).map((call) => call.args[0].input)
  )

it('tries every create as a dry run with the tags of the bake', async () => {
  const log = recordingLog()
  await fly({}, log)
  expect(creates()).toHaveLength(4)
  for (const input of creates()) {
    expect(input).toMatchObject({DryRun: true})
    for (const {Tags} of input.TagSpecifications ?? []) {
      expect(Tags).toEqual([{Key: 'bake-jenkins-ami:bake', Value: '0123456789ab'}])
    }
  }
  expect(log.lines).toEqual([expect.stringContaining('AWS would allow the resources of the bake')])
})

it.each([
  [{shipped: false, smoke: true}, ['RunInstancesCommand', 'CreateSecurityGroupCommand']],
  [{shipped: true, smoke: false}, ['RunInstancesCommand', 'CreateKeyPairCommand', 'CreateSecurityGroupCommand']],
  [{shipped: false, smoke: false}, []]
])('tries what the action itself makes and no more: %j', async (of, expected) => {
  await fly(of)
  const sent = ec2.calls().map(({args: [command]}) => command.constructor.name)
  expect(sent.filter((name) => name !== 'DescribeInstanceTypesCommand')).toEqual(expected)
})

it('collects all denials in one message with the statements that allow them', async () => {
  ec2.on(RunInstancesCommand).rejects(denied('ec2:RunInstances', missing))
  ec2
    .on(CreateKeyPairCommand)
    .rejects(denied('ec2:CreateKeyPair', missing, 'arn:aws:ec2:eu-west-1:123456789012:key-pair/x'))
  const failure = fly()
  await expect(failure).rejects.toMatchObject({id: 'preflight-denied', name: 'UserError'})
  await expect(failure).rejects.toThrow(
    [
      'The bake would fail; nothing has been made.',
      'AWS denies calls that the bake needs:',
      '- ec2:RunInstances on arn:aws:ec2:eu-west-1:123456789012:instance/*',
      '- ec2:CreateKeyPair on arn:aws:ec2:eu-west-1:123456789012:key-pair/x',
      "Allow ec2:RunInstances, ec2:CreateKeyPair in the role's policy; iam/permissions.json also has the permissions that cannot be tried beforehand:",
      '{"Effect":"Allow","Action":["ec2:RunInstances","ec2:CreateKeyPair"],"Resource":"*","Condition":{"StringLike":{"aws:RequestTag/bake-jenkins-ami:bake":"????????????","aws:RequestTag/bake-jenkins-ami:expires":"20??-??-??T??:??:??.???Z"}}},'
    ].join('\n')
  )
})

it('names who else must change something when it is not the role that lacks a statement', async () => {
  ec2
    .on(CreateSecurityGroupCommand)
    .rejects(
      denied(
        'ec2:CreateSecurityGroup',
        'with an explicit deny in a service control policy',
        'arn:aws:ec2:eu-west-1:1:vpc/v'
      )
    )
  await expect(fly()).rejects.toThrow(/- ec2:CreateSecurityGroup on \S+\nA policy of the AWS organization forbids it/)
  await expect(fly()).rejects.not.toThrow(/in the role's policy/)
})

it('says what would fail anyway', async () => {
  ec2.on(CreateSecurityGroupCommand).rejects(answer('VPCIdNotSpecified', 'No default VPC for this user'))
  await expect(fly()).rejects.toMatchObject({
    id: 'preflight-refused',
    message: expect.stringMatching(
      /- The security group: AWS answered VPCIdNotSpecified: No default VPC for this user\n.*create-default-vpc/
    )
  })
})

it('refuses instance types that do not exist here or do not fit the image', async () => {
  const arm = {
    ...medium,
    InstanceType: 't4g.medium' as const,
    ProcessorInfo: {SupportedArchitectures: ['arm64' as const]}
  }
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [medium, arm]})
  const failure = fly({instanceTypes: ['t3.medium', 't4g.medium', 't9.huge']})
  await expect(failure).rejects.toThrow(
    /- t4g\.medium is for arm64, but the source image is for x86_64\n- t9\.huge is not offered/
  )
})

it('names the input that changes the architecture, if the image is a distribution’s', async () => {
  const arm = {InstanceType: 't4g.medium' as const, ProcessorInfo: {SupportedArchitectures: ['arm64' as const]}}
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [arm]})
  await expect(fly({instanceTypes: ['t4g.medium']})).rejects.toThrow("set 'architecture: arm64'")
  await expect(fly({instanceTypes: ['t4g.medium'], isDistribution: false})).rejects.toThrow('or m7i.large.')
})

it('warns of too little memory, and bakes', async () => {
  const log = recordingLog()
  ec2.on(DescribeInstanceTypesCommand).resolves({
    InstanceTypes: [{...medium, InstanceType: 't3.small', MemoryInfo: {SizeInMiB: 2_048}}]
  })
  await fly({instanceTypes: ['t3.small']}, log)
  expect(log.lines).toEqual([
    expect.stringMatching(/^warning: t3\.small has 2\.0 GiB of memory; Jenkins needs at least 4/)
  ])
})

it.each([
  ['throttled', answer('RequestLimitExceeded', 'Request limit exceeded.')],
  ['unwell', answer('InternalError', 'An internal error has occurred', 'server')],
  ['out of capacity', answer('InsufficientInstanceCapacity', 'none', 'server')],
  ['unreachable', new Error('connect ECONNREFUSED')]
])('only warns when AWS is %s', async (_, error) => {
  const log = recordingLog()
  ec2.on(CreateKeyPairCommand).rejects(error)
  await fly({}, log)
  expect(log.lines).toEqual([expect.stringMatching(/^warning: The build's key pair could not be tried beforehand: /)])
})

it('ends with the reason of an abort', async () => {
  const controller = new AbortController()
  controller.abort(new Error('cancelled'))
  await expect(fly({}, recordingLog(), controller.signal)).rejects.toThrow('cancelled')
})

const subnetIds = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb']
const inSubnets = {...request.reach, subnetIds, vpcId: 'vpc-0aaaaaaaaaaaaaaaa'}

it('tries the launches where they will be: in the first subnet, with the same kind of address, and the group in its VPC', async () => {
  await fly({reach: {...inSubnets, via: 'private-ip'}})
  const launches = ec2.commandCalls(RunInstancesCommand).map(({args: [command]}) => command.input)
  expect(launches).toHaveLength(2)
  for (const {NetworkInterfaces} of launches) {
    expect(NetworkInterfaces).toMatchObject([{SubnetId: subnetIds[0], AssociatePublicIpAddress: false}])
  }
  const [group] = ec2.commandCalls(CreateSecurityGroupCommand)
  expect(group?.args[0].input).toMatchObject({VpcId: 'vpc-0aaaaaaaaaaaaaaaa'})
})

it('gives the build’s launch its instance profile, and prints the statement for handing it over', async () => {
  ec2
    .on(RunInstancesCommand, {IamInstanceProfile: {Name: 'builder'}})
    .rejects(denied('iam:PassRole', missing, 'arn:aws:iam::123456789012:role/builder'))
  const failure = fly({instanceProfile: 'builder'})
  await expect(failure).rejects.toThrow(
    /- iam:PassRole on arn:aws:iam::123456789012:role\/builder\n[^]*\{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role\/builder","Condition":\{"StringLike":\{"iam:PassedToService":"ec2\.amazonaws\.com\*"\}\}\}/
  )
  const profiles = ec2.commandCalls(RunInstancesCommand).map(({args: [command]}) => command.input.IamInstanceProfile)
  expect(profiles.filter((profile) => profile === undefined)).toHaveLength(1)
})

it('only warns of a zone without the type while there are other subnets', async () => {
  ec2.on(RunInstancesCommand).rejects(answer('Unsupported', 'not supported in your requested Availability Zone'))
  const log = recordingLog()
  await fly({reach: inSubnets}, log)
  expect(log.lines).toEqual([
    expect.stringMatching(/^warning: The launch of the build could not be tried/),
    expect.stringMatching(/^warning: The launch of the smoke test could not be tried/)
  ])
  await expect(fly({reach: {...inSubnets, subnetIds: subnetIds.slice(0, 1)}})).rejects.toThrow(/Unsupported/)
})

it('tries the launch of the build with the volume, key and credits that it will have', async () => {
  await fly({volumeSize: 20, kmsKeyId: 'alias/jenkins'})
  const [build, smoke] = ec2.commandCalls(RunInstancesCommand).map(({args: [command]}) => command.input)
  expect(build).toMatchObject({
    BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {VolumeSize: 20, KmsKeyId: 'alias/jenkins', Encrypted: true}}],
    CreditSpecification: {CpuCredits: 'unlimited'}
  })
  expect(smoke).not.toHaveProperty('CreditSpecification')
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [{...medium, InstanceType: 'm7i.large'}]})
  await fly({instanceTypes: ['m7i.large']})
  const [, , other] = ec2.commandCalls(RunInstancesCommand)
  expect(other?.args[0].input).not.toHaveProperty('CreditSpecification')
  expect(other?.args[0].input.BlockDeviceMappings?.[0]?.Ebs).not.toHaveProperty('VolumeSize')
})

it.each([
  ['eu-west-1', [true, true, true, true]],
  ['us-gov-west-1', [true, true, true, true]],
  // Packer’s launch and key pair carry none there; what the action makes does.
  ['cn-north-1', [false, true, false, true]]
])('tags its dry runs in %s as the creates will be tagged', async (region, expected) => {
  const log = recordingLog()
  await fly({region}, log)
  expect(creates().map(({TagSpecifications}) => TagSpecifications !== undefined)).toEqual(expected)
  expect(log.lines.filter((line) => /plugin makes .* without tags/.test(line))).toHaveLength(
    region === 'eu-west-1' ? 0 : 1
  )
})

const ofFreePlan = answer(
  'InvalidParameterCombination',
  "The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types, run 'describe-instance-types' with the filter 'free-tier-eligible=true'."
)
const flex = (family: string, gib: number) => ({
  ...medium,
  InstanceType: `${family}-flex.large` as const as 'm7i-flex.large',
  MemoryInfo: {SizeInMiB: gib * 1024}
})

it('names the types that the free plan takes, as AWS tells them, with memory enough', async () => {
  ec2.on(RunInstancesCommand).rejects(ofFreePlan)
  ec2.on(DescribeInstanceTypesCommand, {Filters: [{Name: 'free-tier-eligible', Values: ['true']}]}).resolves({
    InstanceTypes: [
      {...medium, InstanceType: 't3.small', MemoryInfo: {SizeInMiB: 2_048}},
      flex('c7i', 4),
      flex('m7i', 8)
    ]
  })
  const failure = fly()
  await expect(failure).rejects.toMatchObject({id: 'preflight-refused'})
  await expect(failure).rejects.toThrow("Set 'instance-types' to m7i-flex.large, c7i-flex.large: AWS lists them")
})

it('names those that AWS documents where it does not tell', async () => {
  ec2.on(RunInstancesCommand).rejects(ofFreePlan)
  ec2
    .on(DescribeInstanceTypesCommand, {Filters: [{Name: 'free-tier-eligible', Values: ['true']}]})
    .rejects(new Error('no'))
  await expect(fly()).rejects.toThrow(/not eligible for Free Tier[^]*m7i-flex\.large, c7i-flex\.large/)
})

it('only warns of the plan while there are other types to be tried', async () => {
  ec2.on(RunInstancesCommand).rejects(ofFreePlan)
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [medium, flex('m7i', 8)]})
  const log = recordingLog()
  await fly({instanceTypes: ['t3.medium', 'm7i-flex.large']}, log)
  expect(log.lines).toContainEqual(expect.stringMatching(/^warning: The launch of the build could not be tried/))
})

it('wants types whose console can be read where the smoke test needs that', async () => {
  const reach = {...request.reach, via: 'session-manager' as const, cidrs: []}
  const [nitro, xen] = ['nitro' as const, 'xen' as const].map((Hypervisor) => ({...medium, Hypervisor}))
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [nitro ?? medium]})
  await fly({reach})
  ec2.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: [xen ?? medium]})
  await expect(fly({reach})).rejects.toThrow(/- t3\.medium is not built on the Nitro System/)
  await fly({reach, smoke: false})
})
