import {expect, it} from '@jest/globals'
import type {Described} from '../../../src/aws/resources.ts'
import {lifetimeTags, tagKeys} from '../../../src/aws/tags.ts'
import {judge, type Age} from '../../../src/sweep/lost-bakes.ts'

const hour = 3_600_000
const began = new Date('2026-11-22T12:00:00Z')
const after = (ms: number): Date => new Date(began.getTime() + ms)
const bake = {[tagKeys.bake]: '0123456789ab'}
const tags = {...bake, ...lifetimeTags(began, hour)}
/** As an earlier version of the action tags, by its runner's clock. */
const oldTags = (clock: Date) => ({...bake, [tagKeys.expires]: new Date(clock.getTime() + 3 * hour).toISOString()})

const one = (type: Described['type'], id: string, more: Partial<Described> = {}): Described => ({
  type,
  id,
  state: '',
  tags,
  created: after(60_000),
  ...more
})

const told = (tagged: readonly Described[], age: Age) => {
  const {lost, kept} = judge(tagged, age)
  return {
    lost: lost.flatMap(({resources}) => resources.map(({id}) => id)),
    kept: kept.map(({resource, why}) => `${resource.id}: ${why}`)
  }
}

it('takes what has expired, and nothing that was there before its bake', () => {
  const snapshots = [one('snapshot', 'own'), one('snapshot', 'mapped in', {created: after(-120_000)})]
  expect(told(snapshots, {now: after(4 * hour)})).toEqual({
    lost: ['own'],
    kept: ['mapped in: it is older than its bake']
  })
})

it('is not misled by a resource that was given the tag of the bake with another beginning', () => {
  const later = {tags: {...bake, ...lifetimeTags(after(23 * 24 * hour), hour)}}
  const own = [one('snapshot', 'own'), one('image', 'ami-own')]
  const now = after(30 * 24 * hour)
  expect(told([...own, one('snapshot', 'by hand', later)], {now}).lost).toEqual(['own', 'ami-own', 'by hand'])
  const made = {...later, created: after(24 * 24 * hour)}
  expect(told([...own, one('snapshot', 'later', made)], {now}).lost).toEqual(['own', 'ami-own', 'later'])
})

it('leaves what is older than the bake of its tags where nothing else is left of it', () => {
  expect(told([one('snapshot', 'mapped in', {created: after(-120_000)})], {now: after(4 * hour)}).lost).toEqual([])
})

it('leaves a group with the tags of a bake whose name no bake gives', () => {
  const group = (id: string, name: string): Described => {
    const {created: _, ...undated} = one('security-group', id, {name})
    return undated
  }
  const groups = [
    group('sg-own', 'packer_00000000-0000-0000-0000-000000000000'),
    group('sg-smoke', 'bake-jenkins-ami-0123456789ab'),
    group('sg-theirs', 'production-web')
  ]
  expect(told(groups, {now: after(4 * hour)})).toEqual({
    lost: ['sg-own', 'sg-smoke'],
    kept: ['sg-theirs: AWS does not say when it was made, and its name is not one that a bake gives']
  })
})

it('knows of an old bake that it took no longer than a day', () => {
  const old = {tags: oldTags(began)}
  const snapshots = [one('snapshot', 'own', old), one('snapshot', 'mapped in', {...old, created: after(-24 * hour)})]
  expect(told(snapshots, {now: after(4 * hour)})).toMatchObject({lost: ['own']})
})

it('takes no bake for lost whose machines are younger than its bake-timeout', () => {
  const long = {tags: {...bake, ...lifetimeTags(began, 5 * hour)}}
  const smoke = one('instance', 'i-1', {...long, state: 'running', created: after(4.9 * hour)})
  const image = one('image', 'ami-1', long)
  expect(told([smoke, image], {now: after(7.1 * hour)})).toEqual({
    lost: [],
    kept: ['i-1', 'ami-1'].map(
      (id) => `${id}: its bake may still run: the instance i-1 is younger than its bake-timeout`
    )
  })
  expect(told([smoke, image], {now: after(10 * hour)}).lost).toEqual(['i-1', 'ami-1'])
  const ended = {...smoke, state: 'terminated'}
  expect(told([ended, image], {now: after(7.1 * hour)}).lost).toEqual(['i-1', 'ami-1'])
})

it('lets nobody ask for bakes that still have their time', () => {
  const image = one('image', 'ami-1')
  expect(told([image], {now: after(hour / 2), olderThanMs: 60_000})).toEqual({
    lost: [],
    kept: ['ami-1: its bake may still run until 2026-11-22T13:00:00.000Z']
  })
  expect(told([image], {now: after(hour + 1), olderThanMs: 60_000}).lost).toEqual(['ami-1'])
  expect(told([image], {now: after(hour + 1), olderThanMs: 2 * hour}).lost).toEqual([])
})

it('does not believe an old bake’s expiry that its runner’s clock was behind with', () => {
  // Four hours behind: the machine was launched after its bake should have expired.
  const behind = {tags: oldTags(after(-4 * hour)), state: 'running', created: began}
  const machine = one('instance', 'i-1', behind)
  expect(told([machine], {now: after(60_000)})).toMatchObject({lost: []})
  expect(told([machine], {now: after(61 * 60_000)}).lost).toEqual(['i-1'])
  // No clock with which a connection to AWS could be opened.
  const longAgo = one('instance', 'i-2', {...behind, tags: {...bake, [tagKeys.expires]: '2020-01-01T00:00:00.000Z'}})
  expect(told([longAgo], {now: after(60_000)}).lost).toEqual(['i-2'])
})

it('counts the age of an old bake from the first of its resources', () => {
  const old = {tags: oldTags(began)}
  const things = [
    one('key-pair', 'key-1', {...old, created: began}),
    one('security-group', 'sg-1', {...old, created: undefined, name: 'packer_00000000-0000-0000-0000-000000000000'})
  ]
  expect(told(things, {now: after(hour), olderThanMs: 2 * hour}).lost).toEqual([])
  expect(told(things, {now: after(hour), olderThanMs: hour / 2}).lost).toEqual(['key-1', 'sg-1'])
})
