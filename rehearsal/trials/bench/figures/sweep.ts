import {EC2} from '@aws-sdk/client-ec2'
import {join} from 'node:path'
import {runAction} from '../../../runner/run-action.ts'
import {startLocalCloud, type LocalCloud} from '../../local-cloud.ts'
import {populate} from '../../look-alikes.ts'
import {rehearsalContext, rehearsalEnvironment} from '../../settings.ts'
import {differenceOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {interleave} from '../interleave.ts'
import {notingMemory, takeMemory, type Memory} from '../memory.ts'

const most = {seconds: 3, moreMb: 20}
/** Of each kind; together with what they bring, eleven times as many resources. */
const ofEachKind = 920
const fewest = 10_000

/** The sweep action in a large account, where nothing is a lost bake's. */
export const sweep: Figure = {
  name: 'sweep',
  what: `The sweep action among ${fewest.toLocaleString('en')} resources of others, of which it may touch none; beside the same in an account without any`,
  runs: 5,
  async measure({project, folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const crowded = await startLocalCloud({driver: 'light'})
    const empty = await startLocalCloud({driver: 'light'})
    try {
      progress('filling the account')
      const count = await fill(crowded)
      if (count < fewest) throw new Error(`only ${count} resources are in the account`)
      progress(`${count} resources are in the account`)
      const memory: Record<'own' | 'bare', number[]> = {own: [], bare: []}
      const action = join(project, 'sweep')
      const sweepIn = (local: LocalCloud, resident: number[]) => async (): Promise<number> => {
        const seconds = await timeSweep(local, {action, folder, memory: 'resident'})
        resident.push(await takeMemory(folder))
        return seconds
      }
      const inUseIn = async (local: LocalCloud): Promise<number> => {
        await timeSweep(local, {action, folder, memory: 'in use'})
        return takeMemory(folder)
      }
      const {own, bare} = await interleave(
        {own: sweepIn(crowded, memory.own), bare: sweepIn(empty, memory.bare)},
        {runs, signal, onRound: (done) => progress(`${done} of ${runs}`)}
      )
      return [
        withGoal(
          rowOf(`among ${count}`, 's', own, ['in an empty account', bare]),
          `< ${most.seconds} s`,
          (row) => row.own.median < most.seconds
        ),
        rowOf('most memory, resident', 'MB', memory.own.slice(-runs), [
          'in an empty account',
          memory.bare.slice(-runs)
        ]),
        withGoal(
          rowOf('most memory, in use', 'MB', [await inUseIn(crowded)], ['in an empty account', [await inUseIn(empty)]]),
          `flat: + < ${most.moreMb} MB`,
          (row) => (differenceOf(row) ?? Infinity) < most.moreMb
        )
      ]
    } finally {
      await Promise.all([crowded.stop(), empty.stop()])
    }
  }
}

/** @returns how many resources there are */
async function fill({cloud}: LocalCloud): Promise<number> {
  const {endpoint, region, administrator: credentials, sourceImageId: imageId} = cloud
  // Hundreds of calls wait for a connection, and that is no reason for a warning.
  const requestHandler = {socketAcquisitionWarningTimeout: 3_600_000}
  const ec2 = new EC2({endpoint, region, credentials, requestHandler})
  try {
    const {counts} = await cloud.furnish(() => populate(ec2, {imageId, count: ofEachKind}))
    return Object.values(counts).reduce((sum, number) => sum + number, 0)
  } finally {
    ec2.destroy()
  }
}

async function timeSweep(
  {cloud}: LocalCloud,
  {action, folder, memory}: {readonly action: string; readonly folder: string; readonly memory: Memory}
): Promise<number> {
  const inputs = {'aws-region': cloud.region, 'role-to-assume': cloud.roleArn}
  const {exitCode, seconds, log, outputs} = await runAction({
    action,
    inputs,
    env: {...rehearsalEnvironment(cloud, inputs, {}), ...notingMemory(folder, memory)},
    oidc: cloud.oidc,
    context: rehearsalContext(),
    parentFolder: folder
  })
  if (exitCode === 0 && outputs['removed'] === '0') return seconds
  throw new Error(`the sweep has not ended as it should:\n${log.slice(-2_000)}`)
}
