import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Missing, type Bench, type Figure, type Result} from './figure.ts'
import {loadNow} from './machine.ts'

/** Measures a figure. @param runs how often, in place of the figure’s own number */
export async function measure(
  figure: Figure,
  {runs = figure.runs, ...bench}: Omit<Bench, 'folder' | 'runs'> & {readonly runs?: number | undefined}
): Promise<Result> {
  const began = performance.now()
  const before = loadNow()
  const folder = await mkdtemp(join(tmpdir(), `bench-${figure.name}-`))
  const about = {figure: figure.name, what: figure.what}
  const cost = (): Pick<Result, 'load' | 'seconds'> => ({
    load: [before, loadNow()],
    seconds: Math.round((performance.now() - began) / 1_000)
  })
  try {
    const progress = (sentence: string): void => bench.progress(`${figure.name}: ${sentence}`)
    return {...about, rows: await figure.measure({...bench, runs, folder, progress}), ...cost()}
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    return {...about, rows: [], missing: error.message, ...cost()}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
