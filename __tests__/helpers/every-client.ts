// Started by properties/every-client.test.ts on the Node that runs the action: lets every client of the action make one request, and prints what came of it.
import {DescribeRegionsCommand} from '@aws-sdk/client-ec2'
import {requestIdToken} from '../../src/credentials/oidc.ts'
import {openSession} from '../../src/credentials/session.ts'
import {openAccount} from '../../src/aws/account.ts'
import {ownCidrs} from '../../src/plan/own-address.ts'
import {get, textReader} from '../../src/lib/http.ts'
import {releasedVersions} from '../../src/packer/install/releases-index.ts'
import {messageOf} from '../../src/lib/errors.ts'
import {askJenkins} from '../../src/smoke/request.ts'

const {env} = process
const signal = AbortSignal.timeout(300_000)
const quiet = {info: () => undefined, warning: () => undefined, mask: () => undefined, error: () => undefined}
const pause = () => Promise.resolve()
const keys = {accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret'}
const port = Number(env['DIRECT_PORT'])

const clients: Record<string, () => Promise<unknown>> = {
  releases: () => releasedVersions('https://releases.hashicorp.com', 'linux_amd64', {env, signal, pause}),
  oidc: () => requestIdToken(env, 'sts.amazonaws.com', signal, {log: quiet, pause}),
  checkip: () => ownCidrs(textReader(env, 1_000), signal),
  sts: async () =>
    (await openSession({region: 'eu-west-1', allowedAccountIds: []}, {env, log: quiet}, signal)).accountId,
  ec2: async () =>
    (await openAccount('eu-west-1', async () => keys, env).ec2.send(new DescribeRegionsCommand({}))).Regions?.length,
  iam: async () => {
    const iam = openAccount('eu-west-1', async () => keys, env).iam()
    return (await iam.find({type: 'role', id: 'none'}, signal)) ?? 'no such role'
  },
  loopback: async () => (await get(new URL(`http://127.0.0.1:${port}/`), {env, signal})).statusCode,
  localhost: async () => (await get(new URL(`http://localhost:${port}/`), {env, signal})).statusCode,
  probe: async () => (await askJenkins('127.0.0.1', port, '/login', signal)).kind
}

for (const [name, ask] of Object.entries(clients)) {
  const outcome = await ask().catch((error: unknown) => `failed: ${messageOf(error)}`)
  console.log(JSON.stringify([name, outcome]))
}
process.exit()
