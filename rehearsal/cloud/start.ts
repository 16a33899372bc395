import {accountId, defaultSubject} from './account.ts'
import {honourSessionPolicies} from './auth/authorize.ts'
import {iamId} from './auth/ids.ts'
import {Credentials} from './auth/sessions.ts'
import {CallLog} from './calls.ts'
import type {Cloud, CloudOptions} from './cloud.ts'
import {leftovers} from './ec2/leftovers.ts'
import {Ec2Regions} from './ec2/regions.ts'
import {createEc2Service} from './ec2/service.ts'
import {amazonLinuxImageOf, sourceImageOf} from './ec2/source-images.ts'
import {createFaults} from './faults/faults.ts'
import {createIamService} from './iam/service.ts'
import {createIamStore} from './iam/store.ts'
import {createTokenIssuer, requestPath} from './oidc.ts'
import {createRole, trustPolicyFor} from './roles.ts'
import {createRouter} from './router.ts'
import {serve} from './server.ts'
import {createStsService} from './sts-service.ts'

/**
 * Starts the rehearsal's AWS on 127.0.0.1: EC2, IAM and STS, and the GitHub of its OIDC tokens.
 * It has one account with one administrator and one role, and Debian's public images.
 *
 * @throws MalformedPolicy where the given trust policy is none; an error of the system where the port is taken
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const {driver, region = 'us-east-1', subject = defaultSubject, authorize = honourSessionPolicies} = options
  const now = options.now ?? (() => new Date())
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`))
  const {onArrival = () => {}, onAnswered = () => {}} = options
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
  const regions = new Ec2Regions(region, {accountId, driver, iam, now, log, stateDelayMs, shortages, canary})
  const issuer = createTokenIssuer(subject, now)
  const limit = sessionSeconds === undefined ? {} : {sessionSeconds}
  const sts = createStsService({roles: [role], credentials, issuer, authorize, now, ...limit})
  const calls = new CallLog()
  const services = {
    ec2: createEc2Service(regions, authorize),
    iam: createIamService(iam, authorize),
    sts,
    issuer,
    authenticator: {credentials, regions: regions.names, now},
    onArrival,
    onAnswered,
    faults: createFaults(options.faults ?? []),
    log
  }
  const server = await serve(options.port ?? 0, createRouter(services, calls), now)
  driver.onProbe = async () => onArrival(calls.arrived('probe', 'Probe', 'action'))
  const amazonLinux = amazonLinuxImageOf(regions.home)
  return {
    endpoint: server.endpoint,
    region,
    accountId,
    administrator: {accessKeyId: administrator.accessKeyId, secretAccessKey: administrator.secretAccessKey},
    roleArn: role.arn,
    sourceImageId: sourceImageOf(regions.home).id,
    ...(amazonLinux && {amazonLinuxImageId: amazonLinux.id}),
    oidc: {
      requestUrl: `${server.endpoint}${requestPath}?api-version=2.0`,
      requestToken: issuer.requestToken
    },
    calls: calls.calls,
    secrets: () => credentials.sessionSecrets,
    leftovers: (kept) => leftovers(regions, iam, kept),
    stop: async () => {
      await server.close()
      await driver.close()
    }
  }
}
