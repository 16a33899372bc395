import {expect, it} from '@jest/globals'
import {chooseImages, type RetirementRule} from '../../../src/retire/choose.ts'
import type {VerifiedImage} from '../../../src/retire/images.ts'

const now = new Date('2026-11-27T00:00:00Z')
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)

function image(id: string, days: number, more: Partial<VerifiedImage> = {}): VerifiedImage {
  return {
    id,
    name: id,
    created: daysAgo(days),
    state: 'available',
    isProtected: false,
    bakeId: `bake of ${id}`,
    kind: 'jenkins of octo/images',
    baked: daysAgo(days),
    snapshotIds: [],
    tags: {},
    ...more
  }
}

const rule: RetirementRule = {keepLast: 2, unusedForMs: 7 * 86_400_000}
const chosen = (images: readonly VerifiedImage[], more: Partial<RetirementRule> = {}): string[] =>
  chooseImages(images, {...rule, ...more}, now).candidates.map(({id}) => id)

const four = [image('a', 40), image('b', 30), image('c', 20), image('d', 10)]

it('keeps the newest of each kind, and takes the oldest first', () => {
  expect(chosen(four)).toEqual(['a', 'b'])
  const others = four.map((one) => ({...one, id: `${one.id}2`, bakeId: `${one.bakeId}2`, kind: 'agent of octo/images'}))
  expect(chosen([...four, ...others])).toEqual(['a', 'a2', 'b', 'b2'])
})

it('keeps the images of one bake together', () => {
  const pair = four.flatMap((one) => [one, {...one, id: `${one.id}-arm`}])
  expect(chosen(pair)).toEqual(['a', 'a-arm', 'b', 'b-arm'])
})

it('keeps what is not old enough, and at least the newest', () => {
  expect(chosen(four, {keepLast: 1, olderThanMs: 25 * 86_400_000})).toEqual(['a', 'b'])
  expect(chosen(four, {keepLast: 0})).toEqual(['a', 'b', 'c'])
})

it('does not count images that nobody can launch any more, but keeps the newest all the same', () => {
  const broken = [...four.slice(0, 2), image('c', 20, {deprecated: daysAgo(1)}), image('d', 10, {state: 'disabled'})]
  expect(chosen(broken)).toEqual(['c'])
  expect(chosen(broken, {keepLast: 0})).toEqual(['a', 'c'])
})

it.each([
  ['its tags do not say which kind', {kind: undefined}],
  ['its state is pending', {state: 'pending'}],
  ['it is protected', {isProtected: true}],
  ['it was launched at', {lastLaunched: daysAgo(3)}],
  ["it is younger than 'unused-for'", {created: daysAgo(3)}],
  ['it is not old enough', {created: new Date(Number.NaN)}]
])('keeps an image: %s', (why, more) => {
  const {kind, ...rest} = {...image('a', 40), ...more}
  const first = kind === undefined ? rest : {...rest, kind}
  const {candidates, staying} = chooseImages([first, ...four.slice(1)], rule, now)
  expect(candidates.map(({id}) => id)).not.toContain('a')
  expect(staying.find((one) => one.image.id === 'a')?.why).toContain(why)
})

it('takes an image that was launched long ago', () => {
  expect(chosen([image('a', 40, {lastLaunched: daysAgo(8)}), ...four.slice(1)])).toEqual(['a', 'b'])
})
