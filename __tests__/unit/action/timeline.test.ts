import {expect, it} from '@jest/globals'
import {duration, timeline} from '../../../src/action/timeline.ts'

it('draws each phase as long as it took', () => {
  expect(
    timeline([
      {name: 'Plan', seconds: 1},
      {name: 'Build', seconds: 240},
      {name: 'Smoke test', seconds: 60}
    ])
  ).toBe(
    `\`\`\`text
Plan            1.0 s  ▏
Build       4 min 0 s  ████████████████████████
Smoke test     60.0 s  ██████
\`\`\``
  )
})

it.each([
  [0, '0.0 s'],
  [119.94, '119.9 s'],
  [120, '2 min 0 s'],
  [3_725, '62 min 5 s']
])('writes %d s as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})
