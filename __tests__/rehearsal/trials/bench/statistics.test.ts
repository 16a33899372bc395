import {expect, it} from '@jest/globals'
import {quantile, summarise} from '../../../../rehearsal/trials/bench/statistics.ts'

it('tells the median, the ends and where four fifths of the measurements are', () => {
  expect(summarise([30, 0, 10, 20, 100, 90, 80, 70, 60, 50, 40])).toEqual({
    median: 50,
    minimum: 0,
    maximum: 100,
    spread: 80,
    runs: 11
  })
})

it('takes a median between two measurements where none is in the middle', () => {
  expect(quantile([4, 1, 2, 10], 0.5)).toBe(3)
})

it('has no spread where there is one measurement', () => {
  expect(summarise([7])).toEqual({median: 7, minimum: 7, maximum: 7, spread: 0, runs: 1})
})

it('refuses to speak of nothing', () => {
  expect(() => summarise([])).toThrow('nothing was measured')
})
