import {changingActions, creatingActions} from '../aws/ec2-actions.ts'
import {tagKeys} from '../aws/tags.ts'
import type {AwsUse} from '../template/aws-use.ts'

export interface PackerPolicyOptions {
  readonly region: string
  /** `aws`, `aws-us-gov`, `aws-cn` … */
  readonly partition: string
  /** The value of the bake tag. */
  readonly bakeId: string
  /** Packer's Amazon builder puts `run_tags` on what it makes when it makes it: from Packer 1.8 on. */
  readonly tagsAtCreation: boolean
  /** The template is the user's own: it may use any option of the builder. */
  readonly own: boolean
  readonly uses: AwsUse
  /** The build's machine is given an instance profile. */
  readonly passesRole: boolean
  /** The build is, or may be, reached through Session Manager. */
  readonly startsSessions: boolean
  /** Of the role's sessions, with which AWS begins the ids of Session Manager's. */
  readonly sessionName: string
  /** Where the template copies its images to. */
  readonly copyRegions?: readonly string[]
  /** Only Packer knows all of these regions. */
  readonly copiesAnywhere?: boolean
  /** ARNs of roles that the template assumes. */
  readonly roles?: readonly string[]
}

/** A statement of a policy, as JSON. Stars in it save characters, of which a session policy may have 2,048. */
export type Statement = Readonly<Record<string, unknown>>

export function allow(
  actions: string | readonly string[],
  resource: string | readonly string[] = '*',
  condition?: Statement
): Statement {
  return {Effect: 'Allow', Action: actions, Resource: resource, ...(condition ? {Condition: condition} : {})}
}

function deny(action: string, condition?: Statement): Statement {
  return {Effect: 'Deny', Action: action, Resource: '*', ...(condition ? {Condition: condition} : {})}
}

export function denyOutside(regions: readonly string[], actions: readonly string[]): Statement {
  return {
    Effect: 'Deny',
    Action: actions,
    Resource: '*',
    Condition: {StringNotEquals: {'aws:RequestedRegion': regions}}
  }
}

const ec2 = (actions: readonly string[]): string[] => actions.map((action) => `ec2:${action}`)
const arn = (type: string): string => `arn:*:ec2:*:*:${type}/*`
const requestTag = (key: string): string => `aws:RequestTag/${key}`
const resourceTag = (key: string): string => `aws:ResourceTag/${key}`

/**
 * The calls of the builder's further options: deprecation, protection, sharing, attributes, volumes that stay. The
 * attributes are those of images, instances and snapshots.
 */
const changingWithOptions = ['*ImageDe*', 'DeleteVolume', 'ModifyI*bute', 'ModifySn*te']

/**
 * For a template that puts the bake's tags on all that it makes: Packer makes nothing without them, and changes and
 * removes only resources that carry them. It cannot put a bake's tag on another resource, to remove that next, nor
 * another value on the bake's resources, to hide them.
 */
export function taggedTemplate(options: PackerPolicyOptions): Statement[] {
  const {bakeId, own, uses, startsSessions} = options
  const ours = {[requestTag(tagKeys.bake)]: bakeId}
  const tagsLaunchTemplate = uses.spot && uses.tags.launchTemplates
  return [
    allow(ec2([...creatingActions, ...(tagsLaunchTemplate ? ['CreateLaunchTemplate'] : [])]), '*', {
      StringEquals: ours
    }),
    ...launching(options),
    // Tags that are given while something is made.
    allow('ec2:CreateTags', '*', {Null: {'ec2:CreateAction': 'false'}}),
    allow(
      ec2([
        ...changingActions,
        'CreateTags',
        // With the bake's own group and key pair.
        'RunInstances',
        ...(own ? changingWithOptions : ['ModifyImageAttribute']),
        ...(uses.fastLaunch ? ['EnableFastLaunch'] : []),
        ...(uses.passwords ? ['GetPasswordData'] : []),
        ...(tagsLaunchTemplate ? ['CreateFleet', 'DeleteLaunchTemplate'] : [])
      ]),
      '*',
      {StringEquals: {[resourceTag(tagKeys.bake)]: bakeId}, StringEqualsIfExists: ours}
    ),
    ...copying(options, ours),
    ...(uses.spot ? spotInstances(tagsLaunchTemplate, ours) : []),
    ...mapping(options, ours),
    ...look(options),
    ...(startsSessions ? sessions(options) : []),
    ...(uses.secrets ? [allow(reading)] : [])
  ]
}

/** A launch also uses existing resources, and a group is made in a VPC. IAM allows no star in a resource type. */
function launching({uses}: PackerPolicyOptions): Statement[] {
  const {volumes} = uses.tags
  const isThere = ['image', 'subnet', 'vpc', ...(volumes ? [] : ['volume'])].map(arn)
  const made = ['instance', 'network-interface', ...(volumes ? ['volume'] : [])].map(arn)
  if (!uses.others) return [allow(ec2(['RunInstances', 'CreateSecurityGroup']), isThere)]
  return [
    {Effect: 'Allow', Action: 'ec2:RunInstances', NotResource: made},
    allow('ec2:CreateSecurityGroup', arn('vpc'))
  ]
}

function copies({uses, copyRegions = [], copiesAnywhere = false}: PackerPolicyOptions): boolean {
  return copyRegions.length > 0 || copiesAnywhere || uses.copiesAtHome
}

/**
 * Tags reach the snapshots of a copy only when it is made. AWS gives all snapshots that are copies a volume of such a
 * name, those of others too: what may be tagged for that reason may not be deleted, which is left to the sweep.
 */
function copying(options: PackerPolicyOptions, ours: Statement): Statement[] {
  if (!copies(options)) return []
  const isCopy = {StringLike: {'ec2:ParentVolume': '*/vol-ffff*'}}
  return [allow('ec2:CreateTags', '*', {StringEquals: ours, ...isCopy}), deny('ec2:DeleteSnapshot', isCopy)]
}

function spotInstances(tagsLaunchTemplate: boolean, ours: Statement): Statement[] {
  return [
    tagsLaunchTemplate
      ? allow('ec2:CreateFleet', arn('fleet'))
      : allow(ec2(['CreateFleet', '*eLaunchTemplate', 'RunInstances']), [arn('fleet'), arn('launch-template')]),
    allow('ec2:CreateTags', arn('spot-instances-request'), {StringEquals: ours})
  ]
}

/**
 * Packer tags every snapshot in the image's mappings, and deletes them all with an image that it gives up
 * (packer-plugin-amazon, builder/ebs/step_create_ami.go): those of the user's own too. They stay the user's.
 */
function mapping(options: PackerPolicyOptions, ours: Statement): Statement[] {
  const {snapshots, unknownSnapshots} = options.uses
  const mapped = unknownSnapshots ? [arn('snapshot')] : snapshots.map((id) => `arn:*:ec2:*:*:snapshot/${id}`)
  return [...(mapped.length > 0 ? [allow('ec2:CreateTags', mapped, {StringEquals: ours})] : []), ...keepMapped(options)]
}

/** The sweep removes the bake's own snapshots, which it tells from the user's. */
function keepMapped({uses: {snapshots, unknownSnapshots}}: PackerPolicyOptions): Statement[] {
  return snapshots.length > 0 || unknownSnapshots ? [deny('ec2:DeleteSnapshot')] : []
}

/**
 * No user data, no consoles, no contents of launch templates, because these calls also reach other people's resources.
 */
function look(options: PackerPolicyOptions, also: readonly string[] = ['SecurityGroups', 'Volumes']): Statement[] {
  const {own, startsSessions, uses} = options
  const what = [
    'Images',
    'Instances',
    'Regions',
    'Subnets',
    'Vpcs',
    ...also,
    ...(startsSessions ? ['InstanceStatus'] : []),
    ...(own ? ['InstanceTypeOfferings'] : []),
    ...(uses.fastLaunch ? ['FastLaunchImages', 'ImageAttribute', 'LaunchTemplates'] : [])
  ]
  return [
    allow([
      // Of all verbs only Describe ends with these letters; whole names would be longer than AWS allows.
      ...ec2(what.map((name) => `*be${name}`)),
      ...(copies(options) ? ['ec2:CopyImage'] : []),
      // The shipped template skips the lookup of its profile: the launch finds out whether it exists.
      ...(own && uses.profile ? ['iam:GetInstanceProfile'] : []),
      ...(uses.decodes ? ['sts:DecodeAuthorizationMessage'] : [])
    ])
  ]
}

/** Packer's tunnel (packer-plugin-amazon, common/ssm). Its plugin opens the data channel with the keys of the same session. */
function sessions({sessionName, bakeId}: PackerPolicyOptions): Statement[] {
  const theirs = ['document/AWS-StartPortForwardingSession', `session/${sessionName}-*`]
  return [
    allow('ssm:StartSession', '*', {StringEquals: {[`ssm:resourceTag/${tagKeys.bake}`]: bakeId}}),
    allow(
      ['ssm:*Session', 'ssmmessages:OpenDataChannel'],
      theirs.map((resource) => `arn:*:ssm:*:*:${resource}`)
    )
  ]
}

/** Of any template: all options of the builder but a temporary role, and the plugin's data sources. */
function builderActions({uses, startsSessions}: PackerPolicyOptions): string[] {
  return [
    ...ec2([
      '*eKeyPair',
      '*eLaunchTemplate',
      '*eSecurityGroup',
      '*eSnapshot',
      '*eVolume',
      '*egisterImage',
      '*tachVolume',
      '*ImageDe*',
      // The whole names together are longer than AWS allows; each of these matches one action alone.
      'Au*pIngress',
      '*beSecurityGroups',
      '*beSnapshots',
      '*beVolumes',
      'CopyImage',
      'CreateFleet',
      'CreateImage',
      'CreateTags',
      // amazon-ebsvolume takes run_volume_tags off its volumes again.
      'DeleteTags',
      'ModifyI*bute',
      'ModifySn*te',
      'RunI*',
      'StopI*',
      'TerminateI*',
      ...(uses.fastLaunch ? ['EnableFastLaunch'] : []),
      ...(uses.passwords ? ['GetPasswordData'] : [])
    ]),
    ...(startsSessions ? ['ec2-instance-connect:SendSSHPublicKey', 'ssm:*Session'] : []),
    ...(uses.secrets ? reading : [])
  ]
}

const reading = ['secretsmanager:GetSecretValue', 'ssm:GetParameter*']

/**
 * For a template without the bake's tags, whose resources cannot be told from others. It still cannot touch resources
 * with another bake's tag (an image it may launch and copy), and cannot put the tag of another bake on its own.
 */
export function anyTemplate(options: PackerPolicyOptions): Statement[] {
  const {bakeId, startsSessions, sessionName} = options
  // With this operator a condition holds only where there is a value.
  const unless = (actions: Statement, key: string): Statement => ({
    Effect: 'Deny',
    ...actions,
    Resource: '*',
    Condition: {'ForAnyValue:StringNotEquals': {[key]: bakeId}}
  })
  return [
    allow(builderActions(options)),
    ...look({...options, own: true}, []),
    ...(startsSessions ? [allow('ssmmessages:OpenDataChannel', `arn:*:ssm:*:*:session/${sessionName}-*`)] : []),
    ...keepMapped(options),
    unless({Action: '*'}, requestTag(tagKeys.bake)),
    // It may take tags off. An image that claims to be verified could be given out again by the next bake.
    deny('*', {Null: {[requestTag(tagKeys.verified)]: 'false'}}),
    unless({NotAction: ec2(['CopyImage', 'RunInstances'])}, resourceTag(tagKeys.bake))
  ]
}
