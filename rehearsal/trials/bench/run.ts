import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {messageOf} from '../../../src/lib/errors.ts'
import {Missing, type Bench, type Figure, type Result} from './figure.ts'
import {loadNow} from './machine.ts'

/**
 * Measures a figure. One that fails is a result: those after it are measured all the same.
 *
 * @param runs how often, in place of the figure’s own number
 * @throws the signal’s reason once it is aborted
 */
export async function measure(
  figure: Figure,
  {runs = figure.runs, ...bench}: Omit<Bench, 'folder' | 'runs'> & {readonly runs?: number | undefined}
): Promise<Result> {
  const began = performance.now()
  const before = loadNow()
  const folder = await mkdtemp(join(tmpdir(), `bench-${figure.name}-`))
  const result = (what: Pick<Result, 'rows' | 'missing' | 'failed'>): Result => ({
    figure: figure.name,
    what: figure.what,
    ...what,
    load: [before, loadNow()],
    seconds: Math.round((performance.now() - began) / 1_000)
  })
  try {
    const progress = (sentence: string): void => bench.progress(`${figure.name}: ${sentence}`)
    return result({rows: await figure.measure({...bench, runs, folder, progress})})
  } catch (error) {
    bench.signal.throwIfAborted()
    if (error instanceof Missing) return result({rows: [], missing: error.message})
    bench.progress(`${figure.name}: it failed: ${messageOf(error)}`)
    return result({rows: [], missing: 'it failed', failed: true})
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
