import {createRequire} from 'node:module'
import {run} from '../../../host/run.ts'
import {whyNot} from '../../../machines/nspawn/driver.ts'
import {Missing, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'

const mostSeconds = 28

/** The demonstration: real machines, everything that it downloads already there. */
export const rehearsal: Figure = {
  name: 'rehearse',
  what: '`npm run rehearse` on real machines (nspawn), with what it downloads already in its cache',
  runs: 3,
  async measure({project, node, runs, signal, progress}: Bench): Promise<Row[]> {
    const reason = await whyNot()
    if (reason !== undefined) throw new Missing(`real machines cannot be had here: ${reason}`)
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const args = ['--import', tsx, 'rehearsal/cli/rehearse.ts', '--driver', 'nspawn']
    const once = async (): Promise<number> => {
      const began = performance.now()
      await run(node, args, {cwd: project, signal})
      return (performance.now() - began) / 1_000
    }
    const {own} = await interleave({own: once}, {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)})
    return [withGoal(rowOf('warm', 's', own), `< ${mostSeconds} s`, (row) => row.own.median < mostSeconds)]
  }
}
