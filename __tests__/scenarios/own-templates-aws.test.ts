import {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {needsDerivedTemplate} from '../../rehearsal/host/packers/packer.ts'
import {parseFault, type LocalCloud} from '../../rehearsal/index.ts'
import {everyTag, ownTemplate, use, type Kind} from '../../rehearsal/trials/templates/own-template.ts'
import {severalBuilders, snapshotVariable} from '../../rehearsal/trials/templates/several-builders.ts'
import {play, withCurrentPacker, withPacker} from './scenario.ts'

const anImage: unknown = expect.stringMatching(/^ami-[0-9a-f]{17}$/)

/** What a template may do with AWS beside making one image in one region. */
withPacker((packer) => {
  const isOld = needsDerivedTemplate(packer)

  it.each<Kind>(['HCL2', 'JSON'])('names what other builders made, and leaves it alone (%s)', async (kind) => {
    const run = await play(packer, {inputs: {template: ownTemplate({kind, others: ['null', 'file']})}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(JSON.parse(run.outputs['amis'] ?? '')).toEqual({'us-east-1': anImage})
    expect(run.log).toMatch(
      /The template also made .*\(packer\.file, .*\): the action only reports it, and does not touch it if the bake succeeds/
    )
    expect(run.summary).toContain('| Also made |')
  })

  it('works with a profile that the template names, which holds nothing', async () => {
    const template = ownTemplate({settings: {profile: 'builds'}})
    const run = await play(packer, {inputs: {template}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
  })

  // The SDK of an old Packer calls AWS's own addresses for other regions and for STS: the local cloud cannot stand in for them.
  if (isOld) return

  it.each(['on-failure', 'always'])(
    'tests the image at home, and its copies in other regions share its fate (deregister: %s)',
    async (deregister) => {
      const template = ownTemplate({settings: {ami_regions: ['eu-west-1', 'eu-central-1']}})
      const run = await play(packer, {inputs: {template, deregister}})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: String(deregister === 'always')})
      const images = {'us-east-1': anImage, 'eu-west-1': anImage, 'eu-central-1': anImage}
      expect(JSON.parse(run.outputs['amis'] ?? '')).toEqual(images)
    }
  )

  it('lets the template assume a role that it names', async () => {
    const role = {role_arn: 'arn:aws:iam::123456789012:role/bake-jenkins-ami'}
    const run = await play(packer, {inputs: {template: ownTemplate({settings: {assume_role: role}})}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.calls.filter(({action, by}) => action === 'AssumeRole' && by === 'packer')).not.toEqual([])
  })
})

withCurrentPacker((packer) => {
  it('releases the volume of another builder for good: with the tag of the bake, and without an expiry', async () => {
    const inputs: Record<string, string> = {template: severalBuilders()}
    let tags: readonly (string | undefined)[] = []
    const run = await play(packer, {
      inputs,
      async onCloud({cloud}) {
        inputs['vars'] = `${snapshotVariable}=${await snapshotIn(cloud)}`
      },
      async afterwards({cloud}) {
        const Filters = [{Name: 'tag:Name', Values: ['jenkins-home-seed']}]
        const {Volumes = []} = await cloud.furnish(() => clientOf(cloud).describeVolumes({Filters}))
        tags = Volumes.flatMap(({Tags = []}) => Tags.map(({Key}) => Key))
      }
    })
    expect(run).toMatchObject({exitCode: 0, outputs: {verdict: 'verified'}})
    expect(tags).toContain('bake-jenkins-ami:bake')
    expect(tags).not.toContain('bake-jenkins-ami:expires')
  })
})

withCurrentPacker((packer) => {
  it.each([
    ['with the bake’s tags', everyTag],
    ['without tags', []]
  ])('keeps the user’s snapshot that is mapped into an image that Packer gives up (%s)', async (_, tagged) => {
    let snapshots: readonly (string | undefined)[] = []
    let users = ''
    const mapping = {device_name: '/dev/sdf', snapshot_id: use('HCL2', snapshotVariable)}
    const template = ownTemplate({
      tagged,
      settings: {
        ami_block_device_mappings: mapping,
        ...(tagged.length > 0 ? {} : {tag: {key: 'team', value: 'builds'}})
      },
      variables: {[snapshotVariable]: ''}
    })
    const inputs: Record<string, string> = {template}
    const run = await play(packer, {
      inputs,
      faults: [parseFault('packer:CreateTags=denied')],
      async onCloud({cloud}) {
        users = await snapshotIn(cloud)
        inputs['vars'] = `${snapshotVariable}=${users}`
      },
      async afterwards({cloud}) {
        const {Snapshots = []} = await cloud.furnish(() => clientOf(cloud).describeSnapshots({OwnerIds: ['self']}))
        snapshots = Snapshots.map(({SnapshotId}) => SnapshotId)
      }
    })
    expect(run.log).toContain('Deregistering the AMI and deleting associated snapshots because of')
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(snapshots).toContain(users)
  })
})

async function snapshotIn(cloud: LocalCloud['cloud']): Promise<string> {
  const ec2 = clientOf(cloud)
  const {VolumeId} = await cloud.furnish(() => ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 8}))
  const {SnapshotId = ''} = await cloud.furnish(() => ec2.createSnapshot({VolumeId}))
  return SnapshotId
}

const clientOf = ({endpoint, region, administrator: credentials}: LocalCloud['cloud']): EC2 =>
  new EC2({endpoint, region, credentials, maxAttempts: 5})
