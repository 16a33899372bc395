import {EC2Client, EC2ServiceException, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {beforeEach, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {createHmac} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {consoleProbe, probeFor} from '../../../src/smoke/probe.ts'
import {newProbeKey} from '../../../src/smoke/self-probe.ts'

const ec2 = mockClient(EC2Client)
const never = new AbortController().signal
const key = newProbeKey()
const machine = {id: 'i-0aaaaaaaaaaaaaaaa', address: '10.1.2.3', instanceType: 't3.medium'}
const refusal = (name: string) => new EC2ServiceException({name, message: name, $fault: 'client', $metadata: {}})

beforeEach(() => void ec2.reset())

const ask = (signal = never) => consoleProbe(new EC2Client({}), key).ask(machine, signal)

it('reads on the console, as it is now, what the machine reports of itself', async () => {
  const text = gzipSync(JSON.stringify({status: 200, version: '2.568.2', body: 'in'})).toString('base64')
  const line = `bake-jenkins-ami-probe ${text} ${createHmac('sha256', key).update(text).digest('hex')}`
  ec2
    .on(GetConsoleOutputCommand, {InstanceId: machine.id, Latest: true})
    .resolves({Output: Buffer.from(`boot\r\n${line}\r\n`).toString('base64')})
  expect(await ask()).toEqual({kind: 'http', status: 200, version: '2.568.2', body: 'in'})
})

it('has no answer from a machine that has printed nothing, or is not known yet', async () => {
  ec2.on(GetConsoleOutputCommand).resolves({})
  expect(await ask()).toEqual({kind: 'none', reason: 'the machine has reported nothing on its console'})
  ec2.on(GetConsoleOutputCommand).rejects(refusal('InvalidInstanceID.NotFound'))
  expect(await ask()).toMatchObject({kind: 'none'})
})

it('does not take a refusal of AWS’s for an answer of the machine’s', async () => {
  ec2.on(GetConsoleOutputCommand).rejects(refusal('UnauthorizedOperation'))
  await expect(ask()).rejects.toThrow('UnauthorizedOperation')
  await expect(ask(AbortSignal.abort())).resolves.toMatchObject({kind: 'none'})
})

it('has a key where the machine asks itself, a new one each time, and none elsewhere', () => {
  const client = new EC2Client({})
  const keys = [1, 2].map(() => probeFor(client, {via: 'session-manager', cidrs: []}).key)
  expect(new Set(keys).size).toBe(2)
  expect(probeFor(client, {via: 'public-ip', cidrs: ['203.0.113.7/32']}).key).toBeUndefined()
  expect(probeFor(client, {via: 'private-ip', cidrs: ['10.1.2.3/32']}).otherwise).toContain(
    'private address from 10.1.2.3/32'
  )
})
