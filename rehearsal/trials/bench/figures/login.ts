import {join} from 'node:path'
import {readActionFile} from '../../../runner/action-file.ts'
import {inputVariables} from '../../../runner/environment.ts'
import {startLocalCloud} from '../../local-cloud.ts'
import {rehearsalContext, rehearsalEnvironment, rehearsalInputs} from '../../settings.ts'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {stepEnvironment, timeBareNode, timeScript} from '../step.ts'
import {startJenkinsIndex} from '../../../jenkins/index-site.ts'

const mostMs = 200

/** From the start of main to EC2's first answer: a token of GitHub, a session of the role, one call. The process ends there. */
export const login: Figure = {
  name: 'login',
  what: 'From the start of main to the first answer of EC2 on the local cloud: OIDC token, role, call; beside a Node that does nothing',
  runs: 15,
  async measure({project, node, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const local = await startLocalCloud({driver: 'light'})
    const index = await startJenkinsIndex()
    try {
      const {cloud} = local
      const source = {inputs: {'jenkins-repository-url': index.url, 'jenkins-update-center-url': index.url}}
      const inputs = rehearsalInputs(local, {...source, standIn: true})
      const {defaults} = await readActionFile(project)
      const env = {
        ...(await stepEnvironment(folder, rehearsalEnvironment(cloud, inputs, {}), cloud.oidc)),
        ...rehearsalContext(),
        ...inputVariables(new Map([...defaults, ...Object.entries(inputs)]))
      }
      const toFirstAnswer = (): Promise<number> => {
        const answered = new AbortController()
        cloud.interfere({
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
      await index.stop()
      await local.stop()
    }
  }
}
