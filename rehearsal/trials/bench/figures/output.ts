import {join} from 'node:path'
import {delimiter} from 'node:path'
import {startJenkinsIndex} from '../../../jenkins/index-site.ts'
import {readActionFile} from '../../../runner/action-file.ts'
import {inputVariables} from '../../../runner/environment.ts'
import {startLocalCloud} from '../../local-cloud.ts'
import {rehearsalContext, rehearsalEnvironment, rehearsalInputs} from '../../settings.ts'
import {chattyPacker, firstMark, lastMark, writeMuchOutput} from '../chatty-packer.ts'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {notingPeak, takePeak} from '../peak-memory.ts'
import {drain} from '../sink.ts'
import {stepEnvironment} from '../step.ts'

const goal = {mbPerSecond: 50, residentMb: 150}
const sizeMb = 200

/** A build whose scripts print very much: it is read, cleaned, bounded and prefixed, line by line. */
export const output: Figure = {
  name: 'output',
  what: `Output of Packer of ${sizeMb} MB (a stand-in that prints) through main to a reader that throws it away; beside \`cat\` of the same to the same reader`,
  runs: 5,
  async measure({project, node, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const file = join(folder, 'output')
    const mb = await writeMuchOutput(file, sizeMb)
    const path = await chattyPacker(folder, file)
    const local = await startLocalCloud({driver: 'light'})
    const index = await startJenkinsIndex()
    try {
      const {cloud} = local
      const source = {'jenkins-repository-url': index.url, 'jenkins-update-center-url': index.url}
      const inputs = {...rehearsalInputs(local, {inputs: source, standIn: true}), 'packer-version': 'system'}
      const {defaults} = await readActionFile(project)
      const environment = async () => {
        const own = await stepEnvironment(folder, rehearsalEnvironment(cloud, inputs, {}), cloud.oidc)
        return {
          ...own,
          ...rehearsalContext(),
          ...inputVariables(new Map([...defaults, ...Object.entries(inputs)])),
          ...notingPeak(folder),
          PATH: [path, own['PATH']].join(delimiter)
        }
      }
      const memory: number[] = []
      const marks = {first: firstMark, last: lastMark}
      const values = await interleave(
        {
          async own() {
            const args = [join(project, 'dist/main.cjs')]
            const {seconds} = await drain({command: node, args, env: await environment(), ...marks})
            memory.push(await takePeak(folder))
            return mb / seconds
          },
          cat: async () => mb / (await drain({command: 'cat', args: [file], env: {}, ...marks})).seconds
        },
        {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)}
      )
      return [
        withGoal(
          rowOf('rate', 'MB/s', values.own, ['cat', values.cat]),
          `≥ ${goal.mbPerSecond} MB/s`,
          ({own}) => own.median >= goal.mbPerSecond
        ),
        withGoal(
          rowOf('most memory', 'MB', memory.slice(-runs)),
          `< ${goal.residentMb} MB`,
          ({own}) => own.maximum < goal.residentMb
        )
      ]
    } finally {
      await index.stop()
      await local.stop()
    }
  }
}
