import {generateKeyPairSync} from 'node:crypto'
import {connect} from 'node:net'
import {once} from 'node:events'
import {afterEach, expect, it} from '@jest/globals'
import {createMachines, type Machines} from '../../../../rehearsal/trials/independent/machines.ts'

let machines: Machines
afterEach(() => machines.close())

const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
const pem = privateKey.export({type: 'pkcs1', format: 'pem'})

/** Asks as a caller would, and has the machines follow the answer. */
const ask = (fields: Record<string, string>, body: string) => machines.follow(new URLSearchParams(fields), body)

/** Whether anything answers there: a light machine closes a connection that no group lets in. */
async function answers(address: string): Promise<boolean> {
  const socket = connect({host: address, port: 2222})
  const said = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => undefined)])
  socket.destroy()
  return said !== undefined
}

it('puts a machine behind an instance, behind the rules of its groups, and ends it', async () => {
  machines = createMachines(2222)
  await ask({Action: 'CreateKeyPair', KeyName: 'key'}, `<keyMaterial>${pem.toString()}</keyMaterial>`)
  const launch = {Action: 'RunInstances', ImageId: 'ami-1', KeyName: 'key', 'SecurityGroupId.1': 'sg-1'}
  await ask({...launch, DryRun: 'true'}, '<instanceId>i-0</instanceId>')
  await ask(launch, '<instanceId>i-1</instanceId>')
  const described = (id: string) => `<instanceId>${id}</instanceId><ipAddress>54.1.2.3</ipAddress>`
  expect(machines.withAddresses(described('i-0'))).toBe(described('i-0'))
  const [, address = ''] = /<ipAddress>([^<]+)/.exec(machines.withAddresses(described('i-1'))) ?? []
  expect(address).toMatch(/^127\./)

  expect(await answers(address)).toBe(false)
  const rule = (port: string) => ({
    Action: 'AuthorizeSecurityGroupIngress',
    GroupId: 'sg-1',
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': port,
    'IpPermissions.1.ToPort': port,
    'IpPermissions.1.IpRanges.1.CidrIp': '127.0.0.1/32'
  })
  await ask(rule('8080'), '')
  expect(await answers(address)).toBe(false)
  await ask(rule('2222'), '')
  expect(await answers(address)).toBe(true)

  await ask({Action: 'TerminateInstances', 'InstanceId.1': 'i-1'}, '')
  await expect(answers(address)).rejects.toThrow(/ECONNREFUSED/)
})
