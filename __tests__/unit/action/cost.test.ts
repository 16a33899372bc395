import {expect, it} from '@jest/globals'
import {dollars, machineCost, snapshotCost} from '../../../src/action/cost.ts'

it('adds up what machines cost, a minute at least', () => {
  expect(machineCost([{instanceType: 't3.medium', seconds: 3_600}])).toBeCloseTo(0.0416)
  expect(machineCost([{instanceType: 't4g.xlarge', seconds: 1_800}])).toBeCloseTo(0.0672)
  expect(machineCost([{instanceType: 't3.medium', seconds: 1}])).toBeCloseTo(0.0416 / 60)
})

it.each(['m7i.large', 't3.nano', '', 't3'])('does not know the price of %p', (instanceType) => {
  expect(
    machineCost([
      {instanceType: 't3.medium', seconds: 60},
      {instanceType, seconds: 60}
    ])
  ).toBeUndefined()
})

it('writes dollars', () => {
  expect(dollars(snapshotCost(8))).toBe('$0.40')
  expect(dollars(0.004)).toBe('less than $0.01')
})
