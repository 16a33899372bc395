import {mkdtemp} from 'node:fs/promises'
import {join} from 'node:path'
import {
  EC2Client,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeImagesCommand
} from '@aws-sdk/client-ec2'
import {tagKeys} from '../../../src/aws/tags.ts'
import {accountId, defaultSubject} from '../../cloud/account.ts'
import {createTokenIssuer, requestPath} from '../../cloud/oidc.ts'
import {startJenkinsIndex} from '../../jenkins/index-site.ts'
import {settingsFor} from '../../host/packers/for-action.ts'
import type {Packer} from '../../host/packers/packer.ts'
import type {LogLine} from '../../runner/log.ts'
import {runAction, type ActionRun} from '../../runner/run-action.ts'
import {rehearsalContext} from '../settings.ts'
import {unprivilegedSshPort} from '../../machines/ssh-port.ts'
import {triggerAt} from '../triggers.ts'
import {census, without} from './census.ts'
import {gaps, type Gap} from './gaps.ts'
import {createMachines} from './machines.ts'
import type {Moto} from './moto.ts'
import {startProxy} from './proxy.ts'

/** What came of it. */
export interface Verdict {
  /** What is not as it must be; empty in a green run. */
  readonly wrong: readonly string[]
  /** What was seen, a line for each part. */
  readonly seen: readonly string[]
  readonly hits: ReadonlyMap<Gap, number>
  /** What the other implementation refused and no gap explains. */
  readonly refused: readonly string[]
}

export interface PlayOptions {
  readonly moto: Moto
  readonly packer: Packer
  /** Of the run's own. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly onLine: (line: LogLine) => void
}

const project = join(import.meta.dirname, '../../..')
const region = 'us-east-1'
const role = `arn:aws:iam::${accountId}:role/bake-jenkins-ami`
const expired = 4 * 3_600_000

/**
 * A whole bake, a bake whose runner is lost, and the sweep after it, in an account of the other implementation that also has things of
 * others. What is there before and after each is counted with the SDK.
 */
export async function playOn({moto, packer, folder, signal, onLine}: PlayOptions): Promise<Verdict> {
  let ahead = 0
  const now = (): Date => new Date(Date.now() + ahead)
  const issuer = createTokenIssuer(defaultSubject, now)
  const sshPort = await unprivilegedSshPort()
  const machines = createMachines(sshPort)
  const jenkins = await startJenkinsIndex()
  const loss = triggerAt('CreateImage:after')
  let losing = false
  const proxy = await startProxy({
    target: moto.endpoint,
    gaps,
    machines,
    issuer,
    now,
    onArrival: (call) => void (losing && loss.onArrival(call)),
    onAnswered: (call) => void (losing && loss.onAnswered(call))
  })
  const ec2 = new EC2Client({region, endpoint: moto.endpoint, credentials: {accessKeyId: 'x', secretAccessKey: 'x'}})
  const wrong: string[] = []
  const seen: string[] = []
  const expect = (holds: boolean, what: string): void => void (holds || wrong.push(what))

  async function run(action: string, inputs: Record<string, string>, lose?: AbortSignal): Promise<ActionRun> {
    const parentFolder = await mkdtemp(join(folder, 'run-'))
    const settings = await settingsFor(packer, {
      scratch: parentFolder,
      shippedTemplate: join(project, 'templates/jenkins'),
      endpoint: proxy.endpoint,
      ...(sshPort !== undefined ? {sshPort} : {})
    })
    return runAction({
      action: join(project, action),
      inputs: {'aws-region': region, 'role-to-assume': role, ...(action === '' ? settings.inputs : {}), ...inputs},
      env: {
        AWS_ENDPOINT_URL: proxy.endpoint,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...settings.env
      },
      path: settings.path,
      oidc: {requestUrl: `${proxy.endpoint}${requestPath}?api-version=2.0`, requestToken: issuer.requestToken},
      context: rehearsalContext(),
      parentFolder,
      cancel: signal,
      ...(lose ? {lose} : {}),
      onLine
    })
  }

  try {
    await furnish(ec2)
    const before = await census(ec2)
    const inputs = {
      'source-ami': 'debian-13',
      'allowed-cidrs': '127.0.0.1/32',
      'jenkins-repository-url': jenkins.url,
      'jenkins-update-center-url': jenkins.url,
      'smoke-timeout': '20s'
    }

    const bake = await run('', inputs)
    const image = bake.outputs['ami-id'] ?? ''
    expect(bake.exitCode === 0 && bake.outputs['verdict'] === 'verified', `the bake: ${errorsOf(bake)}`)
    const baked = await census(ec2)
    const kept = image === '' ? [] : await imageAndSnapshots(ec2, image)
    expect(
      same(without(baked, before), kept),
      `the bake left ${list(without(baked, [...before, ...kept]))} and kept ${list(kept)}`
    )
    expect(without(before, baked).length === 0, `the bake removed ${list(without(before, baked))} of others`)
    const tags = await tagsOf(ec2, image)
    expect(
      tags[tagKeys.expires] === undefined && tags[tagKeys.bake] !== undefined,
      'the verified image has an expiry, or not the tag of its bake'
    )
    seen.push(`A whole bake: ${bake.outputs['verdict']}, ${image}, ${bake.seconds.toFixed(1)} s`)

    losing = true
    await run('', inputs, loss.signal)
    losing = false
    const lost = without(await census(ec2), baked)
    expect(lost.length > 0, 'a bake whose runner is lost at CreateImage left nothing to sweep')
    seen.push(`A bake whose runner is lost: ${list(lost)} left`)

    const early = await run('sweep', {})
    expect(early.exitCode === 0 && early.outputs['found'] === '0', `the sweep before the expiry: ${errorsOf(early)}`)
    ahead = expired
    const sweep = await run('sweep', {})
    const swept = await census(ec2)
    expect(sweep.exitCode === 0, `the sweep: ${errorsOf(sweep)}`)
    expect(without(swept, baked).length === 0, `the sweep left ${list(without(swept, baked))}`)
    expect(without(baked, swept).length === 0, `the sweep removed ${list(without(baked, swept))}, which is to stay`)
    seen.push(
      `The sweep: ${sweep.outputs['removed']} removed, ${sweep.outputs['left']} left; what others have, and the image, are there`
    )
    return {wrong, seen, hits: proxy.hits, refused: [...new Set(proxy.refused)]}
  } finally {
    ec2.destroy()
    await proxy.close()
    await jenkins.stop()
    await machines.close()
  }
}

/** Things of others, of which none may be touched: some carry a tag that looks like a bake's. */
async function furnish(ec2: EC2Client): Promise<void> {
  const Tags = [{Key: 'team', Value: tagKeys.bake}]
  const {VolumeId} = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: `${region}a`,
      Size: 8,
      TagSpecifications: [{ResourceType: 'volume', Tags}]
    })
  )
  await ec2.send(new CreateSnapshotCommand({VolumeId, Description: 'data of the team'}))
  await ec2.send(new CreateKeyPairCommand({KeyName: 'packer_of_the_team'}))
  await ec2.send(new CreateSecurityGroupCommand({GroupName: 'packer_of_the_team', Description: 'of the team'}))
}

async function imageAndSnapshots(ec2: EC2Client, id: string): Promise<string[]> {
  const {Images: [image] = []} = await ec2.send(new DescribeImagesCommand({ImageIds: [id]}))
  const snapshots = (image?.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
  return [`image ${id}`, ...snapshots.map((snapshot) => `snapshot ${snapshot}`)].toSorted()
}

async function tagsOf(ec2: EC2Client, id: string): Promise<Record<string, string>> {
  const {Images: [image] = []} = id === '' ? {} : await ec2.send(new DescribeImagesCommand({ImageIds: [id]}))
  return Object.fromEntries((image?.Tags ?? []).map(({Key = '', Value = ''}) => [Key, Value]))
}

function errorsOf({exitCode, annotations}: ActionRun): string {
  const errors = annotations.filter(({level}) => level === 'error').map(({message}) => message)
  return `exit ${exitCode}${errors.length > 0 ? `, ${errors.join('; ')}` : ''}`
}

const list = (things: readonly string[]): string => things.join(', ') || 'nothing'

const same = (some: readonly string[], others: readonly string[]): boolean => some.join() === others.join()
