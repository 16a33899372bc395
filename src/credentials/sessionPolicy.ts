import {tagKeys} from '../image/tags.ts'
import {UserError} from '../report/errors.ts'

export interface PackerPolicyOptions {
  readonly region: string
  /** `aws`, `aws-us-gov`, `aws-cn` … */
  readonly partition: string
  /** The value of the bake tag; without it no tag can be required. */
  readonly bakeId?: string
  /** For a template that tags all it makes when it makes it: the shipped one, under the plugin (never Packer 1.6). */
  readonly requireTags: boolean
  /** The build's machine is given an instance profile. */
  readonly passesRole: boolean
  /** The shipped template's build is reached through Session Manager; another one may always be. */
  readonly startsSessions: boolean
  /** Where a user's own template copies its images to. */
  readonly copyRegions?: readonly string[]
  /** ARNs of roles that a user's own template assumes. */
  readonly roles?: readonly string[]
}

/** AWS's limit for an inline session policy, in characters. */
export const policyLimit = 2_048

/**
 * The session policy under which Packer runs, as compact JSON: what the amazon-ebs builder calls
 * (developer.hashicorp.com/packer/integrations/hashicorp/amazon), in one region. With `requireTags` it can only make what
 * carries the bake's tag, and only change or remove that.
 *
 * In the regions that a template copies its image to it can do no more than that: machines, key pairs and groups are made in
 * the bake's region alone.
 *
 * In GovCloud and China no tags are required, because the plugin leaves them out there when it makes images.
 *
 * @throws {UserError} when it would be longer than AWS takes
 */
export function packerSessionPolicy(options: PackerPolicyOptions): string {
  const {region, partition, bakeId, requireTags, passesRole, startsSessions, copyRegions = [], roles = []} = options
  const regions = [...new Set([region, ...copyRegions])]
  // The European Sovereign Cloud has a suffix of its own, amazonaws.eu, and keeps amazonaws.com for some names of services.
  const suffix = {'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.*'}[partition] ?? 'amazonaws.com'
  const tagged = requireTags && bakeId !== undefined && !/^aws-(cn|us-gov)$/.test(partition)
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      ...(tagged ? taggedBuild(bakeId, partition) : [allow(builderActions)]),
      allow(['ec2:Describe*', 'sts:DecodeAuthorizationMessage']),
      ...(passesRole
        ? [
            // The shipped template leaves the looking up of its profile to the launch.
            ...(requireTags ? [] : [allow(['iam:GetInstanceProfile'])]),
            allow(['iam:PassRole'], {StringLike: {'iam:PassedToService': `ec2.${suffix}`}})
          ]
        : []),
      ...(startsSessions && tagged ? sessions(bakeId, partition) : []),
      // EC2 itself is denied outside of the regions; a list of them would be too long for a policy.
      allow(kmsActions, {StringLike: {'kms:ViaService': `ec2.${regions.length > 1 ? '*' : region}.${suffix}`}}),
      ...(roles.length > 0 ? [{Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roles}] : []),
      denyOutside(regions, tagged ? ['ec2:*', 'ssm:*'] : ['ec2:*', 'ssm:*', 'secretsmanager:*']),
      ...(regions.length > 1 ? [denyOutside([region], makingMachines)] : [])
    ]
  })
  if (policy.length > policyLimit) {
    throw new UserError(
      `The template copies its images to ${copyRegions.length} regions and assumes ${roles.length} roles: more than fit into the ` +
        'session policy that Packer works under. Copy to fewer regions in one bake.'
    )
  }
  return policy
}

const makingMachines = [
  'RunInstances',
  'CreateFleet',
  'CreateKeyPair',
  'CreateSecurityGroup',
  'CreateLaunchTemplate'
].map((action) => `ec2:${action}`)

function denyOutside(regions: readonly string[], actions: readonly string[]): object {
  const Condition = {StringNotEquals: {'aws:RequestedRegion': regions}}
  return {Effect: 'Deny', Action: actions, Resource: '*', Condition}
}

const kmsActions = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']

/** Of any template: all options of the builder but a temporary role, and the plugin's data sources. */
const builderActions = [
  ...[
    'AttachVolume',
    'AuthorizeSecurityGroupIngress',
    'CopyImage',
    'CreateFleet',
    'CreateImage',
    'CreateKeyPair',
    'CreateLaunchTemplate',
    'CreateSecurityGroup',
    'CreateSnapshot',
    'CreateTags',
    'CreateVolume',
    'DeleteKeyPair',
    'DeleteLaunchTemplate',
    'DeleteSecurityGroup',
    'DeleteSnapshot',
    // amazon-ebsvolume takes run_volume_tags off its volumes again.
    'DeleteTags',
    'DeleteVolume',
    'DeregisterImage',
    'DetachVolume',
    '*ImageDeprecation',
    '*ImageDeregistrationProtection',
    'EnableFastLaunch',
    'GetPasswordData',
    'Modify*Attribute',
    'RegisterImage',
    'RunInstances',
    'StopInstances',
    'TerminateInstances'
  ].map((action) => `ec2:${action}`),
  'ec2-instance-connect:SendSSHPublicKey',
  'secretsmanager:GetSecretValue',
  'ssm:GetParameter*',
  'ssm:*Session'
]

/** Packer's tunnel (packer-plugin-amazon, common/ssm): to the bake's own machine, with the one document that forwards a port. */
function sessions(bakeId: string, partition: string): object[] {
  const Condition = {StringEquals: {[`ssm:resourceTag/${tagKeys.bake}`]: bakeId}}
  const own = [`arn:${partition}:ssm:*:*:document/AWS-StartPortForwardingSession`, `arn:${partition}:ssm:*:*:session/*`]
  return [
    {Effect: 'Allow', Action: 'ssm:StartSession', Resource: `arn:${partition}:ec2:*:*:instance/*`, Condition},
    {Effect: 'Allow', Action: 'ssm:*Session', Resource: own}
  ]
}

const creating = ['RunInstances', 'CreateImage', 'CreateKeyPair', 'CreateSecurityGroup']

function taggedBuild(bakeId: string, partition: string): object[] {
  const arn = (type: string) => `arn:${partition}:ec2:*:*:${type}/*`
  return [
    allow(
      creating.map((action) => `ec2:${action}`),
      {StringEquals: {[`aws:RequestTag/${tagKeys.bake}`]: bakeId}}
    ),
    // A launch also uses what is there already (image, subnet, group, key pair), and a group is made in a VPC.
    {Effect: 'Allow', Action: 'ec2:RunInstances', NotResource: ['instance', 'volume', 'network-interface'].map(arn)},
    {Effect: 'Allow', Action: 'ec2:CreateSecurityGroup', Resource: arn('vpc')},
    // Tagging while creating; otherwise a tag could be put on what is somebody else's, to remove it next.
    allow(['ec2:CreateTags'], {StringEquals: {'ec2:CreateAction': creating}}),
    allow(
      [
        'AuthorizeSecurityGroupIngress',
        'CreateImage',
        'CreateTags',
        'DeleteKeyPair',
        'DeleteSecurityGroup',
        'DeleteSnapshot',
        'DeleteVolume',
        'DeregisterImage',
        '*ImageDeprecation',
        'Modify*Attribute',
        'StopInstances',
        'TerminateInstances'
      ].map((action) => `ec2:${action}`),
      {StringEquals: {[`aws:ResourceTag/${tagKeys.bake}`]: bakeId}}
    )
  ]
}

function allow(actions: readonly string[], condition?: object): object {
  return {Effect: 'Allow', Action: actions, Resource: '*', ...(condition ? {Condition: condition} : {})}
}
