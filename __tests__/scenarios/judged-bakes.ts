import {EC2} from '@aws-sdk/client-ec2'
import type {AuthorizationRequest} from '../../rehearsal/cloud/auth/authorize.ts'
import {subnetIdIn} from '../../rehearsal/cloud/ec2/state/network-plan.ts'
import type {LocalCloud, RehearseOptions} from '../../rehearsal/index.ts'
import {everyTag, ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {windowsTemplate} from '../helpers/windows-template.ts'
import {furnishProfile, profileName} from './instance-profile.ts'

/** A bake that the permissions in iam/ must suffice for. */
export interface JudgedBake {
  readonly name: string
  /** Beside iam/permissions.json. */
  readonly files: readonly string[]
  readonly options: Pick<RehearseOptions, 'inputs' | 'jenkins' | 'killAt' | 'cancelAt' | 'onCloud'>
  readonly exitCode: number
  /** The reader's own names, by those that stand in the files; known once the account is furnished. */
  readonly names: Readonly<Record<string, string>>
}

const tagged = (settings: Readonly<Record<string, unknown>> = {}, more: readonly string[] = []): string =>
  ownTemplate({settings, tagged: [...everyTag, ...more]})

const [subnet = ''] = ['us-east-1a'].map(subnetIdIn)
const bySession = {'connect-via': 'session-manager', 'instance-profile': profileName, 'smoke-test': 'false'}
const volumeThatStays = {device_name: '/dev/sdf', volume_size: 8, delete_on_termination: false}
const shared = {
  ami_users: ['210987654321'],
  snapshot_users: ['210987654321'],
  deprecate_at: '2099-01-01T00:00:00Z',
  deregistration_protection: {enabled: true}
}
const spot = tagged({spot_price: 'auto'}, ['spot_tags', 'fleet_tags'])

const templateNames: Record<string, string> = {}

async function furnishTemplate({cloud}: LocalCloud): Promise<void> {
  const {endpoint, region, administrator: credentials, sourceImageId: ImageId} = cloud
  const ec2 = new EC2({endpoint, region, credentials})
  const {LaunchTemplate} = await cloud.furnish(() =>
    ec2.createLaunchTemplate({LaunchTemplateName: 'jenkins', LaunchTemplateData: {ImageId}})
  )
  templateNames['lt-0123456789abcdef0'] = LaunchTemplate?.LaunchTemplateId ?? ''
}

function bake(
  name: string,
  options: JudgedBake['options'],
  {files = [], exitCode = 0, names = {}}: Partial<Pick<JudgedBake, 'files' | 'exitCode' | 'names'>> = {}
): JudgedBake {
  return {name, options, files, exitCode, names}
}

export const judgedBakes: readonly JudgedBake[] = [
  bake('bakes and promotes', {}),
  bake(
    'names the image in a parameter',
    {inputs: {'ssm-parameter': '/jenkins/ami'}},
    {files: ['ssm-parameter-permissions.json']}
  ),
  bake(
    'copies, shares and deprecates a verified image',
    {
      inputs: {
        'copy-to-regions': 'eu-west-1',
        'kms-key-id': 'alias/images',
        'share-with': '210987654321',
        'deprecate-after': '90d'
      }
    },
    {files: ['copy-permissions.json', 'sharing-permissions.json']}
  ),
  bake(
    'gives the image to a launch template',
    {inputs: {'launch-template': 'jenkins'}, onCloud: furnishTemplate},
    {files: ['launch-template-permissions.json'], names: templateNames}
  ),
  bake('bakes, rejects and cleans up', {jenkins: 'wrong-version'}, {exitCode: 1}),
  bake('proves an image and throws it away', {inputs: {deregister: 'always'}}),
  bake('keeps an image whatever comes', {inputs: {deregister: 'never'}}),
  bake('keeps a rejected image', {inputs: {deregister: 'never'}, jenkins: 'wrong-version'}, {exitCode: 1}),
  bake('cleans up after a kill in the build', {killAt: 'packer:RunInstances:after'}, {exitCode: 137}),
  bake('cleans up after a kill when the image is there', {killAt: 'CreateImage:after'}, {exitCode: 137}),
  bake('keeps what was given out when it was killed', {killAt: 'DeleteTags'}, {exitCode: 137}),
  bake('encrypts with a key', {inputs: {'kms-key-id': 'alias/jenkins'}}),
  bake('works in a subnet, over private addresses', {
    inputs: {'connect-via': 'private-ip', 'allowed-cidrs': 'auto', 'subnet-ids': subnet}
  }),
  bake("works with a template of the user's own that uses tags", {inputs: {template: tagged()}}),
  bake('removes a volume that such a template leaves', {
    inputs: {template: tagged({launch_block_device_mappings: volumeThatStays})}
  }),
  bake(
    'copies the image to another region',
    {inputs: {template: tagged({ami_regions: ['eu-west-1']})}},
    {files: ['copy-permissions.json']}
  ),
  bake('encrypts by copying', {inputs: {template: tagged({encrypt_boot: true})}}, {files: ['copy-permissions.json']}),
  bake(
    'shares, deprecates and protects its image, and throws it away',
    {inputs: {template: tagged(shared), deregister: 'always'}},
    {files: ['sharing-permissions.json']}
  ),
  bake(
    "asks for a Windows machine's first password",
    {inputs: {template: windowsTemplate({tagged: true}), 'smoke-test': 'false'}},
    {files: ['windows-permissions.json']}
  ),
  bake('builds on a spot instance', {inputs: {template: spot}}, {files: ['spot-permissions.json']}),
  bake(
    'cleans up after a spot instance',
    {inputs: {template: spot}, killAt: 'CreateFleet:after'},
    {files: ['spot-permissions.json'], exitCode: 137}
  ),
  bake(
    'builds through Session Manager with an instance profile',
    {inputs: bySession, onCloud: furnishProfile},
    {files: ['instance-profile-permissions.json', 'session-manager-permissions.json']}
  ),
  bake(
    "works with a template of the user's own that does not use tags",
    {inputs: {template: ownTemplate()}},
    {files: ['untagged-template-permissions.json']}
  ),
  bake(
    'cleans up after such a template was killed',
    {
      inputs: {template: ownTemplate({settings: {launch_block_device_mappings: volumeThatStays}})},
      killAt: 'CreateImage:after'
    },
    {files: ['untagged-template-permissions.json'], exitCode: 137}
  )
]

/** One request that was judged, and what for. */
export interface JudgedRequest {
  readonly bake: JudgedBake
  readonly request: AuthorizationRequest
}
