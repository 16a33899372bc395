import {EC2} from '@aws-sdk/client-ec2'
import {openLedger} from '../../../../src/ledger/ledger.ts'
import {probeFor} from '../../../../src/smoke/probe.ts'
import {smokeTest} from '../../../../src/smoke/smoke-test.ts'
import type {Cloud} from '../../../cloud/cloud.ts'
import {startCloud} from '../../../cloud/start.ts'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {createLateDriver} from '../late-driver.ts'
import {silentLog} from '../silent-log.ts'

const most = {medianMs: 300, worstMs: 1_200}
/** From the launch until Jenkins is ready, as real machines need. */
const [soonestMs, latestMs] = [5_000, 45_000]

/**
 * The wait for Jenkins, with the action’s source in this process. A bake shows the lag of one moment; here are many, spread evenly. All
 * machines boot at the same time, because waiting costs nothing.
 */
export const ready: Figure = {
  name: 'ready',
  what: `From the moment when Jenkins is ready to the verdict of the smoke test, over machines that need ${soonestMs / 1_000} to ${latestMs / 1_000} s until then`,
  runs: 40,
  async measure({folder, runs, signal, progress}: Bench): Promise<Row[]> {
    const {driver, readyAt} = createLateDriver()
    const cloud = await startCloud({driver})
    const ec2 = clientOf(cloud)
    try {
      progress(`${runs} machines boot, the last one for ${latestMs / 1_000} s`)
      const lags = Array.from({length: runs}, async (_, index) => {
        const moment = String(Math.round(soonestMs + ((latestMs - soonestMs) * index) / Math.max(runs - 1, 1)))
        const bakeId = index.toString(16).padStart(12, '0')
        const request = {bakeId, ...requestFor(ec2, cloud.sourceImageId), userData: moment}
        const {verdict} = await smokeTest(ec2, request, openLedger(folder, bakeId), silentLog, signal)
        if (verdict !== 'verified') throw new Error(`a machine that is ready after ${moment} ms was ${verdict}`)
        return performance.now() - (readyAt.get(moment) ?? Number.NaN)
      })
      const values = await Promise.all(lags)
      const [usual, worst] = [`< ${most.medianMs} ms`, `< ${most.worstMs / 1_000} s`]
      return [
        withGoal(rowOf('lag', 'ms', values), usual, ({own}) => own.median < most.medianMs),
        withGoal(rowOf('worst lag', 'ms', [Math.max(...values)]), worst, ({own}) => own.median < most.worstMs)
      ]
    } finally {
      ec2.destroy()
      await cloud.stop()
    }
  }
}

function clientOf({endpoint, region, administrator: credentials}: Cloud): EC2 {
  return new EC2({endpoint, region, credentials, maxAttempts: 5})
}

function requestFor(ec2: EC2, imageId: string) {
  const reach = {via: 'private-ip', cidrs: ['127.0.0.0/8'], subnetIds: [], doubtful: false} as const
  return {
    imageId,
    name: 'smoke',
    instanceTypes: ['t3.medium'],
    reach,
    tags: {},
    timeoutMs: 2 * latestMs,
    probe: probeFor(ec2, reach),
    reports: true,
    mustBeClosed: false
  }
}
