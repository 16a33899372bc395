import {accountId, defaultSubject} from './account.ts'
import {honourSessionPolicies} from './auth/authorize.ts'
import {iamId} from './auth/ids.ts'
import {Credentials} from './auth/sessions.ts'
import {createAutoScalingService} from './auto-scaling/service.ts'
import {CallLog} from './calls.ts'
import type {Cloud, CloudOptions, Leftover} from './cloud.ts'
import {leftovers} from './ec2/state/leftovers.ts'
import {Ec2Regions} from './ec2/state/regions.ts'
import {createEc2Service} from './ec2/service.ts'
import {sourceImageOf} from './ec2/state/source-images.ts'
import {interfere} from './faults/interference.ts'
import {withInertMachines} from '../machines/inert.ts'
import {createIamService} from './iam/service.ts'
import {createIamStore} from './iam/store.ts'
import {createTokenIssuer, requestPath} from './oidc.ts'
import {createRole, trustPolicyFor} from './sts/roles.ts'
import {createRouter} from './router.ts'
import {serve} from './server.ts'
import {createSsmService} from './ssm/service.ts'
import {Sessions} from './ssm/sessions.ts'
import {createStsService} from './sts/service.ts'

/**
 * Starts the rehearsal's AWS on 127.0.0.1: EC2, IAM, STS and SSM's public parameters, and the GitHub of its OIDC tokens.
 * It has one account with one administrator and one role, and the public images of distributions.
 *
 * @throws MalformedPolicy where the given trust policy is none; an error of the system where the port is taken
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const {driver, region = 'us-east-1', subject = defaultSubject, authorize = honourSessionPolicies} = options
  const now = options.now ?? (() => new Date())
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`))
  const trustPolicy = options.trustPolicy ?? trustPolicyFor(defaultSubject)
  const role = createRole('bake-jenkins-ami', trustPolicy)
  const credentials = new Credentials()
  const administrator = credentials.addUser({
    kind: 'user',
    arn: `arn:aws:iam::${accountId}:user/administrator`,
    userId: iamId('AIDA', 21),
    accountId,
    sessionPolicies: []
  })
  const {stateDelayMs = 0, canary: kind, shortages = {}, sessionSeconds} = options
  const iam = createIamStore(now, {name: role.name, id: role.id, trustPolicy})
  const canary = kind && {kind}
  const calls = new CallLog()
  let interference = interfere(calls, options)
  const machines = withInertMachines(driver, () => interference.calls !== calls)
  const regions = new Ec2Regions(region, {accountId, driver: machines, iam, now, log, stateDelayMs, shortages, canary})
  const issuer = createTokenIssuer(subject, now)
  const limit = sessionSeconds === undefined ? {} : {sessionSeconds}
  const sts = createStsService({roles: [role], credentials, issuer, authorize, now, ...limit})
  const sessions = new Sessions()
  const services = {
    autoScaling: createAutoScalingService(authorize, now),
    ec2: createEc2Service(regions, authorize),
    iam: createIamService(iam, authorize),
    ssm: createSsmService(regions, authorize, now, sessions),
    sts,
    issuer,
    authenticator: {credentials, regions: regions.names, now},
    log
  }
  const server = await serve(
    options.port ?? 0,
    createRouter(services, () => interference),
    now
  )
  driver.onProbe = async () => interference.onArrival(interference.calls.arrived('probe', 'Probe', 'action'))
  const nameOf = ({type, id, region: where}: Leftover): string => `${type} ${id} ${where}`
  const furniture = new Set<string>()
  const everything = (kept?: readonly string[]): Leftover[] =>
    leftovers(regions, iam, kept).filter((one) => !furniture.has(nameOf(one)))
  return {
    endpoint: server.endpoint,
    region,
    accountId,
    administrator: {accessKeyId: administrator.accessKeyId, secretAccessKey: administrator.secretAccessKey},
    roleArn: role.arn,
    sourceImageId: sourceImageOf(regions.home).id,
    oidc: {
      requestUrl: `${server.endpoint}${requestPath}?api-version=2.0`,
      requestToken: issuer.requestToken
    },
    calls: calls.calls,
    secrets: () => credentials.sessionSecrets,
    leftovers: everything,
    interfere(how) {
      interference = interfere(calls, how)
    },
    async furnish(work) {
      const [present, before] = [interference, new Set(everything().map(nameOf))]
      interference = interfere(new CallLog(), {})
      try {
        return await work()
      } finally {
        interference = present
        for (const name of everything().map(nameOf)) if (!before.has(name)) furniture.add(name)
      }
    },
    stop: async () => {
      await sessions.close()
      await server.close()
      await driver.close()
    }
  }
}
