import {expect, it} from '@jest/globals'
import {withFigures, type Measurements} from '../../../../rehearsal/trials/bench/document.ts'
import {rowOf, withGoal, type Row} from '../../../../rehearsal/trials/bench/figure.ts'
import {linesOf} from '../../../../rehearsal/trials/bench/table.ts'

const page = 'Before\n<!-- figures, generated -->\nold\n<!-- end of figures -->\nAfter\n'
const row: Row = withGoal(rowOf('main', 'ms', [90, 100, 110], ['bare Node', [40, 50, 60]]), '< 80 ms', () => false)
const result = {figure: 'start', what: 'The start', rows: [row], load: [0.1, 0.4], seconds: 3} as const

function measurements(more: Partial<Measurements> = {}): Measurements {
  const machine = {processor: 'A processor', cores: 2, memoryGib: 8, kernel: '6.1', system: 'Debian 13'}
  return {date: '2026-11-27T20:00:00.000Z', machine, node: '24.1.0', results: [result], ...more}
}

it('says where, when and how it was measured, and leaves what is written by hand', () => {
  const written = withFigures(page, measurements())
  expect(written).toMatch(/^Before\n<!-- figures, generated -->\n/)
  expect(written).toMatch(/<!-- end of figures -->\nAfter\n$/)
  expect(written).not.toContain('old')
  expect(written).toContain('2026-11-27: A processor, 2 cores, 8 GiB; Debian 13, Linux 6.1; Node 24.1.0.')
  expect(written).toContain(
    '| start: main | 100 ms | 90 ms | 16 ms | 3 | bare Node 50 ms: 2.00 ×, + 50 ms | < 80 ms | ✗ |'
  )
  expect(withFigures(written, measurements())).toBe(written)
})

it('calls figures of a busy machine provisional, and those of a quiet one not', () => {
  expect(withFigures(page, measurements())).not.toContain('Provisional')
  expect(withFigures(page, measurements({results: [{...result, load: [0.1, 9]}]}))).toContain('**Provisional**')
})

it('says why a figure is missing', () => {
  const missing = {...result, rows: [], missing: 'there is no root'}
  expect(withFigures(page, measurements({results: [missing]}))).toContain('| start | not measured: there is no root |')
  expect(linesOf(missing)).toEqual(['start: not measured: there is no root'])
})

it('has one row for each operation in a table of calls', () => {
  const calls = {...result, figure: 'calls', rows: [rowOf('RunInstances', 'calls', [3], ['Packer', [1]])]}
  expect(withFigures(page, measurements({results: [calls]}))).toContain('| `RunInstances` | 3 | 1 |')
  expect(linesOf(calls)).toEqual(['calls: RunInstances 3 (Packer 1)'])
})

it('refuses a page without a place for figures', () => {
  expect(() => withFigures('Nothing', measurements())).toThrow('no place for the figures')
})

it('tells ratio, median, minimum and spread on a line', () => {
  expect(linesOf(result)).toEqual([
    'start, main: median 100 ms, minimum 90 ms, spread 16 ms, 3 runs; bare Node 50 ms, 2.00 ×, + 50 ms; goal < 80 ms: MISSED'
  ])
})
