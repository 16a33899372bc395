import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

const missing = 'i-0123456789abcdef0'

it('launches an instance: pending at first, running once its machine is', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const {Instances, ReservationId} = await ec2.runInstances({
    ImageId: cloud.sourceImageId,
    InstanceType: 't3.medium',
    MinCount: 1,
    MaxCount: 1,
    UserData: Buffer.from('#!/bin/sh').toString('base64')
  })
  const [made] = Instances ?? []
  expect(ReservationId).toMatch(/^r-[0-9a-f]{17}$/)
  expect(made).toMatchObject({InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/), State: {Code: 0, Name: 'pending'}})
  const running = await describeOne(ec2, made?.InstanceId ?? '')
  const [machine] = driver.machines
  expect(running).toMatchObject({
    State: {Code: 16, Name: 'running'},
    PrivateIpAddress: machine?.address,
    PublicIpAddress: machine?.address,
    VpcId: expect.stringMatching(/^vpc-/),
    SubnetId: expect.stringMatching(/^subnet-/)
  })
  expect(machine?.spec).toMatchObject({
    instanceId: made?.InstanceId,
    imageId: cloud.sourceImageId,
    username: 'admin',
    userData: '#!/bin/sh'
  })
})

it('stays pending for as long as the machine is not started', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  let open = (): void => {}
  driver.gate = new Promise((resolve) => void (open = resolve))
  const id = await launch(ec2, cloud)
  expect((await describeOne(ec2, id))?.State?.Name).toBe('pending')
  await expect(ec2.stopInstances({InstanceIds: [id]})).rejects.toMatchObject(awsError('IncorrectInstanceState'))
  open()
  await driver.gate
  expect((await describeOne(ec2, id))?.State?.Name).toBe('running')
})

it('stays in a state for the delay, though the machine is quicker', async () => {
  let later = 0
  const {ec2, cloud, driver} = await startTestCloud({stateDelayMs: 5000, now: () => new Date(Date.now() + later)})
  const id = await launch(ec2, cloud)
  const stateAfter = async (ms: number) => {
    later += ms
    return (await describeOne(ec2, id))?.State?.Name
  }
  expect(await stateAfter(1000)).toBe('pending')
  expect(await stateAfter(5000)).toBe('running')
  await ec2.stopInstances({InstanceIds: [id]})
  expect(await stateAfter(1000)).toBe('stopping')
  expect(driver.machines[0]?.isOn).toBe(false)
  expect(await stateAfter(5000)).toBe('stopped')
})

it('terminates an instance whose machine cannot be started', async () => {
  const {ec2, cloud, driver, log} = await startTestCloud()
  driver.broken = true
  const id = await launch(ec2, cloud)
  expect(await describeOne(ec2, id)).toMatchObject({
    State: {Name: 'terminated'},
    StateReason: {Code: 'Server.InternalError'}
  })
  expect(log).toEqual([`The machine of ${id} failed: Error: no machine today`])
  expect(cloud.leftovers()).toEqual([])
})

it('stops, starts, reboots and terminates, the machine with it', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const id = await launch(ec2, cloud)
  const only = {InstanceIds: [id]}
  await describeOne(ec2, id)
  expect((await ec2.stopInstances(only)).StoppingInstances).toMatchObject([
    {PreviousState: {Name: 'running'}, CurrentState: {Code: 64, Name: 'stopping'}}
  ])
  const stopped = await describeOne(ec2, id)
  expect(stopped).toMatchObject({State: {Name: 'stopped'}, StateReason: {Code: 'Client.UserInitiatedShutdown'}})
  expect(stopped?.PublicIpAddress).toBeUndefined()
  expect((await ec2.startInstances(only)).StartingInstances).toMatchObject([{CurrentState: {Name: 'pending'}}])
  expect((await describeOne(ec2, id))?.State?.Name).toBe('running')
  await ec2.rebootInstances(only)
  expect((await describeOne(ec2, id))?.State?.Name).toBe('running')
  expect((await ec2.terminateInstances(only)).TerminatingInstances).toMatchObject([
    {PreviousState: {Name: 'running'}, CurrentState: {Code: 32, Name: 'shutting-down'}}
  ])
  const gone = await describeOne(ec2, id)
  expect(gone).toMatchObject({State: {Code: 48, Name: 'terminated'}, BlockDeviceMappings: [], SecurityGroups: []})
  expect(gone?.VpcId).toBeUndefined()
  expect(driver.machines[0]?.done).toEqual(['stop', 'start', 'stop', 'start', 'terminate'])
  expect(cloud.leftovers()).toEqual([])
})

it.each([
  ['stop', 'stopped'],
  ['terminate', 'terminated']
] as const)('with the shutdown behaviour %s, an instance that powers itself off is %s', async (behavior, state) => {
  const {ec2, cloud, driver} = await startTestCloud()
  const id = await launch(ec2, cloud, {InstanceInitiatedShutdownBehavior: behavior})
  await describeOne(ec2, id)
  driver.machines[0]?.powerOff()
  await describeOne(ec2, id)
  expect(await describeOne(ec2, id)).toMatchObject({
    State: {Name: state},
    StateReason: {Code: 'Client.InstanceInitiatedShutdown'}
  })
  expect(driver.machines[0]?.done).toEqual(state === 'terminated' ? ['terminate'] : [])
})

it('does not take its own stop for a power-off of the machine', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const id = await launch(ec2, cloud, {InstanceInitiatedShutdownBehavior: 'terminate'})
  await describeOne(ec2, id)
  await ec2.stopInstances({InstanceIds: [id]})
  driver.machines[0]?.powerOff()
  expect((await describeOne(ec2, id))?.State?.Name).toBe('stopped')
})

it('makes the same launch once, whatever arrives at the same time', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const settings = {ClientToken: 'one', MaxCount: 2}
  const [a, b] = await Promise.all([launch(ec2, cloud, settings), launch(ec2, cloud, settings)])
  expect(a).toBe(b)
  await describeOne(ec2, a)
  expect(driver.machines).toHaveLength(2)
  await expect(launch(ec2, cloud, {...settings, MaxCount: 1})).rejects.toMatchObject(
    awsError('IdempotentParameterMismatch')
  )
  expect(await launch(ec2, cloud, {ClientToken: 'two'})).not.toBe(a)
})

it('takes the volumes of the image with what the launch changes, and deletes them as they say', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud, {
    BlockDeviceMappings: [
      {DeviceName: '/dev/xvda', Ebs: {VolumeSize: 20, Encrypted: true}},
      {DeviceName: '/dev/sdb', Ebs: {VolumeSize: 5, VolumeType: 'gp3', DeleteOnTermination: false}}
    ],
    TagSpecifications: [{ResourceType: 'volume', Tags: [{Key: 'bake', Value: '1'}]}]
  })
  const {Volumes} = await ec2.describeVolumes({Filters: [{Name: 'tag:bake', Values: ['1']}]})
  expect(Volumes).toMatchObject([
    {
      Size: 20,
      VolumeType: 'gp3',
      Encrypted: true,
      State: 'in-use',
      Attachments: [{Device: '/dev/xvda', InstanceId: id}]
    },
    {Size: 5, Iops: 3000, Throughput: 125, Encrypted: false, Attachments: [{DeleteOnTermination: false}]}
  ])
  await ec2.terminateInstances({InstanceIds: [id]})
  await describeOne(ec2, id)
  const kept = await ec2.describeVolumes({})
  expect(kept.Volumes).toMatchObject([{VolumeId: Volumes?.[1]?.VolumeId, State: 'available', Attachments: []}])
  expect(cloud.leftovers()).toEqual([{type: 'volume', id: Volumes?.[1]?.VolumeId}])
})

it('takes groups and subnet from the network interface, and tags it', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  const {Subnets = []} = await ec2.describeSubnets({})
  const SubnetId = Subnets[2]?.SubnetId
  const networkInterface = {DeviceIndex: 0, Groups: [GroupId], SubnetId, AssociatePublicIpAddress: true}
  const id = await launch(ec2, cloud, {
    NetworkInterfaces: [networkInterface],
    TagSpecifications: [{ResourceType: 'network-interface', Tags: [{Key: 'bake', Value: '1'}]}]
  })
  expect(await describeOne(ec2, id)).toMatchObject({
    SubnetId,
    SecurityGroups: [{GroupId}],
    Placement: {AvailabilityZone: 'us-east-1c'}
  })
  const {NetworkInterfaces} = await ec2.describeNetworkInterfaces({Filters: [{Name: 'tag:bake', Values: ['1']}]})
  expect(NetworkInterfaces).toMatchObject([{Attachment: {InstanceId: id}, Groups: [{GroupId}]}])
})

it("asks the security groups' rules at each connection", async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  const id = await launch(ec2, cloud, {SecurityGroupIds: [GroupId]})
  await describeOne(ec2, id)
  const allows = driver.machines[0]?.spec.allows
  expect(allows?.(22, '127.0.0.1')).toBe(false)
  await ec2.authorizeSecurityGroupIngress({
    GroupId,
    IpProtocol: 'tcp',
    FromPort: 22,
    ToPort: 22,
    CidrIp: '127.0.0.0/30'
  })
  expect(allows?.(22, '127.0.0.1')).toBe(true)
  expect(allows?.(22, '::ffff:127.0.0.2')).toBe(true)
  expect(allows?.(22, '127.0.0.4')).toBe(false)
  expect(allows?.(8080, '127.0.0.1')).toBe(false)
})

it('shows the console: with Latest as it is now, without as it was at the last change of state', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud)
  expect((await ec2.getConsoleOutput({InstanceId: id})).Output).toBe(
    Buffer.from(`console of ${id}\n`).toString('base64')
  )
  const old = await launch(ec2, cloud, {InstanceType: 't2.micro'})
  await expect(ec2.getConsoleOutput({InstanceId: old, Latest: true})).rejects.toMatchObject(
    awsError('UnsupportedOperation')
  )
  await ec2.terminateInstances({InstanceIds: [id]})
  await describeOne(ec2, id)
  expect((await ec2.getConsoleOutput({InstanceId: id})).Output).toBeDefined()
})

it('modifies attributes, and protects from termination', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud, {DisableApiTermination: true})
  await describeOne(ec2, id)
  await expect(ec2.terminateInstances({InstanceIds: [id]})).rejects.toMatchObject(awsError('OperationNotPermitted'))
  await ec2.modifyInstanceAttribute({InstanceId: id, DisableApiTermination: {Value: false}})
  await ec2.modifyInstanceAttribute({
    InstanceId: id,
    Attribute: 'instanceInitiatedShutdownBehavior',
    Value: 'terminate'
  })
  const attribute = 'instanceInitiatedShutdownBehavior'
  expect(await ec2.describeInstanceAttribute({InstanceId: id, Attribute: attribute})).toMatchObject({
    InstanceInitiatedShutdownBehavior: {Value: 'terminate'}
  })
  await expect(ec2.modifyInstanceAttribute({InstanceId: id})).rejects.toMatchObject(
    awsError('InvalidParameterCombination')
  )
  await expect(ec2.modifyInstanceAttribute({InstanceId: id, InstanceType: {Value: 't3.large'}})).rejects.toMatchObject(
    awsError('IncorrectInstanceState')
  )
  await expect(ec2.terminateInstances({InstanceIds: [id]})).resolves.toBeDefined()
})

it('says that an instance is missing, or that its id is no id', async () => {
  const {ec2} = await startTestCloud()
  await expect(ec2.describeInstances({InstanceIds: [missing]})).rejects.toMatchObject({
    ...awsError('InvalidInstanceID.NotFound'),
    message: `The instance ID '${missing}' does not exist`
  })
  await expect(ec2.stopInstances({InstanceIds: [missing, 'i-0123456789abcdef1']})).rejects.toMatchObject({
    message: `The instance IDs '${missing}, i-0123456789abcdef1' do not exist`
  })
  await expect(ec2.terminateInstances({InstanceIds: ['i-1']})).rejects.toMatchObject(
    awsError('InvalidInstanceID.Malformed')
  )
})

it.each([
  ['an image that is missing', {ImageId: 'ami-0123456789abcdef0'}, 'InvalidAMIID.NotFound'],
  ['no image', {ImageId: undefined}, 'MissingParameter'],
  ['a key pair that is missing', {KeyName: 'none'}, 'InvalidKeyPair.NotFound'],
  ['a group that is missing', {SecurityGroupIds: ['sg-0123456789abcdef0']}, 'InvalidGroup.NotFound'],
  ['a subnet that is missing', {SubnetId: 'subnet-0123456789abcdef0'}, 'InvalidSubnetID.NotFound'],
  ['an unknown instance type', {InstanceType: 't3.huge' as 't3.large'}, 'InvalidParameterValue'],
  ['a type of another architecture', {InstanceType: 't4g.small' as const}, 'InvalidParameterValue'],
  ['counts the wrong way round', {MinCount: 2, MaxCount: 1}, 'InvalidParameterValue'],
  ['user data that is too long', {UserData: Buffer.alloc(16_385, 'x').toString('base64')}, 'InvalidParameterValue'],
  ['user data that is no base64', {UserData: '#!/bin/sh echo'}, 'InvalidParameterValue'],
  [
    'a volume smaller than its snapshot',
    {BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {VolumeSize: 4}}]},
    'InvalidBlockDeviceMapping'
  ],
  [
    'tags for what it does not make',
    {TagSpecifications: [{ResourceType: 'image' as const, Tags: []}]},
    'InvalidParameterValue'
  ],
  [
    'groups in two places',
    {SecurityGroups: ['default'], NetworkInterfaces: [{DeviceIndex: 0}]},
    'InvalidParameterCombination'
  ],
  [
    'an unknown launch template',
    {LaunchTemplate: {LaunchTemplateName: 'x'}},
    'InvalidLaunchTemplateName.NotFoundException'
  ],
  ['an unknown instance profile', {IamInstanceProfile: {Name: 'x'}}, 'InvalidParameterValue'],
  ['a client token of 65 characters', {ClientToken: 'x'.repeat(65)}, 'InvalidParameterValue']
])('refuses a launch with %s, and makes nothing', async (_name, settings, code) => {
  const {ec2, cloud} = await startTestCloud()
  await expect(launch(ec2, cloud, settings)).rejects.toMatchObject(awsError(code))
  expect(cloud.leftovers()).toEqual([])
})

it('answers a launch with the private address at once', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {Instances = []} = await ec2.runInstances({ImageId: cloud.sourceImageId, MinCount: 1, MaxCount: 1})
  expect(Instances).toMatchObject([{State: {Name: 'pending'}, PrivateIpAddress: expect.stringMatching(/^[\d.]+$/)}])
})
