import {rehearse} from '../../rehearse.ts'
import type {Report} from '../../report.ts'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {callsBy, total} from '../count-calls.ts'

const mostCalls = 35

/** The whole of it, as most people run it. */
export const verified: Figure = {
  name: 'verified',
  what: 'A bake with its smoke test on light machines: the action’s own calls of EC2, and seconds of main and post',
  runs: 5,
  async measure(bench: Bench): Promise<Row[]> {
    const seconds: number[] = []
    const calls: number[] = []
    for (let done = 0; done < bench.runs; done++) {
      const report = await verifiedBake(bench)
      seconds.push(report.seconds)
      calls.push(total(callsBy('action', report.calls)))
      bench.progress(`${done + 1} of ${bench.runs}`)
    }
    return [
      withGoal(
        rowOf('the action’s calls of EC2', 'calls', calls),
        `≤ ${mostCalls}`,
        ({own}) => own.median <= mostCalls
      ),
      rowOf('main and post', 's', seconds)
    ]
  }
}

/** By operation: what a new call adds is seen here, and in __tests__/scenarios/calls.test.ts. */
export const calls: Figure = {
  name: 'calls',
  what: 'The calls of EC2 of one verified bake, by operation; beside Packer’s own in the same bake',
  runs: 1,
  async measure(bench: Bench): Promise<Row[]> {
    const {calls: all} = await verifiedBake(bench)
    const [own, ofPacker] = [callsBy('action', all), callsBy('packer', all)]
    const names = [...new Set([...Object.keys(own), ...Object.keys(ofPacker)])].toSorted()
    const rows = names.map((name) => rowOf(name, 'calls', [own[name] ?? 0], ['Packer', [ofPacker[name] ?? 0]]))
    return [...rows, rowOf('all', 'calls', [total(own)], ['Packer', [total(ofPacker)]])]
  }
}

async function verifiedBake({packer, env, signal}: Bench): Promise<Report> {
  signal.throwIfAborted()
  const report = await rehearse({driver: 'light', packer: await packer(), env, signal})
  if (report.exitCode === 0 && report.outputs['verdict'] === 'verified') return report
  throw new Error(`the bake has not been verified: ${report.logFile}`)
}
