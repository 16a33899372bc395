import {expect, it} from '@jest/globals'
import type {Traces} from '../../../src/sweep/search.ts'
import {withUnreported} from '../../../src/packer/unreported.ts'
import {announcedBy} from '../../../src/packer-output/created.ts'
import type {Artifact} from '../../../src/packer-output/messages.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {accountOf} from '../../helpers/test-account.ts'
import {recordsWith} from '../../helpers/test-records.ts'

const never = new AbortController().signal

/** Two images of two machines that Packer announced, and one of somebody else's; in that order. */
async function start() {
  const {ec2, cloud, ec2As} = await startTestCloud()
  const instances = [await launch(ec2, cloud), await launch(ec2, cloud), await launch(ec2, cloud)]
  const images: string[] = []
  for (const [at, instance] of instances.entries()) {
    const {ImageId = ''} = await ec2.createImage({InstanceId: instance, Name: `image-${at}`})
    await ec2.describeImages({ImageIds: [ImageId]})
    images.push(ImageId)
  }
  const announced = {...announcedBy(), instances: instances.slice(0, 2), copyRegions: ['eu-west-1']}
  const traces: Traces = {bakeId: 'ours', records: recordsWith(announced), announced}
  const west = ec2As(cloud.administrator, {region: 'eu-west-1'})
  const account = accountOf(ec2, {others: {'eu-west-1': west}})
  const artifact: Artifact = {target: 'amazon-ebs.x', builderId: 'b', id: `us-east-1:${images[0]}`}
  const unreported = (finished: string[], since = new Date(0)) =>
    withUnreported(account, {artifacts: [artifact], finished}, traces, since, never)
  return {images, artifact, cloud, west, unreported}
}

it('finds the image of a build that had the name of another one, with its copies', async () => {
  const {images, artifact, west, unreported} = await start()
  const [, second = ''] = images
  const {ImageId: copy} = await west.copyImage({SourceImageId: second, SourceRegion: 'us-east-1', Name: 'image-1'})
  expect(await unreported(['amazon-ebs.x', 'amazon-ebs.x'])).toEqual([
    artifact,
    {target: 'amazon-ebs.x', builderId: 'mitchellh.amazonebs', id: `us-east-1:${second},eu-west-1:${copy}`}
  ])
})

it('asks nothing where every build has reported', async () => {
  const {artifact, cloud, unreported} = await start()
  const before = cloud.calls.length
  expect(await unreported(['amazon-ebs.x'])).toEqual([artifact])
  expect(cloud.calls).toHaveLength(before)
})

it('hands out no image of a run of Packer before', async () => {
  const {artifact, unreported} = await start()
  expect(await unreported(['amazon-ebs.x', 'amazon-ebs.x'], new Date(Date.now() + 60_000))).toEqual([artifact])
})

it('calls an image by its own name where several builds have reported nothing', async () => {
  const {unreported} = await start()
  const all = await unreported(['amazon-ebs.x', 'a\nb', 'c\nd'])
  expect(all.map(({target}) => target)).toEqual(['amazon-ebs.x', 'image-1'])
})
