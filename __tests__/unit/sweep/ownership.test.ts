import {describe, expect, it} from '@jest/globals'
import type {Described} from '../../../src/aws/resources.ts'
import {isTaggedStranger, isUndecided, prove, type Evidence} from '../../../src/sweep/ownership.ts'
import {tagKeys} from '../../../src/aws/tags.ts'
import {announcedBy, type Announced} from '../../../src/packer-output/created.ts'

const began = new Date('2026-11-22T12:00:00Z')
const during = new Date('2026-11-22T12:30:00Z')
const bakeId = '0123456789ab'
const temporary = 'packer_6740f1a0-1111-2222-3333-444455556666'
const ours = {[tagKeys.bake]: bakeId}
const theirs = {[tagKeys.bake]: 'ba9876543210'}

type More = Partial<Omit<Evidence, 'announced'>> & {readonly announced?: Partial<Announced>}

const evidence = ({announced, ...more}: More = {}): Evidence => ({
  bakeId,
  began,
  made: [],
  home: 'us-east-1',
  stays: () => false,
  ...more,
  announced: {...announcedBy(), ...announced}
})

const one = (type: Described['type'], id: string, more: Partial<Described> = {}): Described => ({
  type,
  id,
  state: 'available',
  tags: {},
  created: during,
  ...more
})

const own = (found: readonly Described[], more?: More): string[] => prove(found, evidence(more)).own.map(({id}) => id)
const before = {created: new Date(began.getTime() - 1)}

describe('a tag', () => {
  it('counts for what was made after the bake began, and for nothing that was there before', () => {
    expect(
      own([
        one('snapshot', 'tagged', {tags: ours}),
        one('snapshot', 'at once', {tags: ours, created: began}),
        one('snapshot', 'mapped in', {tags: ours, ...before}),
        one('snapshot', 'of another bake', {tags: theirs}),
        one('snapshot', 'of no bake', {tags: {[tagKeys.bake]: ''}}),
        one('snapshot', 'of nobody')
      ])
    ).toEqual(['tagged', 'at once'])
  })

  it('keeps what descends from the bake’s from being the bake’s, where it is another bake’s', () => {
    const found = [one('instance', 'i-1', {tags: ours}), one('volume', 'vol-1', {tags: theirs, instanceIds: ['i-1']})]
    expect(own(found)).toEqual(['i-1'])
  })

  it('tells of what it is on although that was there before', () => {
    const snapshot = one('snapshot', 'mapped in', {tags: ours, ...before})
    expect(isTaggedStranger(snapshot, evidence())).toBe(true)
    expect(isTaggedStranger(one('snapshot', 'own', {tags: ours}), evidence())).toBe(false)
    expect(isTaggedStranger(one('snapshot', 'other', before), evidence())).toBe(false)
  })
})

describe('a time that AWS does not tell', () => {
  const group = (id: string, name: string, more: Partial<Described> = {}): Described =>
    one('security-group', id, {created: undefined, tags: ours, name, ...more})

  it('is made up for by a name that nobody else makes up, beside the tag', () => {
    expect(
      own([
        group('of Packer', temporary),
        group('of the smoke test', `bake-jenkins-ami-smoke-${bakeId}`),
        group('of somebody', 'web'),
        group('of Packer for somebody', temporary, {tags: {}})
      ])
    ).toEqual(['of Packer', 'of the smoke test'])
    expect(isUndecided(group('of somebody', 'web'), evidence())).toBe(true)
    expect(isUndecided(group('of the VPC', 'default'), evidence())).toBe(false)
  })

  it('is made up for by Packer’s word, or by AWS’s answer to a create', () => {
    const untagged = [group('sg-1', temporary, {tags: {}}), group('sg-2', 'web', {tags: {}})]
    expect(own(untagged, {announced: {securityGroups: [temporary]}})).toEqual(['sg-1'])
    expect(own(untagged, {made: [{type: 'security-group', id: 'sg-2'}]})).toEqual(['sg-2'])
  })

  it('is a reason to leave everything else', () => {
    expect(own([one('volume', 'vol-1', {tags: ours, created: undefined})])).toEqual([])
    expect(own([one('image', 'ami-1', {tags: ours, created: new Date(Number.NaN)})])).toEqual([])
  })

  it('never makes the group of the VPC the bake’s', () => {
    const found = [group('sg-1', 'default')]
    expect(
      own(found, {made: [{type: 'security-group', id: 'sg-1'}], announced: {securityGroups: ['default']}})
    ).toEqual([])
  })
})

describe('a descent', () => {
  const chain = [
    one('image', 'ami-registered', {rootSnapshotId: 'snap-1', snapshotIds: ['snap-1', 'snap-mapped']}),
    one('snapshot', 'snap-1', {volumeId: 'vol-1'}),
    one('snapshot', 'snap-mapped', {volumeId: 'vol-of-the-team'}),
    one('volume', 'vol-1', {instanceIds: ['i-1']}),
    one('instance', 'i-1', {keyName: temporary})
  ]

  it('leads from the instance to its volume, the volume’s snapshot and the snapshot’s image', () => {
    expect(own(chain, {announced: {keyPairs: [temporary]}}).toSorted()).toEqual([
      'ami-registered',
      'i-1',
      'snap-1',
      'vol-1'
    ])
    expect(own(chain)).toEqual([])
  })

  it('ends at what was there before', () => {
    const older = chain.map((link) => (link.id === 'vol-1' ? {...link, ...before} : link))
    expect(own(older, {announced: {keyPairs: [temporary]}})).toEqual(['i-1'])
  })

  it('ends at what stays', () => {
    const kept = {announced: {keyPairs: [temporary]}, stays: ({id}: Described) => id === 'snap-1'}
    expect(own(chain, kept).toSorted()).toEqual(['i-1', 'vol-1'])
  })

  it('leads on from what is known by its id and is gone', () => {
    const left = chain.filter(({type}) => type !== 'instance' && type !== 'volume')
    expect(own(left, {made: [{type: 'volume', id: 'vol-1'}]}).toSorted()).toEqual(['ami-registered', 'snap-1'])
    const proved = prove(left, evidence({made: [{type: 'volume', id: 'vol-1'}]}))
    expect(proved.ids('volume')).toEqual(['vol-1'])
  })

  it('does not lead on from what is known by its id and was there before', () => {
    const older = chain.map((link) => (link.id === 'vol-1' ? {...link, ...before, instanceIds: []} : link))
    expect(own(older, {made: [{type: 'volume', id: 'vol-1'}]})).toEqual([])
  })

  it('leads to the image of an instance and its snapshots, and to none that is mapped in', () => {
    const found = [
      one('image', 'ami-1', {sourceInstanceId: 'i-1', snapshotIds: ['snap-1', 'snap-mapped']}),
      one('snapshot', 'snap-1', {description: 'Created by CreateImage(i-1) for ami-1'}),
      one('snapshot', 'snap-pending', {description: 'Created by CreateImage(i-1) for ami-gone'}),
      one('snapshot', 'snap-other', {description: 'Created by CreateImage(i-2) for ami-2'}),
      one('snapshot', 'snap-mapped', {description: 'data of the team', tags: {}})
    ]
    const known = {made: [{type: 'instance', id: 'i-1'} as const]}
    expect(own(found, known).toSorted()).toEqual(['ami-1', 'snap-1', 'snap-pending'])
  })

  it('leads to copies in the regions that Packer told, and to nobody else’s', () => {
    const copy = (id: string, region?: string): Described =>
      one('image', id, {sourceImageId: 'ami-1', ...(region !== undefined ? {region} : {})})
    const found = [
      one('image', 'ami-1', {sourceInstanceId: 'i-1', sourceImageId: 'ami-debian'}),
      one('image', 'ami-debian', {sourceInstanceId: 'i-1', ...before}),
      copy('here'),
      copy('ami-there', 'eu-west-1'),
      copy('elsewhere', 'eu-north-1'),
      one('snapshot', 'snap-there', {
        region: 'eu-west-1',
        description: 'Copied for DestinationAmi ami-there from SourceAmi ami-1 for SourceSnapshot snap-1.'
      }),
      one('snapshot', 'snap-unfinished', {
        region: 'eu-west-1',
        description: 'Copied for DestinationAmi ami-9 from SourceAmi ami-1 for SourceSnapshot snap-1.'
      }),
      one('image', 'launched-from-it', {sourceInstanceId: 'i-9', sourceImageId: 'ami-1', region: 'eu-west-1'})
    ]
    const known = {made: [{type: 'instance', id: 'i-1'} as const], announced: {copyRegions: ['eu-west-1']}}
    expect(own(found, known).toSorted()).toEqual(['ami-1', 'ami-there', 'snap-there', 'snap-unfinished'])
    expect(own(found, {...known, announced: {copyRegions: ['us-east-1']}})).toContain('here')
  })

  it('leads to no copy with tags of its own where only the tags of a lost bake tell of it', () => {
    const image = one('image', 'ami-1', {sourceInstanceId: 'i-1'})
    const copy = (id: string, tags: Described['tags']) => one('image', id, {sourceImageId: 'ami-1', tags})
    const found = [image, copy('untagged', {}), copy('theirs', {owner: 'the team'})]
    const known = {made: [{type: 'instance', id: 'i-1'} as const], announced: {copyRegions: ['us-east-1']}}
    expect(own(found, known)).toContain('theirs')
    const until = new Date('2100-01-01T00:00:00Z')
    expect(own(found, {...known, until}).toSorted()).toEqual(['ami-1', 'untagged'])
  })

  it('leads from the snapshot of an image to a volume that has outlived the instance', () => {
    const found = [
      one('snapshot', 'snap-1', {volumeId: 'vol-1', description: 'Created by CreateImage(i-1) for ami-1'}),
      one('snapshot', 'snap-2', {volumeId: 'vol-2', description: 'nightly', tags: ours}),
      one('volume', 'vol-1'),
      one('volume', 'vol-2')
    ]
    expect(own(found, {announced: {instances: ['i-1']}})).toEqual(['snap-1', 'snap-2', 'vol-1'])
    expect(own([...found.slice(0, 2), one('volume', 'vol-1', before)], {announced: {instances: ['i-1']}})).toEqual([
      'snap-1',
      'snap-2'
    ])
  })

  it('leads from the snapshot of an image that was given out to a volume that has outlived the instance', () => {
    const found = [
      one('snapshot', 'snap-1', {volumeId: 'vol-1', description: 'Created by CreateImage(i-1) for ami-1'}),
      one('snapshot', 'snap-2', {volumeId: 'vol-2', description: 'Created by CreateImage(i-2) for ami-1'}),
      one('volume', 'vol-1'),
      one('volume', 'vol-2')
    ]
    const stays = ({type}: Described): boolean => type === 'snapshot'
    expect(own(found, {announced: {instances: ['i-1']}, stays})).toEqual(['vol-1'])
    expect(own(found, {announced: {instances: []}, stays})).toEqual([])
  })

  it('leads from a launch template and a key pair to what was launched', () => {
    const found = [
      one('launch-template', 'lt-1', {keyName: temporary}),
      one('instance', 'i-1', {tags: {'aws:ec2launchtemplate:id': 'lt-1'}}),
      one('spot-request', 'sir-1', {instanceIds: ['i-1']}),
      one('spot-request', 'sir-2', {keyName: 'of-somebody'}),
      one('key-pair', 'key-1', {name: temporary}),
      one('key-pair', 'key-2', {name: 'packer_other'})
    ]
    expect(own(found, {announced: {keyPairs: [temporary]}})).toEqual(['lt-1', 'i-1', 'sir-1', 'key-1'])
  })

  it('does not begin at a key pair that was there before, although the template gives its own that name', () => {
    const found = [one('key-pair', 'key-1', {name: 'builder', ...before}), one('instance', 'i-1', {keyName: 'builder'})]
    expect(own(found, {announced: {keyPairs: ['builder']}})).toEqual([])
    expect(own(found.slice(1), {announced: {keyPairs: ['builder']}})).toEqual(['i-1'])
  })

  it('leads to snapshots of a registered image only by the volumes that Packer told', () => {
    const found = [
      one('image', 'ami-1', {rootSnapshotId: 'snap-1', snapshotIds: ['snap-1', 'snap-2']}),
      one('snapshot', 'snap-1', {volumeId: 'vol-1'}),
      one('snapshot', 'snap-2', {volumeId: 'vol-2'}),
      one('snapshot', 'snap-3', {volumeId: 'vol-1'})
    ]
    const hints = [{type: 'volume', id: 'vol-1'} as const]
    expect(own(found, {made: [{type: 'image', id: 'ami-1'}], announced: {hints}})).toEqual(['ami-1', 'snap-1'])
    expect(own(found, {announced: {hints}})).toEqual([])
  })
})

it('takes nothing without a tag that was made when the bake was over', () => {
  const found = [
    one('instance', 'i-1', {tags: ours}),
    one('volume', 'in time', {instanceIds: ['i-1']}),
    one('volume', 'too late', {instanceIds: ['i-1'], created: new Date('2026-11-22T13:00:01Z')}),
    one('volume', 'tagged late', {tags: ours, created: new Date('2026-11-22T13:00:01Z')})
  ]
  expect(own(found, {until: new Date('2026-11-22T13:00:00Z')})).toEqual(['i-1', 'in time', 'tagged late'])
})

it('believes no answer of its own accord', () => {
  const answers = (
    ['instance', 'volume', 'image', 'snapshot', 'key-pair', 'spot-request', 'launch-template'] as const
  ).map((type) => one(type, `${type} of others`, {name: 'x', keyName: 'x', instanceIds: ['i-9'], volumeId: 'vol-9'}))
  expect(own(answers, {announced: {keyPairs: [temporary], spot: true}})).toEqual([])
})
