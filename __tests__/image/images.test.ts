import type {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {bakedImage} from '../../src/image/images.ts'
import {promote} from '../../src/image/promote.ts'
import {tagKeys, tagSpecifications} from '../../src/image/tags.ts'
import {launch, startTestCloud} from '../rehearsal/cloud/test-cloud.ts'

const never = new AbortController().signal
const artifact = (id: string) => [{target: 'amazon-ebs.jenkins', builderId: 'mitchellh.amazonebs', id}]

async function anImage(ec2: EC2, cloud: Parameters<typeof launch>[1]): Promise<string> {
  const instance = await launch(ec2, cloud)
  const {ImageId = ''} = await ec2.createImage({
    InstanceId: instance,
    Name: 'image',
    TagSpecifications: tagSpecifications({[tagKeys.bake]: 'ours', [tagKeys.expires]: 'soon'}, 'image', 'snapshot')
  })
  await ec2.describeImages({ImageIds: [ImageId]})
  return ImageId
}

it('returns the image of a build as AWS knows it', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  expect(
    await bakedImage(ec2, artifact(`us-east-1:${id}`), 'us-east-1', {bake: 'ours', began: new Date(0)}, never)
  ).toEqual({
    region: 'us-east-1',
    id,
    name: 'image',
    created: expect.any(Date),
    snapshotIds: [expect.stringMatching(/^snap-/)]
  })
})

it('takes no image that does not carry the tags of this bake', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  await expect(
    bakedImage(ec2, artifact(`us-east-1:${id}`), 'us-east-1', {bake: 'theirs', began: new Date(0)}, never)
  ).rejects.toThrow(/does not carry the tags of this bake/)
})

it.each([
  ['none', [], /made no image/],
  [
    'two',
    artifact('us-east-1:ami-01,us-east-1:ami-02'),
    /made us-east-1:ami-01, us-east-1:ami-02; expected exactly one/
  ],
  ['one in another region', artifact('eu-west-1:ami-01'), /expected exactly one image, in us-east-1/]
])('wants one image in the region and refuses %s', async (_, artifacts, message) => {
  const {ec2} = await startTestCloud()
  await expect(bakedImage(ec2, artifacts, 'us-east-1', {bake: 'ours', began: new Date(0)}, never)).rejects.toThrow(
    message
  )
})

it('promotes: IMDSv2 for every machine, verified, and no date at which a janitor comes', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await anImage(ec2, cloud)
  const image = await bakedImage(
    ec2,
    artifact(`us-east-1:${id}`),
    'us-east-1',
    {bake: 'ours', began: new Date(0)},
    never
  )
  await promote(ec2, image, 'ours', '2.568.2')
  const {Images: [promoted] = []} = await ec2.describeImages({ImageIds: [id]})
  const tags = Object.fromEntries((promoted?.Tags ?? []).map(({Key, Value}) => [Key, Value]))
  expect(promoted?.ImdsSupport).toBe('v2.0')
  expect(tags).toEqual({
    [tagKeys.bake]: 'ours',
    [tagKeys.verified]: expect.stringMatching(/^\d{4}-/),
    [tagKeys.jenkins]: '2.568.2'
  })
})
