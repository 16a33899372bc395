import {mkdtempSync} from 'node:fs'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import * as fc from 'fast-check'
import {openLedger} from '../../src/ledger/ledger.ts'
import type {ResourceType} from '../../src/aws/resources.ts'
import {tagKeys, tagSpecifications} from '../../src/aws/tags.ts'
import {packerSays} from '../helpers/packer-says.ts'
import {startTestCloud} from '../rehearsal/cloud/test-cloud.ts'

/** Relative to the beginning of the bake, in milliseconds. */
const eras = {'long before': -240_000, 'just before': -2_000, after: 5_000} as const
type Era = keyof typeof eras
type Tag = 'ours' | 'theirs' | 'none'

const tagValues: Readonly<Record<Tag, Readonly<Record<string, string>>>> = {
  ours: {[tagKeys.bake]: 'ours', team: 'one'},
  theirs: {[tagKeys.bake]: 'theirs'},
  none: {}
}

/** A resource of the account, and the truth about it. */
export interface Node {
  readonly type: ResourceType
  readonly id: string
  readonly era: Era
  readonly tag: Tag
  /** AWS does not tell when it was made; then only a name that nobody else makes up tells that it is not older than the bake. */
  readonly undated?: 'with a name of its own' | 'with any name'
  /** What it descends from. */
  readonly from: readonly Node[]
  /** What cannot be removed while it is there. */
  readonly uses: readonly Node[]
  /** It goes with this one, whosever it is: AWS deletes a root volume with its machine. */
  readonly goesWith?: Node
  /** AWS's answer to a create of the action's named it. */
  readonly told: boolean
}

const era = fc.constantFrom<Era>('long before', 'just before', 'after', 'after')
const tag = fc.constantFrom<Tag>('ours', 'theirs', 'none', 'none')
const pick = fc.nat({max: 1_000})
const told = fc.boolean()

/** An account with resources of the bake's, of another bake's and of anybody's, made before and after the bake began. */
export const accounts = fc.record({
  /** The cloud's clock against the runner's. */
  skewMs: fc.constantFrom(0, -4 * 3_600_000, -90_000, 12 * 60_000, 30 * 86_400_000),
  /** Of a template that names its key pair, it may be older than the bake. */
  temporaryKey: fc.record({era, announced: fc.boolean()}),
  instances: fc.array(
    fc.record({era, tag, told, hasKey: fc.boolean(), volumeTag: fc.constantFrom<Tag>('ours', 'none'), group: pick}),
    {minLength: 1, maxLength: 3}
  ),
  volumes: fc.array(fc.record({era, tag, told}), {maxLength: 2}),
  snapshots: fc.array(fc.record({era, tag, told, of: pick}), {maxLength: 3}),
  images: fc.array(
    fc.record({
      era,
      tag,
      snapshotTag: tag,
      told,
      /** Of a machine, or registered from snapshots: the first is the root's. */
      from: fc.constantFrom('machine', 'snapshots'),
      machine: pick,
      root: pick,
      mapped: fc.option(pick),
      released: fc.boolean()
    }),
    {maxLength: 3}
  ),
  groups: fc.array(fc.record({tag, told, own: fc.boolean()}), {maxLength: 2}),
  keys: fc.array(fc.record({era, tag, told}), {maxLength: 2})
})
export type Account = typeof accounts extends fc.Arbitrary<infer T> ? T : never

/**
 * Makes the account, era by era.
 *
 * @param folder for the ledger
 * @returns the truth about it, and which images the bake gives out
 */
export async function populate(wanted: Account, folder: string) {
  let ahead = wanted.skewMs
  const {cloud} = await startTestCloud({now: () => new Date(Date.now() + ahead)})
  const {endpoint, region, administrator: credentials} = cloud
  const ec2 = new EC2({endpoint, region, credentials, maxAttempts: 5})
  const ledger = openLedger(mkdtempSync(join(folder, 'bake-')))
  const nodes: Node[] = []
  const released: Node[] = []
  const add = (node: Node): Node => {
    nodes.push(node)
    return node
  }
  const of = (type: ResourceType): Node[] => nodes.filter((node) => node.type === type)
  const chosen = (type: ResourceType, at: number): Node | undefined => of(type)[at % Math.max(1, of(type).length)]
  const keyName = 'packer_6740f1a0-1111-2222-3333-444455556666'
  const tags = (one: Tag, ...types: Parameters<typeof tagSpecifications>[1][]) => ({
    TagSpecifications: one === 'none' ? [] : types.flatMap((type) => tagSpecifications(tagValues[one], type))
  })
  let temporaryKey: Node | undefined

  for (const now of ['long before', 'just before', 'after'] as const) {
    ahead = wanted.skewMs + eras[now]
    if (wanted.temporaryKey.era === now) {
      const {KeyPairId: id = ''} = await ec2.createKeyPair({KeyName: keyName})
      const {announced} = wanted.temporaryKey
      temporaryKey = add({type: 'key-pair', id, era: now, tag: 'none', from: [], uses: [], told: announced})
    }
    if (now === 'after') {
      for (const [index, group] of wanted.groups.entries()) {
        const name = group.own ? `packer_6740f1a0-1111-2222-3333-44445555666${index}` : `web-${index}`
        const {GroupId: id = ''} = await ec2.createSecurityGroup({
          GroupName: name,
          Description: 'd',
          ...tags(group.tag, 'security-group')
        })
        const undated = group.own ? 'with a name of its own' : 'with any name'
        add({type: 'security-group', id, era: now, tag: group.tag, undated, from: [], uses: [], told: group.told})
      }
    }
    for (const one of wanted.instances.filter((each) => each.era === now)) {
      const key = one.hasKey ? temporaryKey : undefined
      const group = one.era === 'after' ? chosen('security-group', one.group) : undefined
      const {Instances: [made] = []} = await ec2.runInstances({
        ImageId: cloud.sourceImageId,
        InstanceType: 't3.medium',
        MinCount: 1,
        MaxCount: 1,
        ...(group ? {SecurityGroupIds: [group.id]} : {}),
        ...(key ? {KeyName: keyName} : {}),
        TagSpecifications: [
          ...tags(one.tag, 'instance').TagSpecifications,
          ...tags(one.volumeTag, 'volume').TagSpecifications
        ]
      })
      const id = made?.InstanceId ?? ''
      const instance = add({
        type: 'instance',
        id,
        era: now,
        tag: one.tag,
        from: key ? [key] : [],
        uses: group ? [group] : [],
        told: one.told
      })
      const {Volumes: [volume] = []} = await ec2.describeVolumes({
        Filters: [{Name: 'attachment.instance-id', Values: [id]}]
      })
      add({
        type: 'volume',
        id: volume?.VolumeId ?? '',
        era: now,
        tag: one.volumeTag,
        from: [instance],
        uses: [],
        goesWith: instance,
        told: false
      })
    }
    for (const one of wanted.volumes.filter((each) => each.era === now)) {
      const {VolumeId: id = ''} = await ec2.createVolume({
        AvailabilityZone: 'us-east-1a',
        Size: 8,
        ...tags(one.tag, 'volume')
      })
      add({...one, type: 'volume', id, from: [], uses: []})
    }
    for (const one of wanted.snapshots.filter((each) => each.era === now)) {
      const volume = chosen('volume', one.of)
      if (!volume) continue
      const {SnapshotId: id = ''} = await ec2.createSnapshot({VolumeId: volume.id, ...tags(one.tag, 'snapshot')})
      await ec2.describeSnapshots({SnapshotIds: [id]})
      add({...one, type: 'snapshot', id, from: [volume], uses: []})
    }
    for (const [index, one] of wanted.images.entries()) {
      if (one.era !== now) continue
      // AWS registers no image of a volume that no machine has booted from.
      const bootable = of('snapshot').filter(({from}) => from.some(({goesWith}) => goesWith !== undefined))
      const root = bootable[one.root % Math.max(1, bootable.length)]
      const machine = chosen('instance', one.machine)
      const before = nodes.length
      if (one.from === 'snapshots' && root) {
        const mapped = one.mapped === null ? undefined : chosen('snapshot', one.mapped)
        const uses = mapped && mapped !== root ? [root, mapped] : [root]
        const {ImageId: id = ''} = await ec2.registerImage({
          Name: `image-${index}`,
          RootDeviceName: '/dev/xvda',
          Architecture: 'x86_64',
          BlockDeviceMappings: uses.map((snapshot, at) => ({
            DeviceName: at === 0 ? '/dev/xvda' : '/dev/sdf',
            Ebs: {SnapshotId: snapshot.id}
          })),
          ...tags(one.tag, 'image')
        })
        add({...one, type: 'image', id, from: [root], uses})
      } else if (machine) {
        const {ImageId: id = ''} = await ec2.createImage({
          InstanceId: machine.id,
          Name: `image-${index}`,
          TagSpecifications: [
            ...tags(one.tag, 'image').TagSpecifications,
            ...tags(one.snapshotTag, 'snapshot').TagSpecifications
          ]
        })
        const {Images: [image] = []} = await ec2.describeImages({ImageIds: [id]})
        const uses: Node[] = []
        const madeOf = [machine]
        const made = add({...one, type: 'image', id, from: madeOf, uses})
        for (const snapshot of (image?.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])) {
          const from = [machine, made, ...of('volume').filter(({goesWith}) => goesWith === machine)]
          uses.push(add({type: 'snapshot', id: snapshot, era: now, tag: one.snapshotTag, from, uses: [], told: false}))
          madeOf.push(...uses)
        }
      }
      const image = nodes[before]
      if (one.released && image) released.push(image)
    }
    for (const [index, one] of wanted.keys.entries()) {
      if (one.era !== now) continue
      const {KeyPairId: id = ''} = await ec2.createKeyPair({
        KeyName: `key-${index}`,
        KeyType: 'ed25519',
        ...tags(one.tag, 'key-pair')
      })
      add({...one, type: 'key-pair', id, from: [], uses: []})
    }
  }
  ledger.begin(new Date(Date.now() + wanted.skewMs))
  nodes.filter((node) => node.told && node !== temporaryKey).forEach(({type, id}) => ledger.made(type, id))
  if (wanted.temporaryKey.announced) packerSays(ledger, `1,,ui,say,==> a.b: Creating temporary keypair: ${keyName}`)
  return {cloud, ec2, ledger, nodes, released}
}
