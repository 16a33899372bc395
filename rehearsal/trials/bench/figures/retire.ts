import {AutoScaling} from '@aws-sdk/client-auto-scaling'
import {EC2} from '@aws-sdk/client-ec2'
import {SSM} from '@aws-sdk/client-ssm'
import {join} from 'node:path'
import {runAction} from '../../../runner/run-action.ts'
import {startLocalCloud, type LocalCloud} from '../../local-cloud.ts'
import {rehearsalContext, rehearsalEnvironment} from '../../settings.ts'
import {differenceOf, rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'
import {notingMemory, takeMemory, type Memory} from '../memory.ts'

const many = 2_000
const few = 40
/** Of the many, by all ways together. */
const used = 100
const kept = 5
const mostSeconds = 3
const moreMb = 20
const day = 86_400_000

/** An account with verified images, some of which are in use. */
interface Account {
  readonly local: LocalCloud
  /** Those that must go. */
  readonly unused: readonly string[]
  /** The names of those that name an image. */
  readonly parameters: readonly string[]
}

/** The sweep action that retires old images. */
export const retire: Figure = {
  name: 'retire',
  what: `The sweep action with keep-last: ${kept} among ${many.toLocaleString('en')} verified images, of which ${used} are in use in seven ways; beside the same among ${few}. Exactly those go that may, and in a second run none`,
  runs: 1,
  async measure({project, folder, progress}: Bench): Promise<Row[]> {
    const action = join(project, 'sweep')
    const among = async (count: number, memory: Memory): Promise<{seconds: number; memory: number}> => {
      progress(`filling an account with ${count} images`)
      const account = await fill(count)
      try {
        progress(`retiring ${account.unused.length} of them`)
        const seconds = await retireIn(account, {action, folder, memory})
        return {seconds, memory: await takeMemory(folder)}
      } finally {
        await account.local.stop()
      }
    }
    const bare = await among(few, 'resident')
    const own = await among(many, 'resident')
    const inUse = {bare: await among(few, 'in use'), own: await among(many, 'in use')}
    return [
      withGoal(
        rowOf(`among ${many}`, 's', [own.seconds], [`among ${few}`, [bare.seconds]]),
        `< ${mostSeconds} s`,
        (row) => row.own.median < mostSeconds
      ),
      rowOf('most memory, resident', 'MB', [own.memory], [`among ${few}`, [bare.memory]]),
      withGoal(
        rowOf('most memory, in use', 'MB', [inUse.own.memory], [`among ${few}`, [inUse.bare.memory]]),
        `flat: + < ${moreMb} MB`,
        (row) => (differenceOf(row) ?? Infinity) < moreMb
      )
    ]
  }
}

async function fill(count: number): Promise<Account> {
  let ahead = -30 * day
  const local = await startLocalCloud({driver: 'light', now: () => new Date(Date.now() + ahead)})
  const {cloud} = local
  const {endpoint, region, administrator: credentials} = cloud
  const settings = {endpoint, region, credentials, maxAttempts: 5}
  const clients = {ec2: new EC2(settings), autoScaling: new AutoScaling(settings), ssm: new SSM(settings)}
  const inUse = Math.min(used, Math.floor(count / 4))
  return cloud.furnish(async () => {
    const ids = await bakes(clients.ec2, cloud.sourceImageId, count, () => void (ahead += 1_000))
    const parameters: string[] = []
    const ways = waysOf(clients, cloud.sourceImageId, parameters)
    for (let n = 0; n < inUse; n += 1) {
      const [use, daysAgo] = ways[n % ways.length] ?? []
      ahead = -(daysAgo ?? 20) * day
      await use?.(ids[n] ?? '')
    }
    ahead = 0
    Object.values(clients).forEach((client) => client.destroy())
    return {local, parameters, unused: ids.slice(inUse, -kept)}
  })
}

/** Images as so many successive bakes leave them, the oldest first. @param pass lets time pass */
async function bakes(ec2: EC2, sourceImageId: string, count: number, pass: () => void): Promise<string[]> {
  const machine = {ImageId: sourceImageId, InstanceType: 't3.medium', MinCount: 1, MaxCount: 1} as const
  const {Instances: [instance] = []} = await ec2.runInstances(machine)
  await ec2.describeInstances()
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    pass()
    const {ImageId = ''} = await ec2.createImage({
      InstanceId: instance?.InstanceId,
      NoReboot: true,
      Name: `image ${n}`,
      TagSpecifications: (['image', 'snapshot'] as const).map((ResourceType) => ({ResourceType, Tags: tagsOf(n)}))
    })
    ids.push(ImageId)
  }
  await ec2.describeImages({Owners: ['self']})
  return ids
}

function tagsOf(n: number): {Key: string; Value: string}[] {
  const began = new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString()
  const tags = {bake: n.toString(16).padStart(12, '0'), began, run: 'octo/images/1/1', name: 'jenkins', verified: 'yes'}
  return Object.entries(tags).map(([key, Value]) => ({Key: `bake-jenkins-ami:${key}`, Value}))
}

interface Clients {
  readonly ec2: EC2
  readonly autoScaling: AutoScaling
  readonly ssm: SSM
}

/** The ways in which an image can be in use, and how many days ago it came to be. @param parameters gets their names */
function waysOf(
  {ec2, autoScaling, ssm}: Clients,
  other: string,
  parameters: string[]
): [(id: string) => Promise<unknown>, number][] {
  const launch = async (ImageId: string): Promise<string[]> => {
    const {Instances = []} = await ec2.runInstances({ImageId, InstanceType: 't3.medium', MinCount: 1, MaxCount: 1})
    const ids = Instances.flatMap(({InstanceId}) => InstanceId ?? [])
    await ec2.describeInstances({InstanceIds: ids})
    return ids
  }
  const template = async (...images: readonly string[]): Promise<string> => {
    const [ImageId = '', ...later] = images
    const {LaunchTemplate: {LaunchTemplateId = ''} = {}} = await ec2.createLaunchTemplate({
      LaunchTemplateName: `template-${images.join('-').slice(0, 100)}`,
      LaunchTemplateData: {ImageId}
    })
    for (const id of later) {
      await ec2.createLaunchTemplateVersion({LaunchTemplateId, LaunchTemplateData: {ImageId: id}})
    }
    return LaunchTemplateId
  }
  const elsewhere = Array.from({length: 15}, () => other)
  return [
    [launch, 20],
    [async (id) => ec2.stopInstances({InstanceIds: await launch(id)}), 20],
    [(id) => template(id), 20],
    [
      async (id) =>
        autoScaling.createAutoScalingGroup({
          AutoScalingGroupName: `group-${id}`,
          MinSize: 0,
          MaxSize: 0,
          AvailabilityZones: ['us-east-1a'],
          LaunchTemplate: {LaunchTemplateId: await template(other, id, ...elsewhere), Version: '2'}
        }),
      20
    ],
    [
      (ImageId) =>
        autoScaling.createLaunchConfiguration({
          LaunchConfigurationName: `configuration-${ImageId}`,
          ImageId,
          InstanceType: 't3.medium'
        }),
      20
    ],
    [
      async (Value) => {
        const Name = `/images/${Value}`
        await ssm.putParameter({Name, Value, Type: 'String', DataType: 'text'})
        parameters.push(Name)
      },
      20
    ],
    // AWS reports a launch a day later.
    [async (id) => ec2.terminateInstances({InstanceIds: await launch(id)}), 2]
  ]
}

/** @returns the seconds of the first run */
async function retireIn(
  {local: {cloud}, parameters, unused}: Account,
  {action, folder, memory}: {readonly action: string; readonly folder: string; readonly memory: Memory}
): Promise<number> {
  const inputs = {
    'aws-region': cloud.region,
    'role-to-assume': cloud.roleArn,
    'keep-last': String(kept),
    'ssm-parameters': parameters.join(',')
  }
  const run = () =>
    runAction({
      action,
      inputs,
      env: {...rehearsalEnvironment(cloud, inputs, {}), ...notingMemory(folder, memory)},
      oidc: cloud.oidc,
      context: rehearsalContext(),
      parentFolder: folder
    })
  const first = await run()
  const second = await run()
  const retired = (JSON.parse(first.outputs['images'] ?? '[]') as {id: string; outcome: string}[])
    .filter(({outcome}) => outcome === 'retired')
    .map(({id}) => id)
  const isRight = first.exitCode === 0 && String(retired.toSorted()) === String(unused.toSorted())
  if (isRight && second.exitCode === 0 && second.outputs['retired'] === '0') return first.seconds
  throw new Error(
    `not exactly the unused images were retired:\n${first.log.slice(-2_000)}\n${second.log.slice(-2_000)}`
  )
}
