import {expect, it} from '@jest/globals'
import {showLine} from '../../../rehearsal/cli/show-line.ts'

it.each([
  ['group', '▸ x'],
  ['endgroup', undefined],
  ['error', 'Error: x'],
  ['warning', 'Warning: x'],
  ['text', 'x']
] as const)('shows a line of kind %s as GitHub does', (kind, shown) => {
  expect(showLine({stage: 'main', kind, text: 'x', at: 0})).toBe(shown)
})
