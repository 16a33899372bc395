import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import type {Traces} from '../../../src/sweep/search.ts'
import {finishKeeping, keepProducts, putTagsThatFit} from '../../../src/sweep/keep.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {openLedger} from '../../../src/ledger/ledger.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

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
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'keep-')), 'bake')
  ledger.begin(new Date(0))
  const traces: Traces = {bakeId: 'ours', records: ledger, announced: ledger.announced}
  const ids = [own?.VolumeId ?? '', theirs.VolumeId ?? '', 'vol-0123456789abcdef0']
  const products = ids.map((id) => ({type: 'volume', id}) as const)
  await keepProducts(accountOf(ec2), products, traces, {
    log: recordingLog(),
    release: () => {
      expect(cloud.calls.filter(({action}) => action === 'DeleteTags')).toEqual([])
      ledger.release(products)
    }
  })
  const {Volumes = []} = await ec2.describeVolumes({})
  const keysOf = (id: string): unknown => Volumes.find(({VolumeId}) => VolumeId === id)?.Tags?.map(({Key}) => Key)
  expect(keysOf(ids[0] ?? '')).toEqual([tagKeys.bake])
  expect(keysOf(ids[1] ?? '')).toEqual([tagKeys.bake, tagKeys.expires])
  expect(cloud.calls.filter(({action}) => action === 'DeleteTags')).toHaveLength(1)
})

it('puts the tag of the bake on a product that has lost it', async () => {
  const {ec2, cloud} = await startTestCloud()
  const instance = await launch(ec2, cloud, {TagSpecifications: tagSpecifications(tags, 'instance')})
  const {Volumes: [volume] = []} = await ec2.describeVolumes({
    Filters: [{Name: 'attachment.instance-id', Values: [instance]}]
  })
  const id = volume?.VolumeId ?? ''
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'keep-')), 'bake')
  ledger.begin(new Date(0))
  ledger.made('volume', id)
  const traces: Traces = {bakeId: 'ours', records: ledger, announced: ledger.announced}
  const release = (): void => ledger.release([{type: 'volume', id}])
  await keepProducts(accountOf(ec2), [{type: 'volume', id}], traces, {log: recordingLog(), release})
  const {Volumes: [kept] = []} = await ec2.describeVolumes({VolumeIds: [id]})
  expect(kept?.Tags).toEqual([{Key: tagKeys.bake, Value: 'ours'}])
})

it('takes the expiry off a volume that was given out, and passes over one that is gone', async () => {
  const {ec2} = await startTestCloud()
  const {VolumeId = ''} = await ec2.createVolume({
    AvailabilityZone: 'us-east-1a',
    Size: 8,
    TagSpecifications: tagSpecifications(tags, 'volume')
  })
  const released = [VolumeId, 'vol-0123456789abcdef0'].map((id) => ({type: 'volume', id}) as const)
  await finishKeeping(accountOf(ec2), released, {bakeId: 'ours', began: new Date(0)})
  const {Volumes: [volume] = []} = await ec2.describeVolumes({VolumeIds: [VolumeId]})
  expect(volume?.Tags?.map(({Key}) => Key)).toEqual([tagKeys.bake])
})

it('takes nothing off, and tags nothing, that another bake made or that was there before', async () => {
  const {ec2} = await startTestCloud()
  const volume = async (tagsOfIt: Record<string, string>): Promise<string> => {
    const TagSpecifications = Object.keys(tagsOfIt).length > 0 ? tagSpecifications(tagsOfIt, 'volume') : []
    const {VolumeId = ''} = await ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 8, TagSpecifications})
    return VolumeId
  }
  const theirs = await volume({...tags, [tagKeys.bake]: 'theirs'})
  const [untagged, tagged] = [await volume({}), await volume(tags)]
  const released = [theirs, untagged, tagged].map((id) => ({type: 'volume', id}) as const)
  await finishKeeping(accountOf(ec2), released, {bakeId: 'ours', began: new Date(Date.now() + 60_000)})
  await finishKeeping(accountOf(ec2), released.slice(0, 1), {bakeId: 'ours', began: new Date(0)})
  const {Volumes = []} = await ec2.describeVolumes({})
  const keysOf = (id: string) => Volumes.find(({VolumeId}) => VolumeId === id)?.Tags?.map(({Key}) => Key)
  expect(keysOf(theirs)).toEqual([tagKeys.bake, tagKeys.expires])
  expect(keysOf(untagged) ?? []).toEqual([])
  expect(keysOf(tagged)).toEqual([tagKeys.bake, tagKeys.expires])
})

it('puts as many tags as EC2 takes on a resource that has some already', async () => {
  const {ec2} = await startTestCloud()
  const many = (count: number, name: string): Record<string, string> =>
    Object.fromEntries(Array.from({length: count}, (_, at) => [`${name}-${at}`, 'x']))
  const {VolumeId: id = ''} = await ec2.createVolume({
    AvailabilityZone: 'us-east-1a',
    Size: 8,
    TagSpecifications: tagSpecifications(many(40, 'theirs'), 'volume')
  })
  const [few, most] = [many(1, 'ours'), many(10, 'ours')]
  expect(await putTagsThatFit(ec2, [id], [many(11, 'ours'), most, few])).toContain('maximum number of tags')
  const {Volumes: [volume] = []} = await ec2.describeVolumes({VolumeIds: [id]})
  expect(volume?.Tags).toHaveLength(50)
  expect(await putTagsThatFit(ec2, [id], [few, {}])).toBeUndefined()
  await expect(putTagsThatFit(ec2, [id], [many(12, 'ours'), {another: 'x'}])).rejects.toMatchObject({
    name: 'TagLimitExceeded'
  })
})
