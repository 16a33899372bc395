import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {text} from 'node:stream/consumers'
import {EC2} from '@aws-sdk/client-ec2'
import {afterEach, expect, it} from '@jest/globals'
import {createTokenIssuer, requestPath} from '../../../../rehearsal/cloud/oidc.ts'
import {gaps} from '../../../../rehearsal/trials/independent/gaps.ts'
import type {Machines} from '../../../../rehearsal/trials/independent/machines.ts'
import {startProxy, type Proxy} from '../../../../rehearsal/trials/independent/proxy.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A proxy before an implementation that answers so; what arrived there, and what the machines were told. */
async function before(answer: (fields: URLSearchParams) => {status: number; body: string}) {
  const arrived: string[] = []
  const followed: string[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fields = new URLSearchParams(await text(request))
    arrived.push(fields.get('Action') ?? '')
    const {status, body} = answer(fields)
    response.writeHead(status, {'content-type': 'text/xml'}).end(body)
  }
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const machines: Machines = {
    follow: async (fields) => void followed.push(fields.get('Action') ?? ''),
    withAddresses: (body) => body.replaceAll('54.1.2.3', '127.1.0.1'),
    close: async () => undefined
  }
  const issuer = createTokenIssuer('repo:a/b:ref:refs/heads/main', () => new Date())
  const proxy: Proxy = await startProxy({
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    gaps,
    machines,
    issuer,
    now: () => new Date('2026-11-26T12:00:00Z')
  })
  closing.push(
    () => proxy.close(),
    () => server.close()
  )
  const credentials = {accessKeyId: 'x', secretAccessKey: 'x'}
  const ec2 = new EC2({region: 'us-east-1', endpoint: proxy.endpoint, credentials, maxAttempts: 1})
  closing.push(() => ec2.destroy())
  return {proxy, ec2, arrived, followed, issuer}
}

it('hands requests on, lets the machines follow, and puts their addresses into the answers', async () => {
  const {ec2, proxy, followed} = await before(() => ({
    status: 200,
    body: '<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><ipAddress>54.1.2.3</ipAddress></item></instancesSet></item></reservationSet></DescribeInstancesResponse>'
  }))
  const {Reservations} = await ec2.describeInstances({})
  expect(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress).toBe('127.1.0.1')
  expect(followed).toEqual(['DescribeInstances'])
  expect(proxy.calls).toMatchObject([{action: 'DescribeInstances', status: 200, by: 'action'}])
  expect(proxy.refused).toEqual([])
})

it('closes a gap, counts it, and does not call it a refusal', async () => {
  const {ec2, proxy, arrived} = await before((fields) =>
    fields.has('BlockDeviceMapping.1.Ebs.VolumeSize')
      ? {status: 200, body: '<RunInstancesResponse/>'}
      : {
          status: 400,
          body: '<Response><Errors><Error><Code>MissingParameter</Code><Message>size or snapshotId</Message></Error></Errors></Response>'
        }
  )
  await ec2.runInstances({
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {Encrypted: true}}]
  })
  expect(arrived).toEqual(['RunInstances', 'RunInstances'])
  expect([...proxy.hits.values()]).toEqual([1])
  expect(proxy.refused).toEqual([])
})

it('names what is refused for another reason, and no dry run that AWS would have said yes to', async () => {
  const refusal = (code: string) =>
    `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`
  const {ec2, proxy, followed} = await before((fields) => ({
    status: 400,
    body: refusal(fields.get('DryRun') === 'true' ? 'DryRunOperation' : 'InvalidAMIID.NotFound')
  }))
  const image = {ImageId: 'ami-1', MinCount: 1, MaxCount: 1}
  await expect(ec2.runInstances({...image, DryRun: true})).rejects.toMatchObject({name: 'DryRunOperation'})
  await expect(ec2.runInstances(image)).rejects.toMatchObject({name: 'InvalidAMIID.NotFound'})
  expect(proxy.refused).toEqual(['RunInstances by action: InvalidAMIID.NotFound: no'])
  expect(followed).toEqual([])
})

it('is GitHub’s token endpoint too, and tells AWS’s time', async () => {
  const {proxy, issuer, arrived} = await before(() => ({status: 200, body: ''}))
  const response = await fetch(`${proxy.endpoint}${requestPath}?audience=sts.amazonaws.com`, {
    headers: {authorization: `Bearer ${issuer.requestToken}`}
  })
  const {value} = (await response.json()) as {value: string}
  expect(await issuer.verify(value)).toMatchObject({aud: 'sts.amazonaws.com'})
  expect(response.headers.get('date')).toBe('Thu, 26 Nov 2026 12:00:00 GMT')
  expect(arrived).toEqual([])
})
