import {expect, it} from '@jest/globals'
import {finishKeeping} from '../../src/image/promote.ts'
import {tagKeys, tagSpecifications} from '../../src/image/tags.ts'
import {startTestCloud} from '../rehearsal/cloud/test-cloud.ts'
import {accountOf} from '../testAccount.ts'

const tags = {[tagKeys.bake]: 'ours', [tagKeys.expires]: '2030-01-01T00:00:00.000Z'}

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
