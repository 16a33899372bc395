import {join} from 'node:path'
import {rehearse} from '../../rehearse.ts'
import {handTools, timeByHand} from '../by-hand.ts'
import {callsBy, total} from '../count-calls.ts'
import {ratioOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {renderedValues} from '../plain-packer.ts'

/** What the action saves those who would write its steps themselves. */
export const byHand: Figure = {
  name: 'by-hand',
  what: 'A verified bake on light machines, main and post; beside a workflow by hand in the same cloud: configure-aws-credentials (--peer), `packer build`, the AWS CLI with its waiters, curl and a cleanup',
  runs: 5,
  async measure({project, folder, node, runs, env, signal, progress, ...bench}: Bench): Promise<Row[]> {
    const tools = await handTools(bench)
    const packer = await bench.packer()
    const seconds: number[] = []
    const calls: number[] = []
    let values: Record<string, unknown> | undefined
    let called = 0
    const report = await rehearse({
      driver: 'light',
      packer,
      env,
      folder,
      signal,
      async onCall({by, service}) {
        if (by === 'packer') values ??= await renderedValues(folder)
        // The AWS CLI's.
        if (by === 'other' && service === 'ec2') called += 1
      },
      again: Array.from({length: runs}, (_, index) => ({
        async before(local) {
          if (!values) throw new Error('Packer has called nobody')
          called = 0
          const template = join(project, 'templates/jenkins')
          seconds.push(await timeByHand({local, tools, node, template, values, folder, signal}))
          calls.push(called)
          progress(`${index + 1} of ${runs}`)
        }
      }))
    })
    const failed = report.again.find(({exitCode, outputs}) => exitCode !== 0 || outputs['verdict'] !== 'verified')
    if (failed) throw new Error(`a bake has not been verified:\n${failed.log.slice(-2_000)}`)
    const own = report.again.map((one) => one.seconds)
    const ownCalls = report.again.map((one) => total(callsBy('action', one.calls)))
    return [
      withGoal(
        rowOf('main and post', 's', own, ['by hand', seconds]),
        'faster',
        (row) => (ratioOf(row) ?? Infinity) < 1
      ),
      withGoal(
        rowOf('calls of EC2 beside Packer’s', 'calls', ownCalls, ['by hand', calls]),
        '≤ 0.5 ×',
        (row) => (ratioOf(row) ?? Infinity) <= 0.5
      )
    ]
  }
}
