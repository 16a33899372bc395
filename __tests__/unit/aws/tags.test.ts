import {expect, it} from '@jest/globals'
import {lifetimeIn, lifetimeTags, tagKeys} from '../../../src/aws/tags.ts'

const began = new Date('2026-11-26T10:00:00.000Z')

it('reads what a bake has written', () => {
  expect(lifetimeIn(lifetimeTags(began, 3_600_000))).toEqual({
    began,
    end: new Date('2026-11-26T11:00:00.000Z'),
    expires: new Date('2026-11-26T13:00:00.000Z')
  })
})

it('knows no beginning of a bake of an earlier version', () => {
  expect(lifetimeIn({[tagKeys.expires]: '2026-11-26T13:00:00Z'})).toEqual({
    end: new Date('2026-11-26T11:00:00.000Z'),
    expires: new Date('2026-11-26T13:00:00.000Z')
  })
})

it.each(['', 'yesterday', '2020', '2020-01-01', '1 January 2020', '2020-01-01T00:00:00+01:00', '2020-13-01T00:00:00Z'])(
  'takes %p for no expiry',
  (expires) => {
    expect(lifetimeIn({[tagKeys.expires]: expires})).toBeUndefined()
  }
)
