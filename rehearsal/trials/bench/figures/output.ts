import {delimiter, join} from 'node:path'
import {startBakeStep} from '../bake-step.ts'
import {chattyPacker, firstMark, lastMark, writeMuchOutput} from '../chatty-packer.ts'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {notingMemory, takeMemory} from '../memory.ts'
import {drain} from '../sink.ts'

const goal = {mbPerSecond: 50, residentMb: 150}
const sizeMb = 200
const marks = {first: firstMark, last: lastMark}

/** A build whose scripts print very much: it is read, cleaned, bounded and prefixed, line by line. */
export const output: Figure = {
  name: 'output',
  what: `Output of Packer of ${sizeMb} MB (a stand-in that prints) through main to a reader that throws it away; beside \`cat\` of the same to the same reader`,
  runs: 5,
  async measure({project, node, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const file = join(folder, 'output')
    const mb = await writeMuchOutput(file, sizeMb)
    const path = await chattyPacker(folder, file)
    const step = await startBakeStep({project, folder}, {'packer-version': 'system'})
    const memory: number[] = []
    try {
      const throughMain = async (): Promise<number> => {
        const own = await step.environment()
        const env = {...own, ...notingMemory(folder), PATH: [path, own['PATH']].join(delimiter)}
        const seconds = await drain({command: node, args: [join(project, 'dist/main.cjs')], env, ...marks})
        memory.push(await takeMemory(folder))
        return mb / seconds
      }
      const throughCat = async () => mb / (await drain({command: 'cat', args: [file], env: {}, ...marks}))
      const {own, cat} = await interleave(
        {own: throughMain, cat: throughCat},
        {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)}
      )
      const [fast, small] = [`≥ ${goal.mbPerSecond} MB/s`, `< ${goal.residentMb} MB`]
      return [
        withGoal(rowOf('rate', 'MB/s', own, ['cat', cat]), fast, (row) => row.own.median >= goal.mbPerSecond),
        withGoal(rowOf('most memory', 'MB', memory.slice(-runs)), small, (row) => row.own.maximum < goal.residentMb)
      ]
    } finally {
      await step.stop()
    }
  }
}
