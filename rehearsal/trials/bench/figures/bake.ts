import {bakesBeside} from '../bakes-beside.ts'
import {differenceOf, ratioOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {timePlainBuild} from '../plain-packer.ts'

const most = {seconds: 1, share: 1.02}

/** What the action adds to Packer where nothing takes time: AWS and the machines answer at once. */
export const bake: Figure = {
  name: 'bake',
  what: 'A whole bake without smoke test on light machines, main and post; beside `packer build` of the same template with the same values in the same cloud',
  runs: 7,
  async measure(bench: Bench): Promise<Row[]> {
    const packer = await bench.packer()
    const plain: number[] = []
    // What the plain builds made is left in the cloud: only the runs of the action tell of the action.
    const bakes = await bakesBeside(bench, {inputs: {'smoke-test': 'false'}}, async (build) => {
      plain.push(await timePlainBuild({...build, packer, folder: bench.folder, signal: bench.signal}))
    })
    const own = bakes.map(({seconds}) => seconds)
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
