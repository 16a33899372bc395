import {once} from 'node:events'
import {connect, type Socket} from 'node:net'
import {afterEach, expect, it} from '@jest/globals'
import {SSM} from '@aws-sdk/client-ssm'
import {startCloud} from '../../../rehearsal/cloud/start.ts'
import type {Cloud} from '../../../rehearsal/cloud/cloud.ts'
import {EC2} from '@aws-sdk/client-ec2'
import {createLightDriver} from '../../../rehearsal/machines/light/driver.ts'
import {furnishProfile, profileName} from '../../scenarios/instance-profile.ts'
import {launch} from './test-cloud.ts'

const sshPort = 20_022
const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function start(): Promise<{cloud: Cloud; ec2: EC2; ssm: SSM}> {
  const driver = createLightDriver({jenkins: 'ready', jenkinsVersion: '2.568.2', sshPort, jenkinsPort: 20_080})
  const cloud = await startCloud({driver})
  closing.push(() => cloud.stop())
  const settings = {endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.administrator, maxAttempts: 1}
  const [ec2, ssm] = [new EC2(settings), new SSM(settings)]
  closing.push(
    () => ec2.destroy(),
    () => ssm.destroy()
  )
  return {cloud, ec2, ssm}
}

const forwarding = (Target: string) => ({
  Target,
  DocumentName: 'AWS-StartPortForwardingSession',
  Parameters: {portNumber: [String(sshPort)], localPortNumber: ['8022']}
})

function connectTo(streamUrl = ''): Socket {
  const {hostname, port} = new URL(streamUrl)
  const socket = connect(Number(port), hostname)
  closing.push(() => void socket.destroy())
  return socket
}

it('forwards a port of a machine that nobody else is let into, to who has the token, until the session ends', async () => {
  const {cloud, ec2, ssm} = await start()
  await furnishProfile({cloud})
  const id = await launch(ec2, cloud, {IamInstanceProfile: {Name: profileName}})
  await ec2.describeInstances({InstanceIds: [id]})
  const {StreamUrl, TokenValue, SessionId} = await ssm.startSession(forwarding(id))

  const stranger = connectTo(StreamUrl)
  stranger.write('guess\n')
  await once(stranger, 'close')

  const client = connectTo(StreamUrl)
  client.write(`${TokenValue}\n`)
  const [banner] = (await once(client, 'data')) as [Buffer]
  expect(banner.toString()).toMatch(/^SSH-2\.0-/)
  const ended = once(client, 'close')
  await ssm.terminateSession({SessionId: SessionId ?? ''})
  await ended
})

it('does not know a machine without a role, whose agent cannot sign in', async () => {
  const {cloud, ec2, ssm} = await start()
  const id = await launch(ec2, cloud)
  await expect(ssm.startSession(forwarding(id))).rejects.toMatchObject({name: 'TargetNotConnected'})
})
