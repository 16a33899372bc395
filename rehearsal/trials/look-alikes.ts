import {randomBytes, randomUUID} from 'node:crypto'
import {
  waitUntilInstanceRunning,
  type EC2,
  type Tag,
  type TagSpecification,
  type ResourceType
} from '@aws-sdk/client-ec2'
import type {IAM} from '@aws-sdk/client-iam'

export interface LookAlikesOptions {
  /** What their machines are launched from: the source image of the bake under test, or an image that it made. */
  readonly imageId: string
  /** Of each kind; instances are twice as many, half of them spot instances. Default 50. */
  readonly count?: number
  /** Makes instance profiles and roles too. */
  readonly iam?: IAM
}

/** Things of others that look like a bake's. */
export interface LookAlikes {
  /** Ids; type and name of what has no id. */
  readonly ids: ReadonlySet<string>
  /** How many there are of each kind. */
  readonly counts: Readonly<Record<string, number>>
  /** What of them is gone or has been changed since, one line each. That a bake they were marked with has taken its tags off is no change. */
  readonly changed: () => Promise<string[]>
  /** A snapshot that was made of a volume, without tags. */
  readonly snapshotId: string
  /**
   * Puts the tags of a bake, with an expiry that is over, on some of each kind that have no tags, as Packer does with a snapshot of the user's
   * own. Not on groups: AWS does not tell when one was made.
   *
   * @param began when the bake says that it began
   * @returns how many
   */
  readonly mark: (bakeId: string, began: Date) => Promise<number>
}

/**
 * Fills an account, through its API, with what a sweep must never touch: the same prefixes and temporary names, other
 * bakes' tags, instances launched from the same image, images of other instances, snapshots that say that CreateImage
 * made them, key pairs with fixed names, launch templates of Packer's, images that another bake kept, and tags that are
 * nearly ours.
 *
 * To have them older than a bake, call it before the bake begins. Some hundred requests, for `Cloud.furnish`: outside of it each
 * instance costs a machine of the driver.
 */
export async function populate(ec2: EC2, {imageId, count = 50, iam}: LookAlikesOptions): Promise<LookAlikes> {
  const before = await pictureOf(ec2, iam)
  const numbers = Array.from({length: count}, (_, index) => index)
  const forEach = (make: (n: number) => Promise<unknown>): Promise<unknown> => Promise.all(numbers.map(make))
  await forEach(async (n) => {
    await ec2.importKeyPair({
      KeyName: n % 2 ? `packer_${randomUUID()}` : `jenkins-build-key-${n}`,
      PublicKeyMaterial: Buffer.from(publicKey),
      TagSpecifications: tagged(n, 'key-pair')
    })
    await ec2.createSecurityGroup({
      GroupName: n % 2 ? `packer_${randomUUID()}` : `bake-jenkins-ami-smoke-${anotherBake()}`,
      Description: 'Temporary group for Packer',
      TagSpecifications: tagged(n, 'security-group')
    })
    await ec2.createLaunchTemplate({
      LaunchTemplateName: `packer-fleet-launch-template-${randomBytes(4).toString('hex').slice(0, 7)}`,
      LaunchTemplateData: {ImageId: imageId, InstanceType: 't3.medium', KeyName: `packer_${randomUUID()}`},
      TagSpecifications: tagged(n, 'launch-template')
    })
    await iam?.createInstanceProfile({InstanceProfileName: `packer-${randomUUID()}`})
    await iam?.createRole({RoleName: `packer-${randomUUID()}`, AssumeRolePolicyDocument: trustEc2})
  })
  const instances = await launchInstances(ec2, imageId, count)
  await waitUntilInstanceRunning({client: ec2, maxWaitTime: 60, minDelay: 1}, {InstanceIds: instances.slice(0, 1)})
  await forEach(async (n) => {
    await ec2.createImage({
      InstanceId: instances[0] ?? '',
      Name: `jenkins-2.568.2-${20_261_122_000_000 + n}-${anotherBake().slice(0, 4)}`,
      NoReboot: true,
      TagSpecifications: tagged(n, 'image', 'snapshot')
    })
  })
  const {Volumes: [volume] = []} = await ec2.describeVolumes({
    Filters: [{Name: 'attachment.instance-id', Values: instances}]
  })
  let snapshotId = ''
  await forEach(async (n) => {
    const made = await ec2.createSnapshot({
      VolumeId: volume?.VolumeId,
      Description: `Created by CreateImage(i-0${randomBytes(8).toString('hex')}) for ami-0${randomBytes(8).toString('hex')}`,
      TagSpecifications: tagged(n, 'snapshot')
    })
    if (n === 0) snapshotId = made.SnapshotId ?? ''
  })
  const then = await pictureOf(ec2, iam)
  const ours = new Map([...then].filter(([id]) => !before.has(id)))
  const marks: string[] = []
  return {
    ids: new Set(ours.keys()),
    counts: countsOf(ours),
    snapshotId,
    changed: async () => {
      const now = await pictureOf(ec2, iam, marks)
      return [...ours].flatMap(([id, {looks}]) => {
        const present = now.get(id)
        if (!present) return [`${id} is gone`]
        return present.looks === looks ? [] : [`${id} was ${looks} and is ${present.looks}`]
      })
    },
    async mark(bakeId, began) {
      marks.push(bakeId)
      const plain = [...ours].flatMap(([id, {kind, tagged: isTagged}]) =>
        markable.has(kind) && !isTagged ? [{kind, id}] : []
      )
      const Resources = [...markable].flatMap((kind) =>
        plain.flatMap((one) => (one.kind === kind && one.id !== snapshotId ? [one.id] : [])).slice(0, mostMarked)
      )
      const Tags = Object.entries({
        'bake-jenkins-ami:bake': bakeId,
        'bake-jenkins-ami:began': began.toISOString(),
        'bake-jenkins-ami:expires': past
      })
      await ec2.createTags({Resources, Tags: Tags.map(([Key, Value]) => ({Key, Value}))})
      return Resources.length
    }
  }
}

/** Of each kind. */
const mostMarked = 4
const markable: ReadonlySet<string> = new Set([
  'instance',
  'volume',
  'image',
  'snapshot',
  'key-pair',
  'launch-template',
  'spot-request'
])

/** What the local cloud starts at one call. */
const mostAtOnce = 20

/** Each brings its volume; a spot instance brings its request too. One call for each kind of tags, or for twenty instances. */
async function launchInstances(ec2: EC2, imageId: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < Math.min(variants.length, count); n++) {
    for (let rest = Math.ceil((count - n) / variants.length); rest > 0; rest -= mostAtOnce) {
      const share = Math.min(rest, mostAtOnce)
      const launch = {ImageId: imageId, InstanceType: 't3.medium', MinCount: share, MaxCount: share} as const
      const launches = [
        {...launch, TagSpecifications: tagged(n, 'instance', 'volume')},
        {
          ...launch,
          InstanceMarketOptions: {MarketType: 'spot'},
          TagSpecifications: tagged(n, 'instance', 'volume', 'spot-instances-request')
        } as const
      ]
      for (const one of launches) {
        const {Instances = []} = await ec2.runInstances(one)
        ids.push(...Instances.flatMap(({InstanceId}) => InstanceId ?? []))
      }
    }
  }
  return ids
}

const anotherBake = (): string => randomBytes(6).toString('hex')

const past = '2020-01-01T00:00:00.000Z'
const future = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString()

/** None, a running bake's, a kept thing's, and four that are nearly ours. */
const variants: readonly (() => Record<string, string>)[] = [
  () => ({}),
  () => ({'bake-jenkins-ami:bake': anotherBake(), 'bake-jenkins-ami:expires': future}),
  () => ({'bake-jenkins-ami:bake': anotherBake(), 'bake-jenkins-ami:verified': past}),
  () => ({'bake-jenkins-ami:bake': '*', 'bake-jenkins-ami:expires': past}),
  () => ({'bake-jenkins-ami:expires': past, Name: 'Packer Builder'}),
  () => ({'Bake-Jenkins-AMI:bake': anotherBake(), 'bake-jenkins-ami:expires': past}),
  () => ({'bake-jenkins-ami:bake': anotherBake(), 'bake-jenkins-ami:expires': 'yesterday'})
]

function tagged(n: number, ...types: ResourceType[]): TagSpecification[] {
  const tags = Object.entries(variants[n % variants.length]?.() ?? {})
  if (tags.length === 0) return []
  return types.map((ResourceType) => ({ResourceType, Tags: tags.map(([Key, Value]) => ({Key, Value}))}))
}

interface Seen {
  readonly kind: string
  readonly tagged: boolean
  /** State and tags, as text to compare. */
  readonly looks: string
}

type Picture = ReadonlyMap<string, Seen>

/** Everything in the account that a bake can make. @param marks bakes whose tags are not looked at */
async function pictureOf(ec2: EC2, iam: IAM | undefined, marks: readonly string[] = []): Promise<Picture> {
  const seen = new Map<string, Seen>()
  const add = (kind: string, id = '', state = '', tags: readonly Tag[] = []): void => {
    const isMark = tags.some(({Key, Value = ''}) => Key === 'bake-jenkins-ami:bake' && marks.includes(Value))
    const others = isMark ? tags.filter(({Key = ''}) => !Key.startsWith('bake-jenkins-ami:')) : tags
    const sorted = others.map(({Key, Value}) => `${Key}=${Value}`).toSorted()
    seen.set(id, {kind, tagged: tags.length > 0, looks: `${kind} ${state} ${sorted.join(' ')}`.trim()})
  }
  const own = {Owners: ['self']}
  const {Reservations = []} = await ec2.describeInstances({})
  Reservations.flatMap(({Instances = []}) => Instances).forEach(({InstanceId, State, Tags}) => {
    const ended = State?.Name === 'terminated' || State?.Name === 'shutting-down'
    if (!ended) add('instance', InstanceId, '', Tags)
  })
  ;(await ec2.describeVolumes({})).Volumes?.forEach(({VolumeId, Tags}) => add('volume', VolumeId, '', Tags))
  ;(await ec2.describeImages(own)).Images?.forEach(({ImageId, Tags}) => add('image', ImageId, '', Tags))
  ;(await ec2.describeSnapshots({OwnerIds: ['self']})).Snapshots?.forEach(({SnapshotId, Tags}) =>
    add('snapshot', SnapshotId, '', Tags)
  )
  ;(await ec2.describeSecurityGroups({})).SecurityGroups?.forEach(({GroupId, Tags}) =>
    add('security-group', GroupId, '', Tags)
  )
  ;(await ec2.describeKeyPairs({})).KeyPairs?.forEach(({KeyPairId, Tags}) => add('key-pair', KeyPairId, '', Tags))
  ;(await ec2.describeLaunchTemplates({})).LaunchTemplates?.forEach(({LaunchTemplateId, Tags}) =>
    add('launch-template', LaunchTemplateId, '', Tags)
  )
  ;(await ec2.describeSpotInstanceRequests({})).SpotInstanceRequests?.forEach(({SpotInstanceRequestId, State, Tags}) =>
    add('spot-request', SpotInstanceRequestId, State, Tags)
  )
  ;(await iam?.listRoles({}))?.Roles?.forEach(({RoleName}) => add('role', `role ${RoleName}`))
  ;(await iam?.listInstanceProfiles({}))?.InstanceProfiles?.forEach(({InstanceProfileName}) =>
    add('instance-profile', `instance-profile ${InstanceProfileName}`)
  )
  return seen
}

function countsOf(picture: Picture): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const {kind} of picture.values()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKwk8mF0vW7x1g0mYqzE7mG5yJtq7t1x1dKxE2fXo0cL look-alike'

const trustEc2 = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {Service: 'ec2.amazonaws.com'}, Action: 'sts:AssumeRole'}]
})
