import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import type {InstanceMetadata} from '../../../../rehearsal/machines/driver.ts'
import {createMetadataService} from '../../../../rehearsal/machines/nspawn/metadata.ts'
import {metadataTree} from '../../../../rehearsal/machines/nspawn/metadata-tree.ts'
import {launchSpec, metadata} from '../light/machines.ts'

const content = {driver: 'nspawn'}
const spec = launchSpec({content, publicKey: 'ssh-ed25519 AAAA', userData: '#cloud-config\n'})
const tree = metadataTree(spec, '127.0.0.1', '127.0.0.0/24')
let options: Pick<InstanceMetadata, 'endpoint' | 'tokens'> = metadata
let now = 0
const service = createMetadataService(
  (address) => (address === '127.0.0.1' ? {options, tree} : undefined),
  () => now
)
let origin = ''

beforeAll(async () => {
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
})

afterAll(() => {
  service.close()
  service.closeAllConnections()
})

const get = (path: string, token?: string) =>
  fetch(origin + path, {headers: token === undefined ? {} : {'x-aws-ec2-metadata-token': token}})
const getToken = (headers: Record<string, string>) => fetch(`${origin}/latest/api/token`, {method: 'PUT', headers})

it('lists folders, and answers for whichever version', async () => {
  options = metadata
  expect(await (await get('/latest/')).text()).toBe('dynamic/\nmeta-data/\nuser-data')
  expect(await (await get('/2021-03-23/meta-data/instance-id')).text()).toBe('i-1')
  expect(await (await get('/latest/user-data')).text()).toBe('#cloud-config\n')
  expect((await get('/latest/meta-data/iam/')).status).toBe(404)
})

it('lists a key by number and name, and reads it by number', async () => {
  expect(await (await get('/latest/meta-data/public-keys/')).text()).toBe('0=key')
  expect(await (await get('/latest/meta-data/public-keys/0/openssh-key')).text()).toBe('ssh-ed25519 AAAA')
})

it('refuses IMDSv1 where tokens are required, and takes a token until its end', async () => {
  options = {...metadata, tokens: 'required'}
  expect((await get('/latest/meta-data/instance-id')).status).toBe(401)
  const token = await (await getToken({'x-aws-ec2-metadata-token-ttl-seconds': '60'})).text()
  expect((await get('/latest/meta-data/instance-id', token)).status).toBe(200)
  now += 60_000
  expect((await get('/latest/meta-data/instance-id', token)).status).toBe(401)
})

it.each([
  ['a token without a lifetime', {}, 400],
  ['a token for more than six hours', {'x-aws-ec2-metadata-token-ttl-seconds': '21601'}, 400],
  ['a token by way of a proxy', {'x-aws-ec2-metadata-token-ttl-seconds': '60', 'x-forwarded-for': '10.0.0.1'}, 403]
])('refuses %s', async (_, headers: Record<string, string>, status) => {
  expect((await getToken(headers)).status).toBe(status)
})

it('refuses a made-up token even where none is required', async () => {
  options = metadata
  expect((await get('/latest/meta-data/instance-id', 'made-up')).status).toBe(401)
})

it('is not there where the instance’s endpoint is disabled', async () => {
  options = {...metadata, endpoint: 'disabled'}
  expect((await get('/latest/')).status).toBe(403)
})
