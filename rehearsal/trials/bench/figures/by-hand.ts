import type {Call} from '../../../cloud/calls.ts'
import {bakesBeside} from '../bakes-beside.ts'
import {handTools, timeByHand} from '../by-hand.ts'
import {callsBy, total} from '../count-calls.ts'
import {ratioOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'

/** What the action saves those who would write its steps themselves. */
export const byHand: Figure = {
  name: 'by-hand',
  what: 'A verified bake on light machines, main and post; beside a workflow by hand in the same cloud: configure-aws-credentials (--peer), `packer build`, the AWS CLI with its waiters, curl and a cleanup',
  runs: 5,
  async measure(bench: Bench): Promise<Row[]> {
    const tools = await handTools(bench)
    const seconds: number[] = []
    const calls: number[] = []
    let called = 0
    const onCall = ({by, service}: Call): void => {
      // The AWS CLI's.
      if (by === 'other' && service === 'ec2') called += 1
    }
    const bakes = await bakesBeside(bench, {onCall}, async (build) => {
      called = 0
      seconds.push(await timeByHand({...build, tools, node: bench.node, folder: bench.folder, signal: bench.signal}))
      calls.push(called)
    })
    const own = bakes.map((one) => one.seconds)
    const ownCalls = bakes.map((one) => total(callsBy('action', one.calls)))
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
