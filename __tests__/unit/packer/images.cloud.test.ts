import {DescribeImagesCommand, EC2, EC2Client} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {bakedImages} from '../../../src/packer/images.ts'
import type {Traces} from '../../../src/sweep/search.ts'
import type {Resource} from '../../../src/aws/resources.ts'
import {announcedBy} from '../../../src/packer-output/created.ts'
import type {Artifact} from '../../../src/packer-output/messages.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'

const never = new AbortController().signal
const artifact = (id: string) => [{target: 'amazon-ebs.jenkins', builderId: 'mitchellh.amazonebs', id}]

async function anImage(ec2: EC2, cloud: Parameters<typeof launch>[1], name = 'image'): Promise<string> {
  const instance = await launch(ec2, cloud)
  const {ImageId = ''} = await ec2.createImage({
    InstanceId: instance,
    Name: name,
    TagSpecifications: tagSpecifications({[tagKeys.bake]: 'ours', [tagKeys.expires]: 'soon'}, 'image', 'snapshot')
  })
  await ec2.describeImages({ImageIds: [ImageId]})
  return ImageId
}

/** What a bake knows that began at a certain time. */
function tracesSince(began: Date, resources: readonly Resource[] = []): Traces {
  const announced = announcedBy()
  const records = {began, resources, released: [], announced, hasOpenIntents: false, regions: [], made: () => undefined}
  return {bakeId: 'ours', records, announced}
}

interface Given {
  readonly bake?: string
  readonly traces?: Traces
}

async function imagesOf(
  ec2: EC2,
  artifacts: Artifact[],
  {bake = 'ours', traces = tracesSince(new Date(0))}: Given = {}
) {
  const account = {region: 'us-east-1', inRegion: () => ec2}
  return bakedImages(account, artifacts, {bake, traces}, never)
}

it('returns the image of a build as AWS knows it, once', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  const [ofBuilder] = artifact(`us-east-1:${id}`)
  if (!ofBuilder) throw new Error('there is one')
  const manifest = {...ofBuilder, builderId: 'packer.post-processor.manifest'}
  expect(await imagesOf(ec2, [ofBuilder, manifest])).toEqual({
    images: [
      {
        source: 'amazon-ebs.jenkins',
        architecture: 'x86_64',
        sourceImageId: expect.stringMatching(/^ami-/),
        region: 'us-east-1',
        id,
        name: 'image',
        gibibytes: 8,
        created: expect.any(Date),
        snapshotIds: [expect.stringMatching(/^snap-/)],
        copies: []
      }
    ],
    others: []
  })
})

it('returns the images of several sources by name, and what others made apart from them', async () => {
  const {ec2, cloud} = await startTestCloud()
  const [one, two] = [await anImage(ec2, cloud, 'one'), await anImage(ec2, cloud, 'two')]
  const docker = {target: 'docker.x', builderId: 'packer.docker', id: 'sha256:0123'}
  const {images, others} = await imagesOf(ec2, [
    {target: 'amazon-ebs.two', builderId: 'mitchellh.amazonebs', id: `us-east-1:${two}`},
    docker,
    {target: 'amazon-ebs.one', builderId: 'mitchellh.amazonebs', id: `us-east-1:${one}`}
  ])
  expect(images.map(({source, id}) => [source, id])).toEqual([
    ['amazon-ebs.one', one],
    ['amazon-ebs.two', two]
  ])
  expect(others).toEqual([docker])
})

it('tells builds of one name apart', async () => {
  const {ec2, cloud} = await startTestCloud()
  const [one, two] = [await anImage(ec2, cloud, 'one'), await anImage(ec2, cloud, 'two')]
  const {images} = await imagesOf(ec2, [...artifact(`us-east-1:${two}`), ...artifact(`us-east-1:${one}`)])
  expect(images.map(({source, id}) => [source, id])).toEqual([
    ['amazon-ebs.jenkins', one],
    ['amazon-ebs.jenkins (2)', two]
  ])
})

it('takes a snapshot for the bake’s that was made of its instance, and none that the template mapped in', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {VolumeId} = await ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 8})
  // By somebody else, while the bake runs.
  const {SnapshotId: theirs} = await ec2.createSnapshot({VolumeId, Description: 'data of the team'})
  const instance = await launch(ec2, cloud)
  const {ImageId: id = ''} = await ec2.createImage({
    InstanceId: instance,
    Name: 'mapped',
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {SnapshotId: theirs}}],
    TagSpecifications: tagSpecifications({[tagKeys.bake]: 'ours'}, 'image')
  })
  const {Images: [described] = []} = await ec2.describeImages({ImageIds: [id]})
  const own = described?.BlockDeviceMappings?.map(({Ebs}) => Ebs?.SnapshotId).filter((one) => one !== theirs)
  const {images} = await imagesOf(ec2, artifact(`us-east-1:${id}`))
  expect(images[0]?.snapshotIds).toEqual(own)
})

it('keeps a copy with the image that it is a copy of', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  const {endpoint, administrator: credentials} = cloud
  const west = new EC2({endpoint, region: 'eu-west-1', credentials})
  const {ImageId: copy = ''} = await west.copyImage({SourceImageId: id, SourceRegion: 'us-east-1', Name: 'copy'})
  const account = {region: 'us-east-1', inRegion: (region: string) => (region === 'us-east-1' ? ec2 : west)}
  const expected = {bake: undefined, traces: tracesSince(new Date(0))}
  const {images} = await bakedImages(account, artifact(`eu-west-1:${copy},us-east-1:${id}`), expected, never)
  expect(images).toMatchObject([{region: 'us-east-1', id, copies: [{region: 'eu-west-1', id: copy, name: 'copy'}]}])
  west.destroy()
})

it('takes no image that does not carry the tags of this bake', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  await expect(imagesOf(ec2, artifact(`us-east-1:${id}`), {bake: 'theirs'})).rejects.toThrow(
    /does not carry the tags of this bake/
  )
})

it.each([
  ['nothing', [], /made no EC2 image: it made nothing/],
  ['something else', [{target: 'null.x', builderId: 'fnoeding.null', id: 'Null'}], /it made null\.x \(Null\)/]
])('wants an image and refuses %s', async (_, artifacts, message) => {
  const {ec2} = await startTestCloud()
  await expect(imagesOf(ec2, artifacts)).rejects.toThrow(message)
})

it('refuses an image that is not where it can be tested', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  await expect(imagesOf(ec2, artifact(`eu-west-1:${id}`))).rejects.toThrow(/expected one image in us-east-1/)
})

it('asks for images of its own account alone', async () => {
  const asked: unknown[] = []
  const image = {ImageId: 'ami-0123456789abcdef0', Name: 'x', CreationDate: '2026-11-22T12:00:00.000Z'}
  const ec2 = new EC2Client({region: 'us-east-1'})
  mockClient(ec2)
    .on(DescribeImagesCommand)
    .callsFake((input: unknown) => {
      asked.push(input)
      return {Images: [image]}
    })
  const account = {region: 'us-east-1', inRegion: () => ec2}
  const artifacts = artifact(`us-east-1:${image.ImageId}`)
  const {images} = await bakedImages(account, artifacts, {bake: undefined, traces: tracesSince(new Date(0))}, never)
  expect(images.map(({id}) => id)).toEqual([image.ImageId])
  expect(asked).toEqual([{Filters: [{Name: 'image-id', Values: [image.ImageId]}], MaxResults: 500, Owners: ['self']}])
})
