import {DescribeVolumesCommand, EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {observeCalls} from '../../../src/aws/observe.ts'
import {showDebug} from '../../../src/lib/debug.ts'
import {startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'

it('shows each call with its outcome, region, request and attempts', async () => {
  const shown: string[] = []
  const stop = showDebug((message) => shown.push(message))
  const {cloud} = await startTestCloud()
  const {endpoint, region, administrator: credentials} = cloud
  const ec2 = observeCalls(new EC2({endpoint, region, credentials}))
  await ec2.send(new DescribeVolumesCommand({}))
  await ec2.send(new DescribeVolumesCommand({VolumeIds: ['vol-0123456789abcdef0']})).catch(() => undefined)
  stop()
  expect(shown).toEqual([
    expect.stringMatching(/^AWS EC2 DescribeVolumes in us-east-1: done; request [\w-]{36}, attempts 1, \d+ ms$/),
    expect.stringMatching(/^AWS EC2 DescribeVolumes in us-east-1: InvalidVolume\.NotFound; request [\w-]{36}, /)
  ])
})
