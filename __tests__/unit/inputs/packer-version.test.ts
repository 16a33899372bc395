import {expect, it} from '@jest/globals'
import {packerVersion} from '../../../src/inputs/packer-version.ts'

it.each([
  '1.16.0',
  '1.17.0-beta1',
  '^1.15',
  '>=1.14 <2',
  '1.x',
  '1',
  '1.15',
  '~1.15.2',
  '=1.16.0',
  '1.14 || 1.16',
  'latest',
  'system'
])('allows %s', (value) => {
  expect(packerVersion(value)).toBe(value)
})

it.each(['', '*', 'x', 'v1.16.0', '1.16.0+ent', 'newest', '../../1.0.0', '1.16.0/..', `>=1.0.0${'0'.repeat(300)}`])(
  'refuses %j',
  (value) => {
    expect(() => packerVersion(value)).toThrow(/is not allowed; expected an exact version such as 1\.16\.0, a range/)
  }
)
