import {existsSync} from 'node:fs'
import {expect, it} from '@jest/globals'
import {Missing, rowOf, type Bench, type Figure} from '../../../../rehearsal/trials/bench/figure.ts'
import {measure} from '../../../../rehearsal/trials/bench/run.ts'

const said: string[] = []
const stop = new AbortController()
const bench = {
  project: '/nonexistent',
  node: process.execPath,
  peers: [],
  packer: () => Promise.reject(new Error('no Packer')),
  env: {},
  progress: (sentence: string) => void said.push(sentence),
  signal: stop.signal
}

function figure(work: (given: Bench) => Promise<number>): Figure {
  return {name: 'a', what: 'A figure', runs: 4, measure: async (given) => [rowOf('row', 'ms', [await work(given)])]}
}

it('measures as often as the figure says, or as somebody asks, in a folder that is gone afterwards', async () => {
  let folder = ''
  const counts = figure(async (given) => {
    folder = given.folder
    expect(existsSync(folder)).toBe(true)
    return given.runs
  })
  expect((await measure(counts, bench)).rows).toMatchObject([{own: {median: 4}}])
  expect((await measure(counts, {...bench, runs: 2})).rows).toMatchObject([{own: {median: 2}}])
  expect(existsSync(folder)).toBe(false)
})

it('tells why a figure cannot be measured on this host', async () => {
  const result = await measure(
    figure(() => Promise.reject(new Missing('there is no root'))),
    bench
  )
  expect(result).toMatchObject({figure: 'a', rows: [], missing: 'there is no root'})
  expect(result.failed).toBeUndefined()
})

it('has a figure that fails as a result, and says how it failed', async () => {
  const result = await measure(
    figure(() => Promise.reject(new Error('the bake was rejected'))),
    bench
  )
  expect(result).toMatchObject({rows: [], missing: 'it failed', failed: true})
  expect(said).toContain('a: it failed: the bake was rejected')
})

it('ends when it is stopped', async () => {
  const signal = AbortSignal.abort(new Error('stopped'))
  const work = figure(() => Promise.reject(new Error('an aborted call')))
  await expect(measure(work, {...bench, signal})).rejects.toThrow('stopped')
})
