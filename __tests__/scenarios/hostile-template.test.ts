import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import type {Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {everyTag, ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {tagKeys, tagSpecifications} from '../../src/aws/tags.ts'
import {shippedPolicy} from '../helpers/shipped-policy.ts'
import {play, withCurrentPacker} from './scenario.ts'

const project = join(import.meta.dirname, '..', '..')
const keptBy = 'aaaaaaaaaaaa'
/** Of the machine that the attack would launch. */
const hiddenBake = 'ffffffffffff'

interface Account {
  readonly image: string
  readonly snapshot: string
  readonly victim: string
}

/** An image that a bake kept last night, and a machine that has nothing to do with bakes. */
async function furnish({cloud}: LocalCloud): Promise<Account> {
  const ec2 = clientFor({cloud})
  return cloud.furnish(async () => {
    const machine = {ImageId: cloud.sourceImageId, InstanceType: 't3.medium', MinCount: 1, MaxCount: 1} as const
    const UserData = Buffer.from('password=secret').toString('base64')
    const {Instances: [instance] = []} = await ec2.runInstances({...machine, UserData})
    const victim = instance?.InstanceId ?? ''
    const {ImageId: image = ''} = await ec2.createImage({
      InstanceId: victim,
      Name: 'kept',
      TagSpecifications: tagSpecifications({[tagKeys.bake]: keptBy}, 'image', 'snapshot')
    })
    const {Images: [described] = []} = await ec2.describeImages({ImageIds: [image]})
    return {image, victim, snapshot: described?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''}
  })
}

function clientFor({cloud}: Pick<LocalCloud, 'cloud'>): EC2 {
  return new EC2({endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.administrator})
}

/** What is there of it, and how it is tagged and shared. */
async function stateOf(local: LocalCloud, {image, victim}: Account): Promise<unknown> {
  const ec2 = clientFor(local)
  const {Images = []} = await ec2.describeImages({ImageIds: [image]})
  const {LaunchPermissions = []} = await ec2.describeImageAttribute({ImageId: image, Attribute: 'launchPermission'})
  const {Reservations = []} = await ec2.describeInstances({})
  const machines = Reservations.flatMap(({Instances = []}) => Instances)
  return {
    tags: Images.flatMap(({Tags = []}) => Tags),
    shared: LaunchPermissions,
    victim: machines.find(({InstanceId}) => InstanceId === victim)?.State?.Name,
    hidden: machines.filter(({Tags = []}) => Tags.some(({Value}) => Value === hiddenBake))
  }
}

/** Has the template start the attack on the runner. */
function attacking(template: string, {image, snapshot, victim}: Account): void {
  const text = readFileSync(template, 'utf8')
  const program = ['node', join(import.meta.dirname, 'attack.mjs'), project, image, snapshot, victim, '${build.ID}']
  const provisioner = `  provisioner "shell-local" {\n    inline = [${JSON.stringify(program.join(' '))}]\n  }\n`
  writeFileSync(template, text.replace('  provisioner "shell" {', `${provisioner}  provisioner "shell" {`))
}

const shipped: Authorize = (request) =>
  request.principal.kind === 'user' ? {allowed: true} : shippedPolicy('permissions.json')(request)

withCurrentPacker((packer) => {
  it.each([
    ['the shipped permissions', {authorize: shipped}],
    ['a role that may do everything', {}]
  ])('lets a template that uses tags do nothing outside of its bake, with %s', async (_, options) => {
    const template = ownTemplate({tagged: everyTag})
    let account: Account | undefined
    let after: unknown
    const run = await play(packer, {
      ...options,
      inputs: {template},
      async onCloud(local) {
        account = await furnish(local)
        attacking(template, account)
      },
      afterwards: async (local) => void (after = account && (await stateOf(local, account)))
    })
    const said = [...run.log.matchAll(/attack (\w+): (\w+)/g)].map(([, name, answer]) => [name, answer])
    expect(said).toHaveLength(11)
    expect(said.filter(([, answer]) => answer !== 'UnauthorizedOperation')).toEqual([])
    expect(after).toEqual({tags: [{Key: tagKeys.bake, Value: keptBy}], shared: [], victim: 'running', hidden: []})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
  })
})
