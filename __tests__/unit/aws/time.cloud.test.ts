import {expect, it} from '@jest/globals'
import {awsTime, observeTime} from '../../../src/aws/time.ts'
import {startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'

const hour = 3_600_000

/** A client of a cloud with a clock of its own, and a clock of the runner's that nobody sets. */
async function start() {
  const time = {cloud: Date.now() - 4 * hour, steady: 1_000}
  const {ec2As, cloud} = await startTestCloud({now: () => new Date(time.cloud)})
  const ec2 = ec2As(cloud.administrator)
  ec2.config.systemClockOffset = time.cloud - Date.now()
  observeTime(ec2, () => time.steady)
  return {time, ec2, now: () => awsTime(ec2, () => time.steady).getTime()}
}

const second = (ms: number): number => Math.floor(ms / 1000) * 1000

it('tells AWS’s time, whatever the runner’s clock says', async () => {
  const {time, ec2, now} = await start()
  await ec2.describeKeyPairs({})
  expect(now()).toBe(second(time.cloud))
})

it('goes on with a clock that nobody sets', async () => {
  const {time, ec2, now} = await start()
  await ec2.describeKeyPairs({})
  const told = now()
  time.steady += 90_000
  // As after the runner's clock has been set right.
  ec2.config.systemClockOffset = 0
  expect(now()).toBe(told + 90_000)
})

it('reads the time in an answer that is an error', async () => {
  const {time, ec2, now} = await start()
  await ec2.describeKeyPairs({})
  time.cloud += 60_000
  await expect(ec2.createKeyPair({KeyName: 'k', DryRun: true})).rejects.toThrow(/DryRun/)
  expect(now()).toBe(second(time.cloud))
})

it('knows no better than the SDK before the first answer', async () => {
  const {ec2, now} = await start()
  ec2.config.systemClockOffset = hour
  expect(Math.abs(now() - Date.now() - hour)).toBeLessThan(60_000)
})
