import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {once} from 'node:events'
import {describe, expect, it} from '@jest/globals'
import {openLedger, reopenLedger} from '../../../src/ledger/ledger.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {watchTemplate, type WatchContext} from '../../../src/packer/watch.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {packerSays} from '../../helpers/packer-says.ts'
import {ignoringFilters} from '../../helpers/ignoring-filters.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const tags = {[tagKeys.bake]: '0123456789ab', [tagKeys.expires]: '2030-01-01T00:00:00.000Z', team: 'ci'}
const name = 'packer_6740f1a0-1111-2222-3333-444455556666'

async function start(more: Partial<WatchContext> = {}, options: Parameters<typeof startTestCloud>[0] = {}) {
  const test = await startTestCloud(options)
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'watch-')), 'bake')
  const log = recordingLog()
  const watch = watchTemplate({
    ec2: test.ec2,
    bakeId: tags[tagKeys.bake] ?? '',
    region: 'us-east-1',
    ledger,
    tags,
    log,
    requests: () => 1,
    ...more
  })
  return {...test, ledger, log, watch}
}

type Started = Awaited<ReturnType<typeof start>>

it('stops a template whose key pair does not show up here', async () => {
  const {watch} = await start({patienceMs: 100})
  watch.onKeyPair('packer_elsewhere')
  watch.onKeyPairMade('packer_elsewhere')
  await once(watch.signal, 'abort')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/makes its key pair in another region/)})
})

it('leaves a key pair that Packer has not made yet to Packer, which is told why', async () => {
  const {watch, cloud} = await start({patienceMs: 20})
  watch.onKeyPair('packer_denied')
  // The third look is later than the patience.
  while (cloud.calls.filter(({action}) => action === 'DescribeKeyPairs').length < 3)
    await new Promise((resolve) => setImmediate(resolve))
  watch.onKeyPairMade('packer_other')
  expect(watch.signal.aborted).toBe(false)
  watch.onKeyPairMade('packer_denied')
  await once(watch.signal, 'abort')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/makes its key pair in another region/)})
})

it('stops a template with a key pair of its own whose instance does not show up here', async () => {
  const {watch} = await start({patienceMs: 100})
  watch.onInstance('i-0123456789abcdef0')
  await once(watch.signal, 'abort')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/makes its instance in another region/)})
})

it('stops a template that did not ask for its credentials', async () => {
  const {watch} = await start({requests: () => 0})
  watch.onKeyPair('packer_x')
  expect(watch.signal.reason).toMatchObject({message: expect.stringMatching(/credentials of its own/)})
  watch.close()
})

it('is as patient with what is announced late as with what is announced at once', async () => {
  const patienceMs = 300
  const {watch, ec2, log} = await start({patienceMs})
  // Longer than the patience: Packer had plugins to download.
  await once(AbortSignal.timeout(2 * patienceMs), 'abort')
  await ec2.createKeyPair({KeyName: 'packer_late', KeyType: 'ed25519'})
  watch.onKeyPair('packer_late')
  watch.onKeyPairMade('packer_late')
  await once(AbortSignal.timeout(2 * patienceMs), 'abort')
  expect(watch.signal.aborted).toBe(false)
  expect(log.lines).toEqual([])
  watch.close()
})

it('records the ids of key pairs with names that the template chose, once Packer has made them', async () => {
  const {watch, ec2, ledger} = await start()
  const make = async (KeyName: string) => (await ec2.createKeyPair({KeyName, KeyType: 'ed25519'})).KeyPairId ?? ''
  const ids = [await make('one'), await make('other'), await make('somebody-elses')]
  ;['one', 'other', 'somebody-elses'].forEach((each) => watch.onKeyPair(each))
  watch.onKeyPairMade('one')
  watch.onKeyPairMade('other')
  while (ledger.resources.length < 2) await new Promise((resolve) => setImmediate(resolve))
  watch.close()
  expect(ledger.resources.map(({id}) => id).toSorted()).toEqual(ids.slice(0, 2).toSorted())
})

it('records the volumes of the instance while it lives', async () => {
  const test = await start()
  const instance = await launch(test.ec2, test.cloud)
  test.watch.onInstance(instance)
  while (!test.ledger.resources.some(({type}) => type === 'volume'))
    await new Promise((resolve) => setImmediate(resolve))
  expect(test.ledger.resources).toContainEqual({type: 'instance', id: instance})
  test.watch.close()
})

it('says nothing and stops nothing once it is closed', async () => {
  const {watch, log} = await start({patienceMs: 50})
  watch.onKeyPair('packer_elsewhere')
  watch.onKeyPairMade('packer_elsewhere')
  watch.onInstance('i-0123456789abcdef0')
  watch.close()
  await once(AbortSignal.timeout(150), 'abort')
  expect(watch.signal.aborted).toBe(false)
  expect(log.lines).toEqual([])
})

describe('what is named when the machine may speak', () => {
  const hinted = async ({watch, cloud}: Started, type: 'instance' | 'image', id: string): Promise<void> => {
    const before = cloud.calls.length
    watch.onHint({type, id})
    const action = type === 'instance' ? 'DescribeInstances' : 'DescribeSnapshots'
    const looked = (): boolean => cloud.calls.slice(before).some((call) => call.action === action && call.status > 0)
    while (!looked()) await new Promise((resolve) => setImmediate(resolve))
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const imageOf = async ({ec2}: Started, InstanceId: string): Promise<string> => {
    const {ImageId = ''} = await ec2.createImage({InstanceId, Name: InstanceId})
    await ec2.describeImages({ImageIds: [ImageId]})
    return ImageId
  }

  it('is recorded and tagged where it descends from what Packer announced before', async () => {
    const started = await start()
    const {ec2, cloud, watch, ledger} = started
    await ec2.createKeyPair({KeyName: name})
    watch.onKeyPair(name)
    const second = await launch(ec2, cloud, {KeyName: name})
    await hinted(started, 'instance', second)
    while (!ledger.resources.some(({type}) => type === 'volume')) await new Promise((resolve) => setImmediate(resolve))
    const image = await imageOf(started, second)
    await hinted(started, 'image', image)
    expect(ledger.resources.map(({type, id}) => `${type} ${id}`)).toEqual(
      expect.arrayContaining([`instance ${second}`, `image ${image}`])
    )
    watch.close()
    const {Snapshots: [snapshot] = []} = await ec2.describeSnapshots({OwnerIds: ['self']})
    for (const id of [second, image, snapshot?.SnapshotId ?? '']) {
      const {Tags = []} = await ec2.describeTags({Filters: [{Name: 'resource-id', Values: [id]}]})
      expect(Tags.map(({Key}) => Key)).toContain(tagKeys.bake)
    }
  })

  it('is tagged where Packer has announced the volume, although its instance is gone', async () => {
    const {ec2, watch, ledger} = await start()
    const [announced = '', other = ''] = await Promise.all(
      [1, 2].map(async (Size) => (await ec2.createVolume({AvailabilityZone: 'us-east-1a', Size})).VolumeId ?? '')
    )
    packerSays(
      ledger,
      `1,,ui,say,==> a.b: Found Image ID: ami-01234567\n1,,ui,say,==> a.b: Deleting 'run_volume_tags' on EBS Volumes: ${announced}\n`
    )
    watch.onHint({type: 'volume', id: other})
    watch.onHint({type: 'volume', id: announced})
    const tagsOf = async (id: string) => (await ec2.describeVolumes({VolumeIds: [id]})).Volumes?.[0]?.Tags ?? []
    while ((await tagsOf(announced)).length === 0) await new Promise((resolve) => setImmediate(resolve))
    watch.close()
    expect((await tagsOf(announced)).map(({Key}) => Key)).toContain(tagKeys.bake)
    expect(await tagsOf(other)).toEqual([])
    expect(ledger.resources).toEqual([{type: 'volume', id: announced}])
  })

  it('is recorded alone where the answer has more than was asked for', async () => {
    const started = await start()
    const {ec2, cloud, watch, ledger} = started
    await launch(ec2, cloud)
    await ec2.createKeyPair({KeyName: name})
    watch.onKeyPair(name)
    const second = await launch(ec2, cloud, {KeyName: name})
    ignoringFilters(ec2)
    watch.onHint({type: 'instance', id: second})
    const limit = AbortSignal.timeout(4_000)
    const instances = () => ledger.resources.flatMap(({type, id}) => (type === 'instance' ? [id] : []))
    while (!limit.aborted && instances().length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(instances()).toEqual([second])
    watch.close()
  })

  it('is left alone where it is somebody else’s', async () => {
    const started = await start()
    const {ec2, cloud, watch, ledger} = started
    await ec2.createKeyPair({KeyName: name})
    watch.onKeyPair(name)
    const theirs = await launch(ec2, cloud)
    await hinted(started, 'instance', theirs)
    await hinted(started, 'image', await imageOf(started, theirs))
    expect(ledger.resources).toEqual([])
    const {Tags = []} = await ec2.describeTags({Filters: [{Name: 'resource-id', Values: [theirs]}]})
    expect(Tags).toEqual([])
    expect(watch.signal.aborted).toBe(false)
    watch.close()
  })
})

describe('what Packer announces and does not tag', () => {
  /** Resolves when so many calls of that name have been answered. */
  const answered = async ({cloud}: Started, action: string, times = 1): Promise<void> => {
    const isEnough = (): boolean =>
      cloud.calls.filter((call) => call.action === action && call.status > 0).length >= times
    while (!isEnough()) await new Promise((resolve) => setImmediate(resolve))
  }
  const tagsOn = async ({ec2}: Started, id: string): Promise<Record<string, string>> => {
    const {Tags = []} = await ec2.describeTags({Filters: [{Name: 'resource-id', Values: [id]}]})
    return Object.fromEntries(Tags.map(({Key = '', Value = ''}) => [Key, Value]))
  }

  it('is tagged as the rest of the bake is, so that a sweep finds it', async () => {
    const started = await start()
    const {ec2, cloud, watch} = started
    const {KeyPairId = ''} = await ec2.createKeyPair({KeyName: name, KeyType: 'ed25519'})
    watch.onKeyPair(name)
    const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: name, Description: 'd'})
    watch.onSecurityGroup(name)
    const instance = await launch(ec2, cloud, {KeyName: name})
    watch.onInstance(instance)
    await answered(started, 'CreateTags', 4)
    const {Volumes: [volume] = []} = await ec2.describeVolumes({})
    for (const id of [KeyPairId, GroupId, instance, volume?.VolumeId ?? '']) {
      expect(await tagsOn(started, id)).toEqual(tags)
    }
    watch.close()
  })

  it('keeps the tags that it has, and what Packer tags by itself costs no call', async () => {
    const started = await start()
    const {ec2, cloud, watch} = started
    await ec2.createKeyPair({KeyName: name, TagSpecifications: tagSpecifications(tags, 'key-pair')})
    watch.onKeyPair(name)
    watch.onSecurityGroup(name)
    await answered(started, 'DescribeKeyPairs')
    const instance = await launch(ec2, cloud, {TagSpecifications: tagSpecifications(tags, 'instance', 'volume')})
    watch.onInstance(instance)
    while (!started.ledger.resources.some(({type}) => type === 'volume')) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(cloud.calls.map(({action}) => action)).not.toContain('CreateTags')
    expect(cloud.calls.map(({action}) => action)).not.toContain('DescribeSecurityGroups')
    watch.close()
  })

  it('is left as it is where its name may be somebody else’s, or it was there before', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000)
    const started = await start({ledger: reopenLedger(mkdtempSync(join(tmpdir(), 'watch-')), inAnHour)})
    const {ec2, cloud, watch} = started
    await ec2.createKeyPair({KeyName: 'build-key'})
    const instance = await launch(ec2, cloud)
    watch.onKeyPair('build-key')
    watch.onInstance(instance)
    await answered(started, 'DescribeVolumes')
    await answered(started, 'DescribeInstances')
    await answered(started, 'DescribeKeyPairs')
    await new Promise((resolve) => setImmediate(resolve))
    expect(cloud.calls.map(({action}) => action)).not.toContain('CreateTags')
    watch.close()
  })

  it('fails no bake where it may not be tagged', async () => {
    const started = await start(
      {},
      {
        authorize: ({action}) =>
          action === 'ec2:CreateTags' ? {allowed: false, resource: '*', because: 'because of a test'} : {allowed: true}
      }
    )
    const {ec2, watch, log} = started
    await ec2.createKeyPair({KeyName: name})
    watch.onKeyPair(name)
    while (log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(log.lines).toEqual([expect.stringMatching(/^Not tagged, .*: key-pair key-.*not authorized/)])
    expect(watch.signal.aborted).toBe(false)
    watch.close()
  })
})
