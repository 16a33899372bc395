import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {identify} from '../../../../src/lib/processes.ts'
import {abandonedRuns, createRun, liveRuns} from '../../../../rehearsal/machines/nspawn/runs.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'runs-'))
})
afterEach(() => rm(cache, {recursive: true}))

const idsOf = (runs: readonly {readonly id: string}[]) => runs.map(({id}) => id)

it('takes a run for abandoned when its process is gone, and for live until then', async () => {
  const own = await createRun(cache)
  const child = spawn('cat', {stdio: ['pipe', 'ignore', 'ignore']})
  const ended = once(child, 'exit')
  await once(child, 'spawn')
  const other = identify(child.pid ?? 0)
  await mkdir(join(cache, 'runs', `0a1b2c-${other?.pid}-${other?.startTime}`))
  expect(idsOf(await liveRuns(cache)).toSorted()).toEqual([own.id, '0a1b2c'].toSorted())
  expect(await abandonedRuns(cache)).toEqual([])
  child.stdin.end()
  await ended
  expect(idsOf(await liveRuns(cache))).toEqual([own.id])
  expect(idsOf(await abandonedRuns(cache))).toEqual(['0a1b2c'])
})

it('does not take a later process with the same id for a run’s own', async () => {
  await mkdir(join(cache, 'runs', `0a1b2c-${process.pid}-1`), {recursive: true})
  expect(idsOf(await abandonedRuns(cache))).toEqual(['0a1b2c'])
})

it('leaves what is no run alone', async () => {
  await mkdir(join(cache, 'runs', 'something-else'), {recursive: true})
  expect(await abandonedRuns(cache)).toEqual([])
})
