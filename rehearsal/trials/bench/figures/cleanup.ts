import {rehearse} from '../../rehearse.ts'
import {differenceOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'

const most = {seconds: 1}
/** How long the cloud’s instances take to end, among other changes of state. */
const endingMs = 2_000

/** The end of a normal run, where machines take their time to end. */
export const cleanup: Figure = {
  name: 'cleanup',
  what: `The sweep at the end of a verified bake, where states of the cloud last ${endingMs / 1_000} s; beside the time from the call that ends the smoke test’s machine until the cloud says that it has ended`,
  runs: 5,
  async measure({packer, env, runs, signal, progress}: Bench): Promise<Row[]> {
    const sweeps: number[] = []
    for (let done = 0; done < runs; done++) {
      signal.throwIfAborted()
      const report = await rehearse({driver: 'light', packer: await packer(), env, signal, stateDelayMs: endingMs})
      const sweep = report.phases.findLast(({name}) => name === 'Sweep')
      if (report.exitCode !== 0 || !sweep) throw new Error(`the bake has failed: ${report.logFile}`)
      sweeps.push(sweep.seconds)
      progress(`${done + 1} of ${runs}`)
    }
    const ending = sweeps.map(() => endingMs / 1_000)
    return [
      withGoal(
        rowOf('sweep', 's', sweeps, ['termination in the cloud', ending]),
        `+ < ${most.seconds} s`,
        (row) => (differenceOf(row) ?? Infinity) < most.seconds
      )
    ]
  }
}
