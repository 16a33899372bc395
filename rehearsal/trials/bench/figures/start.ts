import {join} from 'node:path'
import {ratioOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {stepEnvironment, timeBareNode, timeScript} from '../step.ts'

const mostOfPeers = 0.45
const firstError = /^::error\b/

/** The start of main, up to its first word about the inputs: no input is given to anybody. */
export const start: Figure = {
  name: 'start',
  what: 'Cold start of main without inputs, to the first error; beside a Node that does nothing, and peers',
  runs: 20,
  async measure({project, node, peers, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const env = await stepEnvironment(folder)
    const toError = (script: string) => () => timeScript({node, args: [script], env, until: firstError})
    const others = Object.fromEntries(peers.map(({name, main}) => [`peer ${name}`, toError(main)]))
    const values: Record<string, number[]> = await interleave(
      {own: toError(join(project, 'dist/main.cjs')), bare: () => timeBareNode(node, env), ...others},
      {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)}
    )
    const {own = [], bare = [], ...ofPeers} = values
    return [
      rowOf('beside bare Node', 'ms', own, ['bare Node', bare]),
      ...Object.entries(ofPeers).map(([name, times]) =>
        withGoal(rowOf(`beside ${name.slice('peer '.length)}`, 'ms', own, [name, times]), `≤ ${mostOfPeers} ×`, (row) =>
          isAtMost(ratioOf(row), mostOfPeers)
        )
      )
    ]
  }
}

function isAtMost(value: number | undefined, most: number): boolean {
  return value !== undefined && value <= most
}
