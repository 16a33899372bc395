import {join} from 'node:path'
import {stateKeys, type BakeState} from '../../../../src/ledger/state.ts'
import {stateVariables} from '../../../runner/environment.ts'
import {differenceOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {stepEnvironment, timeBareNode, timeScript} from '../step.ts'

const mostMs = 30

/** What a bake that cleaned up at its end hands to post. */
const bake: BakeState = {
  bakeId: '0123456789ab',
  region: 'us-east-1',
  folder: '/nonexistent/bake-jenkins-ami-0123456789ab',
  main: {pid: 2, startTime: '1'},
  began: '2026-01-01T00:00:00.000Z'
}

export const post: Figure = {
  name: 'post',
  what: 'Post with nothing to do, beside a Node that does nothing',
  runs: 20,
  async measure({project, node, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const env = await stepEnvironment(folder)
    const args = [join(project, 'dist/post.cjs')]
    const swept = stateVariables({[stateKeys.bake]: JSON.stringify(bake), [stateKeys.swept]: 'true'})
    const values = await interleave(
      {
        nothing: () => timeScript({node, args, env, until: /nothing to remove/}),
        swept: () => timeScript({node, args, env: {...env, ...swept}, until: /nothing to remove/}),
        bare: () => timeBareNode(node, env)
      },
      {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)}
    )
    const row = (name: string, own: readonly number[]): Row =>
      withGoal(
        rowOf(name, 'ms', own, ['bare Node', values.bare]),
        `+ ${mostMs} ms`,
        (one) => (differenceOf(one) ?? Infinity) <= mostMs
      )
    return [row('nothing was made', values.nothing), row('the bake cleaned up', values.swept)]
  }
}
