import {expect, it} from '@jest/globals'
import {phasesOf} from '../../../rehearsal/trials/report.ts'
import type {LogLine} from '../../../rehearsal/runner/log.ts'

const line = (kind: LogLine['kind'], text: string, at: number): LogLine => ({stage: 'main', kind, text, at})

it('times a group to its end, to the next group, or to the last line of its stage', () => {
  expect(
    phasesOf([
      line('group', 'Build', 100),
      line('text', 'x', 200),
      line('endgroup', '', 1300),
      line('group', 'Smoke', 2000),
      line('group', 'Sweep', 2500),
      line('text', 'x', 2600),
      {stage: 'post', kind: 'text', text: 'x', at: 9000}
    ])
  ).toEqual([
    {name: 'Build', seconds: 1.2},
    {name: 'Smoke', seconds: 0.5},
    {name: 'Sweep', seconds: 0.1}
  ])
})
