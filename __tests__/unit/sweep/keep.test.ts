import {expect, it} from '@jest/globals'
import type {Traces} from '../../../src/sweep/search.ts'
import {finishKeeping, keepProducts} from '../../../src/sweep/keep.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {announcedBy} from '../../../src/packer-output/created.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'
import {recordsWith} from '../../helpers/test-records.ts'

const tags = {[tagKeys.bake]: 'ours', [tagKeys.expires]: '2030-01-01T00:00:00.000Z'}

it('takes the expiry off what the bake made, and leaves what others made as it is', async () => {
  const {ec2, cloud} = await startTestCloud()
  const instance = await launch(ec2, cloud, {TagSpecifications: tagSpecifications(tags, 'instance', 'volume')})
  const {Volumes: [own] = []} = await ec2.describeVolumes({
    Filters: [{Name: 'attachment.instance-id', Values: [instance]}]
  })
  const theirs = await ec2.createVolume({
    AvailabilityZone: 'us-east-1a',
    Size: 8,
    TagSpecifications: tagSpecifications({...tags, [tagKeys.bake]: 'theirs'}, 'volume')
  })
  const announced = announcedBy()
  const traces: Traces = {bakeId: 'ours', records: recordsWith(announced), announced}
  const ids = [own?.VolumeId ?? '', theirs.VolumeId ?? '', 'vol-0123456789abcdef0']
  await keepProducts(
    accountOf(ec2),
    ids.map((id) => ({type: 'volume', id})),
    traces,
    recordingLog()
  )
  const {Volumes = []} = await ec2.describeVolumes({})
  const keysOf = (id: string): unknown => Volumes.find(({VolumeId}) => VolumeId === id)?.Tags?.map(({Key}) => Key)
  expect(keysOf(ids[0] ?? '')).toEqual([tagKeys.bake])
  expect(keysOf(ids[1] ?? '')).toEqual([tagKeys.bake, tagKeys.expires])
  expect(cloud.calls.filter(({action}) => action === 'DeleteTags')).toHaveLength(1)
})

it('takes the expiry off a volume that was given out, and passes over one that is gone', async () => {
  const {ec2} = await startTestCloud()
  const {VolumeId = ''} = await ec2.createVolume({
    AvailabilityZone: 'us-east-1a',
    Size: 8,
    TagSpecifications: tagSpecifications(tags, 'volume')
  })
  const released = [VolumeId, 'vol-0123456789abcdef0'].map((id) => ({type: 'volume', id}) as const)
  await finishKeeping(accountOf(ec2), released, 'ours')
  const {Volumes: [volume] = []} = await ec2.describeVolumes({VolumeIds: [VolumeId]})
  expect(volume?.Tags?.map(({Key}) => Key)).toEqual([tagKeys.bake])
})
