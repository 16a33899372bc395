import {expect, it} from '@jest/globals'
import {asLogFileLine, createStageLog, type LogLine} from '../../../rehearsal/runner/log.ts'
import {createMasks} from '../../../rehearsal/runner/masks.ts'

function read(raw: string[], debug = false) {
  const lines: LogLine[] = []
  const log = createStageLog({
    stage: 'main',
    masks: createMasks(),
    debug,
    now: () => 0,
    onLine: (line) => lines.push(line)
  })
  for (const line of raw) log.line(line)
  return {log, shown: lines.map(asLogFileLine)}
}

it('shows groups and annotations with the prefixes of the log file', () => {
  const {log, shown} = read(['::group::Build', 'text', '::endgroup::', '::warning title=T::w', '::error::a%0Ab'])
  expect(shown).toEqual(['##[group]Build', 'text', '##[endgroup]', '##[warning]w', '##[error]a', 'b'])
  expect(log.annotations).toEqual([
    {stage: 'main', level: 'warning', message: 'w', title: 'T'},
    {stage: 'main', level: 'error', message: 'a\nb'}
  ])
  expect(log.failed).toBe(false)
})

it('masks what is printed after add-mask, in annotations too, and prints no add-mask', () => {
  const {log, shown} = read(['one hush', '::add-mask::hush', 'two hush', '::error::three hush'])
  expect(shown).toEqual(['one hush', 'two ***', '##[error]three ***'])
  expect(log.annotations[0]?.message).toBe('three ***')
})

it('prints commands instead of obeying them while they are stopped', () => {
  const {shown} = read(['::stop-commands::tok', '::add-mask::hush', 'hush', '::tok::', '::add-mask::hush', 'hush'])
  expect(shown).toEqual(['::stop-commands::tok', '::add-mask::hush', 'hush', '::tok::', '***'])
})

it('obeys an old-style command in the middle of a line', () => {
  expect(read(['Packer says ##[group]x']).shown).toEqual(['##[group]x'])
})

it('shows debug lines in debug runs only', () => {
  expect(read(['::debug::d']).shown).toEqual([])
  expect(read(['::debug::d'], true).shown).toEqual(['##[debug]d'])
})

it('fails the step on a disabled command, and still takes deprecated ones', () => {
  const {log} = read(['::set-env name=A::b', '::set-output name=o::1', '::save-state name=s::2'])
  expect(log.failed).toBe(true)
  expect([log.outputs, log.state]).toEqual([{o: '1'}, {s: '2'}])
})

it('keeps ten annotations of a level, of 4096 characters each', () => {
  const {log, shown} = read(Array.from({length: 12}, () => `::notice::${'n'.repeat(5000)}`))
  expect(shown).toHaveLength(12)
  expect(log.annotations.map(({message}) => message.length)).toEqual(Array.from({length: 10}, () => 4096))
})
