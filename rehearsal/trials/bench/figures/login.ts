import {join} from 'node:path'
import {startBakeStep} from '../bake-step.ts'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {timeBareNode, timeScript} from '../step.ts'

const mostMs = 200

/** From the start of main to EC2’s first answer: a token of GitHub, a session of the role, one call. The process ends there. */
export const login: Figure = {
  name: 'login',
  what: 'From the start of main to the first answer of EC2 on the local cloud: OIDC token, role, call; beside a Node that does nothing',
  runs: 15,
  async measure({project, node, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const step = await startBakeStep({project, folder})
    try {
      const env = await step.environment()
      const toFirstAnswer = (): Promise<number> => {
        const answered = new AbortController()
        step.cloud.interfere({
          onAnswered({service, status}) {
            if (service === 'ec2' && status === 200) answered.abort()
          }
        })
        return timeScript({node, args: [join(project, 'dist/main.cjs')], env, done: answered.signal})
      }
      const {own, bare} = await interleave(
        {own: toFirstAnswer, bare: () => timeBareNode(node, env)},
        {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)}
      )
      const row = rowOf('to the first answer', 'ms', own, ['bare Node', bare])
      return [withGoal(row, `< ${mostMs} ms`, (one) => one.own.median < mostMs)]
    } finally {
      await step.stop()
    }
  }
}
