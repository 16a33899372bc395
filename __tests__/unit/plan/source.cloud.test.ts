import {expect, it} from '@jest/globals'
import {DescribeImagesCommand, EC2Client, type DescribeImagesCommandInput, type Image} from '@aws-sdk/client-ec2'
import {mockClient} from 'aws-sdk-client-mock'
import {packagesFor, resolveSource} from '../../../src/plan/source.ts'
import {type Architecture} from '../../../src/inputs/distributions.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'

const signal = new AbortController().signal
const region = 'us-east-1'

const now = (): Date => new Date('2026-11-26T00:00:00.000Z')
const about = {now, log: recordingLog()}

const noParameters = () => Promise.reject(new Error('no parameter was asked for'))

async function inCloud(
  source: string | ((cloud: {sourceImageId: string}) => string),
  architecture: Architecture = 'x86_64'
) {
  const {ec2, cloud} = await startTestCloud()
  const name = typeof source === 'string' ? source : source(cloud)
  return {
    cloud,
    image: await resolveSource(
      {...about, ec2, readParameter: noParameters},
      {source: name, architecture, region},
      signal
    )
  }
}

/** An account in which these images can be seen, and what it was asked for. */
function account(...images: Image[]) {
  const ec2 = new EC2Client({region})
  const asked: DescribeImagesCommandInput[] = []
  mockClient(ec2)
    .on(DescribeImagesCommand)
    .callsFake((input: DescribeImagesCommandInput) => {
      asked.push(input)
      return {Images: images}
    })
  return {ec2, asked}
}

const image: Image = {
  ImageId: 'ami-0123456789abcdef0',
  Architecture: 'x86_64',
  RootDeviceType: 'ebs',
  RootDeviceName: '/dev/sda1',
  Name: 'of our own',
  State: 'available',
  OwnerId: '123456789012'
}

it('finds the newest image of the distribution, for x86_64', async () => {
  const {cloud, image: found} = await inCloud('debian-13')
  expect(found).toEqual({
    id: cloud.sourceImageId,
    name: expect.stringMatching(/^debian-13-amd64-/),
    rootDeviceName: '/dev/xvda',
    architecture: 'x86_64',
    loginUser: 'admin',
    packages: 'deb'
  })
})

it('finds the one for arm64', async () => {
  expect((await inCloud('debian-13', 'arm64')).image.name).toMatch(/^debian-13-arm64-/)
})

it('finds the one for the machine that the template names, unless an architecture is asked for', async () => {
  const {ec2, cloud} = await startTestCloud()
  const context = {...about, ec2, readParameter: noParameters}
  const found = (source: string, more: {architecture?: Architecture}) =>
    resolveSource(context, {source, region, machine: 'arm64', ...more}, signal)
  expect((await found('debian-13', {})).name).toMatch(/^debian-13-arm64-/)
  expect((await found('debian-13', {architecture: 'x86_64'})).name).toMatch(/^debian-13-amd64-/)
  expect((await found(cloud.sourceImageId, {})).architecture).toBe('x86_64')
})

it.each([
  ['al2023', 'x86_64', '137112412989', 'al2023-ami-2023.*-kernel-6.1-x86_64', 'ec2-user'],
  ['al2023', 'arm64', '137112412989', 'al2023-ami-2023.*-kernel-6.1-arm64', 'ec2-user'],
  ['ubuntu-24.04', 'x86_64', '099720109477', 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*', 'ubuntu'],
  ['ubuntu-24.04', 'arm64', '099720109477', 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*', 'ubuntu'],
  ['debian-13', 'arm64', '136693071363', 'debian-13-arm64-*', 'admin']
] as const)(
  'looks for %s on %s only among the images of its publisher',
  async (source, architecture, owner, name, user) => {
    const old: Image = {
      ...image,
      Architecture: architecture,
      OwnerId: owner,
      Name: name.replace('*', '20260101'),
      CreationDate: '2026-01-01T00:00:00.000Z'
    }
    const newer = {...old, ImageId: 'ami-0fedcba9876543210', CreationDate: '2026-11-01T00:00:00.000Z'}
    // An answer may have more than was asked for.
    const others = [{OwnerId: '123456789012'}, {Name: `copy of ${old.Name}`}, {State: 'pending' as const}]
    const latest = others.map((other) => ({...old, ...other, CreationDate: '2026-11-20T00:00:00.000Z'}))
    const {ec2, asked} = account(old, newer, ...latest)
    const found = await resolveSource(
      {...about, ec2, readParameter: noParameters},
      {source, architecture, region},
      signal
    )
    expect(found).toMatchObject({id: 'ami-0fedcba9876543210', loginUser: user})
    expect(asked).toEqual([
      {
        Owners: [owner],
        MaxResults: 500,
        Filters: [
          {Name: 'name', Values: [name]},
          {Name: 'state', Values: ['available']}
        ]
      }
    ])
  }
)

it('takes an image by its id, and knows whom those of a distribution let in', async () => {
  const {cloud, image: found} = await inCloud(({sourceImageId}) => sourceImageId)
  expect(found).toMatchObject({id: cloud.sourceImageId, loginUser: 'admin'})
})

it('takes no other image than the one that was asked for', async () => {
  const {ec2} = account({...image, ImageId: 'ami-0fedcba9876543210'}, image)
  expect(await resolveSource({...about, ec2, readParameter: noParameters}, byId, signal)).toMatchObject({
    id: image.ImageId
  })
  const none = account({...image, ImageId: 'ami-0fedcba9876543210'})
  await expect(resolveSource({...about, ec2: none.ec2, readParameter: noParameters}, byId, signal)).rejects.toThrow(
    "no image 'ami-0123456789abcdef0' can be seen in us-east-1"
  )
})

it('does not guess whom an image of one’s own lets in', async () => {
  const {ec2} = account({...image, Name: 'debian-13-amd64-of-our-own'})
  const request = {source: 'ami-0123456789abcdef0', architecture: 'x86_64', region} as const
  expect(await resolveSource({...about, ec2, readParameter: noParameters}, request, signal)).not.toHaveProperty(
    'loginUser'
  )
})

it('takes the image that a parameter names', async () => {
  const {ec2, asked} = account(image)
  const read: string[] = []
  const readParameter = async (name: string) => {
    read.push(name)
    return 'ami-0123456789abcdef0'
  }
  const request = {source: 'resolve:ssm:/images/base:3', architecture: 'x86_64', region} as const
  expect((await resolveSource({...about, ec2, readParameter}, request, signal)).id).toBe('ami-0123456789abcdef0')
  expect(read).toEqual(['/images/base:3'])
  expect(asked).toEqual([{ImageIds: ['ami-0123456789abcdef0']}])
})

/** As the SDK throws what AWS answers. */
const answer = (name: string, message: string) => () => Promise.reject(Object.assign(new Error(message), {name}))
const user = 'arn:aws:sts::123456789012:assumed-role/bake/session'
const denied = (because: string) =>
  answer(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-east-1:123456789012:parameter/images/base because ${because}`
  )

it.each([
  [
    'is not there, of which AWS tells the code alone',
    answer('ParameterNotFound', 'UnknownError'),
    /^Input 'source-ami': there is no parameter \/images\/base in us-east-1; correct its name/
  ],
  [
    'may not be read, and with which statement it could be',
    denied('no identity-based policy allows the ssm:GetParameter action'),
    /cannot be read: AccessDeniedException: User: [^]*\nAllow ssm:GetParameter in the role's policy; .*:\n\{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"arn:aws:ssm:us-east-1:123456789012:parameter\/images\/base"\}$/
  ],
  [
    'may not be read, whatever the role’s policy says',
    denied('no service control policy allows the ssm:GetParameter action'),
    /\nA policy of the AWS organization forbids it/
  ],
  [
    'cannot be read',
    answer('ThrottlingException', 'Rate exceeded'),
    /the parameter \/images\/base in us-east-1 cannot be read: ThrottlingException: Rate exceeded$/
  ],
  ['holds something else', async () => 's3cret', /the parameter \/images\/base in us-east-1 does not hold an image id$/]
])('says that a parameter %s', async (_, readParameter, message) => {
  const {ec2} = account(image)
  const request = {source: 'resolve:ssm:/images/base', architecture: 'x86_64', region} as const
  await expect(resolveSource({...about, ec2, readParameter}, request, signal)).rejects.toThrow(message)
})

it('says that an image cannot be seen, and why that may be', async () => {
  await expect(inCloud('ami-0123456789abcdef0')).rejects.toThrow(
    "Input 'source-ami': no image 'ami-0123456789abcdef0' can be seen in us-east-1 (InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef0]' does not exist); image ids differ"
  )
  const request = {source: 'ubuntu-24.04', architecture: 'x86_64', region} as const
  await expect(
    resolveSource({...about, ec2: account().ec2, readParameter: noParameters}, request, signal)
  ).rejects.toThrow("no image 'ubuntu-24.04' can be seen in us-east-1; its publisher offers none")
})

const byId = {source: 'ami-0123456789abcdef0', architecture: 'x86_64', region} as const

it.each(['InvalidAMIID.NotFound', 'InvalidAMIID.Malformed', 'InvalidAMIID.Unavailable'])(
  'makes AWS’s %s an error of the input, which names the setting that hides images',
  async (name) => {
    const ec2 = new EC2Client({region})
    mockClient(ec2)
      .on(DescribeImagesCommand)
      .rejects(Object.assign(new Error('no'), {name}))
    const failure = resolveSource({...about, ec2, readParameter: noParameters}, byId, signal)
    await expect(failure).rejects.toMatchObject({
      input: 'source-ami',
      message: expect.stringContaining(`(${name}: no)`)
    })
    await expect(failure).rejects.toThrow(/"Allowed AMIs"/)
  }
)

it('leaves another error of AWS’s as it is', async () => {
  const ec2 = new EC2Client({region})
  const refusal = Object.assign(new Error('no'), {name: 'UnauthorizedOperation'})
  mockClient(ec2).on(DescribeImagesCommand).rejects(refusal)
  await expect(resolveSource({...about, ec2, readParameter: noParameters}, byId, signal)).rejects.toBe(refusal)
})

it.each([
  [
    '2026-08-24T12:00:00.000Z',
    [expect.stringMatching(/^warning: The source image ami-\S+ has been deprecated .* since 2026-08-24/)]
  ],
  ['2027-02-01T12:00:00.000Z', []],
  [undefined, []]
])('takes an image that is deprecated from %s on, and warns when it is', async (DeprecationTime, warnings) => {
  const {ec2} = account({...image, ...(DeprecationTime ? {DeprecationTime} : {})})
  const log = recordingLog()
  await resolveSource({now, log, ec2, readParameter: noParameters}, byId, signal)
  expect(log.lines).toEqual(warnings)
})

it('warns of an image that a setting in audit mode would hide', async () => {
  const {ec2} = account({...image, ImageAllowed: false})
  const log = recordingLog()
  await resolveSource({now, log, ec2, readParameter: noParameters}, byId, signal)
  expect(log.lines).toEqual([expect.stringMatching(/^warning: .*"Allowed AMIs" .* audit mode/)])
})

it('refuses a volume that is smaller than the source image’s', async () => {
  const {ec2} = account({...image, BlockDeviceMappings: [{DeviceName: '/dev/sda1', Ebs: {VolumeSize: 8}}]})
  const look = (volumeSize: number) =>
    resolveSource({...about, ec2, readParameter: noParameters}, {...byId, volumeSize}, signal)
  await expect(look(7)).rejects.toMatchObject({
    input: 'volume-size',
    message: expect.stringContaining('7 GiB is smaller than the root volume of the source image')
  })
  await expect(look(8)).resolves.toMatchObject({rootDeviceName: '/dev/sda1'})
})

it.each([
  ['ec2-user', 'rpm'],
  ['ubuntu', 'deb'],
  ['admin', 'deb'],
  ['jenkins', undefined],
  [undefined, undefined]
])('guesses by the login user %s what an image of one’s own installs', (loginUser, packages) => {
  expect(packagesFor(loginUser)).toBe(packages)
})

it('refuses an image for another architecture', async () => {
  await expect(inCloud(({sourceImageId}) => sourceImageId, 'arm64')).rejects.toThrow(
    /is for x86_64, but 'architecture' is arm64/
  )
})

it('refuses an image without an EBS root volume', async () => {
  const {ec2} = account({...image, RootDeviceType: 'instance-store'})
  const request = {source: 'ami-0123456789abcdef0', architecture: 'x86_64', region} as const
  await expect(resolveSource({...about, ec2, readParameter: noParameters}, request, signal)).rejects.toThrow(
    /no EBS root volume/
  )
})
