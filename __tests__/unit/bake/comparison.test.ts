import {DescribeImagesCommand, EC2Client, type Image} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {tagKeys} from '../../../src/aws/tags.ts'
import {comparableTags, compareWithLast} from '../../../src/bake/comparison.ts'
import type {ComparableContents} from '../../../src/plan/contents/contents.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

const dayMs = 24 * 60 * 60 * 1000
const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString()

const wanted: ComparableContents = {
  repository: 'owner/images',
  name: 'jenkins',
  count: 1,
  copyRegions: [],
  contents: {Jenkins: '2.568.2', 'plugin git': '5.7.0'},
  fingerprint: 'f'.repeat(64),
  unseen: []
}

/** What the last bake left: an image with all of its tags. */
function image(id: string, {tags = {}, of = wanted, days = 1, ...more}: Partial<Parts> = {}): Image {
  const {main, contents} = comparableTags(of, undefined)
  const all = {
    [tagKeys.bake]: 'last',
    [tagKeys.run]: 'owner/images/1/1',
    [tagKeys.verified]: daysAgo(days),
    ...main,
    ...contents,
    ...tags
  }
  return {
    ImageId: id,
    Name: `jenkins ${id}`,
    State: 'available',
    CreationDate: daysAgo(days),
    Tags: Object.entries(all).flatMap(([Key, Value]) => (Value === undefined ? [] : [{Key, Value}])),
    ...more
  }
}

interface Parts extends Omit<Image, 'Tags'> {
  readonly tags: Readonly<Record<string, string | undefined>>
  readonly of: ComparableContents
  readonly days: number
}

/** A client that knows these images, whatever it is asked for: some clouds ignore filters. */
function clientWith(images: readonly Image[]): EC2Client {
  const ec2 = new EC2Client({region: 'eu-west-1'})
  mockClient(ec2)
    .on(DescribeImagesCommand)
    .resolves({Images: [...images]})
  return ec2
}

interface Case {
  readonly now?: ComparableContents
  readonly elsewhere?: readonly Image[]
  readonly maxAgeMs?: number
  readonly copiesAnywhere?: boolean
}

async function compared(
  images: readonly Image[],
  {now = wanted, elsewhere = [], maxAgeMs, copiesAnywhere = false}: Case = {}
) {
  const account = accountOf(clientWith(images), {region: 'eu-west-1', others: {'us-west-2': clientWith(elsewhere)}})
  const log = recordingLog()
  const found = await compareWithLast(
    account,
    {template: {names: {copiesAnywhere}}, reuse: maxAgeMs === undefined ? {} : {maxAgeMs}} as never,
    {comparable: now},
    {log, signal: new AbortController().signal}
  )
  return {because: found?.because, unseen: found?.unseen, ids: found?.last?.images.map(({id}) => id) ?? [], log}
}

it('finds the newest image with the same contents, and no reason to bake', async () => {
  const {because, ids, log} = await compared([
    image('ami-old', {days: 3}),
    image('ami-new', {tags: {[tagKeys.bake]: 'newer'}}),
    image('ami-older', {days: 9})
  ])
  expect({because, ids}).toEqual({because: [], ids: ['ami-new']})
  expect(log.lines.join('\n')).toContain('Nothing has changed since ami-new (jenkins ami-new)')
})

it('asks for nothing where no comparison was asked for', async () => {
  const account = accountOf(clientWith([image('ami-1')]))
  const template = {names: {copiesAnywhere: false}}
  const about = {log: recordingLog(), signal: new AbortController().signal}
  expect(await compareWithLast(account, {template} as never, {}, about)).toBeUndefined()
})

it.each([
  ['not verified', {tags: {[tagKeys.verified]: undefined}}],
  ['of no bake', {tags: {[tagKeys.bake]: undefined}}],
  ['not kept yet', {tags: {[tagKeys.expires]: 'soon'}}],
  ['of another name', {tags: {[tagKeys.name]: 'jenkins-agent'}}],
  ['of another repository', {tags: {[tagKeys.run]: 'owner/images-of-others/1/1'}}],
  ['of no repository', {tags: {[tagKeys.run]: undefined}}],
  ['deprecated', {DeprecationTime: daysAgo(0.1)}],
  ['disabled', {State: 'disabled' as const}],
  ['still pending', {State: 'pending' as const}]
])('does not count an image that is %s', async (_, parts: Partial<Parts>) => {
  const {because, ids} = await compared([image('ami-1', parts)])
  expect(ids).toEqual([])
  expect(because).toEqual(['owner/images has no verified image named jenkins in eu-west-1 yet'])
})

it('counts an image that will be deprecated later', async () => {
  expect(await compared([image('ami-1', {DeprecationTime: daysAgo(-5)})])).toMatchObject({because: [], ids: ['ami-1']})
})

it('says what has changed', async () => {
  const of = {...wanted, contents: {Jenkins: '2.568.1', 'plugin git': '5.6.0'}, fingerprint: 'e'.repeat(64)}
  const {because} = await compared([image('ami-1', {of})])
  expect(because).toEqual(['Jenkins 2.568.1 → 2.568.2', '1 plugin: git 5.6.0 → 5.7.0'])
})

it('bakes if something has changed and the record of the contents is lost', async () => {
  const tags = {[tagKeys.fingerprint]: 'e'.repeat(64), [`${tagKeys.contents}-1`]: 'no record'}
  const {because} = await compared([image('ami-1', {tags})])
  expect(because).toEqual(['something has changed, and the tags of that image do not say what'])
})

it('bakes if the image is older than is allowed', async () => {
  const {because} = await compared([image('ami-1', {days: 8})], {maxAgeMs: 7 * dayMs})
  expect(because).toEqual(["that image is 8 days old, and 'max-image-age' allows 7 days"])
  expect((await compared([image('ami-1', {days: 6})], {maxAgeMs: 7 * dayMs})).because).toEqual([])
})

it('bakes if one of the images of the last bake is gone', async () => {
  const of = {...wanted, count: 2}
  const first = image('ami-1', {of, tags: {[tagKeys.source]: 'amazon-ebs.one'}})
  const second = image('ami-2', {of, tags: {[tagKeys.source]: 'amazon-ebs.two'}})
  expect(await compared([second, first], {now: of})).toMatchObject({because: [], ids: ['ami-1', 'ami-2']})
  expect((await compared([second], {now: of})).because).toEqual(['of the 2 images of that bake 1 are there'])
})

it('bakes if a copy is gone', async () => {
  const now = {...wanted, copyRegions: ['us-west-2']}
  const copy = image('ami-copy')
  expect((await compared([image('ami-1')], {now, elsewhere: [copy]})).because).toEqual([])
  const ofAnother = image('ami-copy', {tags: {[tagKeys.bake]: 'another'}})
  expect((await compared([image('ami-1')], {now, elsewhere: [ofAnother]})).because).toEqual([
    'that image has no copy in us-west-2'
  ])
})

it('bakes if not all is known that goes into the image, unless its age is limited', async () => {
  const now = {...wanted, unseen: ['the values of data "http"']}
  expect((await compared([image('ami-1')], {now})).because).toEqual([
    'it is not known whether this changed: the values of data "http"'
  ])
  expect(await compared([image('ami-1')], {now, maxAgeMs: 7 * dayMs})).toMatchObject({because: [], unseen: now.unseen})
  expect((await compared([image('ami-1')], {copiesAnywhere: true})).because).toEqual([
    'it is not known whether this changed: the regions of copies, which only Packer knows'
  ])
})
