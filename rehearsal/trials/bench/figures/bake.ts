import {join} from 'node:path'
import {rehearse} from '../../rehearse.ts'
import {differenceOf, ratioOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {renderedValues, timePlainBuild} from '../plain-packer.ts'

const most = {seconds: 1, share: 1.02}

/** What the action adds to Packer where nothing takes time: AWS and the machines answer at once. */
export const bake: Figure = {
  name: 'bake',
  what: 'A whole bake without smoke test on light machines, main and post; beside `packer build` of the same template with the same values in the same cloud',
  runs: 7,
  async measure({project, folder, packer: havePacker, runs, env, signal, progress}: Bench): Promise<Row[]> {
    const packer = await havePacker()
    const plain: number[] = []
    let values: Record<string, unknown> | undefined
    const report = await rehearse({
      driver: 'light',
      packer,
      env,
      folder,
      signal,
      inputs: {'smoke-test': 'false'},
      async onCall({by}) {
        // Packer runs, so that its values are there; they are removed when it has ended.
        if (by === 'packer') values ??= await renderedValues(folder)
      },
      again: Array.from({length: runs}, (_, index) => ({
        async before(local) {
          if (!values) throw new Error('Packer has called nobody')
          const template = join(project, 'templates/jenkins')
          plain.push(await timePlainBuild({local, packer, template, values, folder, signal}))
          progress(`${index + 1} of ${runs}`)
        }
      }))
    })
    // What the plain builds made is left in the cloud: only the runs of the action tell of the action.
    const failed = report.again.find(({exitCode}) => exitCode !== 0)
    if (failed) throw new Error(`a bake has failed:\n${failed.log.slice(-2_000)}`)
    const own = report.again.map(({seconds}) => seconds)
    const row = rowOf('without smoke test', 's', own, ['packer build', plain])
    return [
      withGoal(
        row,
        `+ < ${most.seconds} s and < ${Math.round((most.share - 1) * 100)} %`,
        (one) => (differenceOf(one) ?? Infinity) < most.seconds && (ratioOf(one) ?? Infinity) < most.share
      )
    ]
  }
}
