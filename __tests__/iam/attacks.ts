import {tagKeys} from '../../src/aws/tags.ts'

/** A call of somebody who has all the rights of the role, as a program that a template starts can have (docs/security.md). */
export interface Attack {
  readonly what: string
  readonly action: string
  readonly arn: string
  readonly context: Readonly<Record<string, string | readonly string[]>>
}

const arn = (type: string, id: string): string =>
  `arn:aws:ec2:us-east-1:${/^(image|snapshot)$/.test(type) ? '' : '123456789012'}:${type}/${id}`

const bake = '0123456789ab'
const expiry = '2026-11-26T21:25:24.123Z'
const region = {'aws:RequestedRegion': 'us-east-1'}

function on(tags: Readonly<Record<string, string>>): Attack['context'] {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
      [`ssm:resourceTag/${key}`, value]
    ])
  )
}

function giving(tags: Readonly<Record<string, string>>): Attack['context'] {
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': Object.keys(tags)
  }
}

const kept = on({[tagKeys.bake]: bake})
const running = on({[tagKeys.bake]: bake, [tagKeys.expires]: expiry})
const onlyExpiry = on({[tagKeys.expires]: expiry})
const both = {[tagKeys.bake]: bake, [tagKeys.expires]: expiry}

function call(what: string, action: string, type: string, context: Attack['context'] = {}, id = 'x'): Attack {
  return {what, action, arn: arn(type, id), context: {...region, ...context}}
}

const changes: readonly (readonly [action: string, type: string])[] = [
  ['ec2:ModifyImageAttribute', 'image'],
  ['ec2:DeregisterImage', 'image'],
  ['ec2:DeleteSnapshot', 'snapshot'],
  ['ec2:DeleteVolume', 'volume'],
  ['ec2:CreateImage', 'instance'],
  ['ec2:GetConsoleOutput', 'instance'],
  ['ec2:StopInstances', 'instance'],
  ['ec2:TerminateInstances', 'instance'],
  ['ec2:AuthorizeSecurityGroupIngress', 'security-group'],
  ['ec2:DeleteSecurityGroup', 'security-group'],
  ['ec2:DeleteKeyPair', 'key-pair']
]

const creations: readonly (readonly [action: string, type: string])[] = [
  ['ec2:RunInstances', 'instance'],
  ['ec2:RunInstances', 'volume'],
  ['ec2:RunInstances', 'network-interface'],
  ['ec2:CreateImage', 'image'],
  ['ec2:CreateImage', 'snapshot'],
  ['ec2:CreateKeyPair', 'key-pair'],
  ['ec2:CreateSecurityGroup', 'security-group']
]

/** What iam/permissions.json must deny. */
export const attacks: readonly Attack[] = [
  ...changes.flatMap(([action, type]) => [
    call(`${action} on what nobody's bake made`, action, type),
    call(`${action} on what a bake kept`, action, type, kept),
    call(`${action} on what has an expiry of somebody else's`, action, type, onlyExpiry)
  ]),
  ...creations.flatMap(([action, type]) => [
    call(`${action} of ${type} without tags`, action, type),
    call(`${action} of ${type} without an expiry`, action, type, giving({[tagKeys.bake]: bake})),
    call(`${action} of ${type} without a bake`, action, type, giving({[tagKeys.expires]: expiry})),
    call(`${action} of ${type} for a bake that nobody finds`, action, type, giving({...both, [tagKeys.bake]: 'x'})),
    call(`${action} of ${type} for ever`, action, type, giving({...both, [tagKeys.expires]: 'never'}))
  ]),
  ...['image', 'snapshot', 'instance', 'volume', 'security-group'].flatMap((type) => [
    call(`an expiry on a ${type} that a bake kept`, 'ec2:CreateTags', type, {
      ...kept,
      ...giving({[tagKeys.expires]: expiry})
    }),
    call(`the tags of a bake on somebody's ${type}`, 'ec2:CreateTags', type, giving(both)),
    call(`a bake on a ${type} with an expiry of somebody else's`, 'ec2:CreateTags', type, {
      ...onlyExpiry,
      ...giving(both)
    }),
    call(`no bake on a ${type} that is there`, 'ec2:DeleteTags', type, {...running, 'aws:TagKeys': [tagKeys.bake]}),
    call(`no tags on a ${type} that is there`, 'ec2:DeleteTags', type, running),
    call(`less tags on somebody's ${type}`, 'ec2:DeleteTags', type, {'aws:TagKeys': [tagKeys.expires]})
  ]),
  ...['image', 'snapshot'].flatMap((type) => [
    call(`a bake that nobody finds on a ${type}`, 'ec2:CreateTags', type, {
      ...running,
      ...giving({[tagKeys.bake]: 'x'})
    }),
    call(`no end for a ${type}`, 'ec2:CreateTags', type, {...running, ...giving({[tagKeys.expires]: 'never'})})
  ]),
  ...['instance', 'volume'].flatMap((type) => [
    call(`no expiry on a running ${type}`, 'ec2:DeleteTags', type, {...running, 'aws:TagKeys': [tagKeys.expires]}),
    call(`other tags on a running ${type}`, 'ec2:CreateTags', type, {...running, ...giving(both)})
  ]),
  call("a launch with somebody's launch template", 'ec2:RunInstances', 'launch-template'),
  call("a launch with somebody's snapshot", 'ec2:RunInstances', 'snapshot'),
  call("a launch with somebody's network interface", 'ec2:RunInstances', 'network-interface', {}, 'eni-1'),
  call('the user data of a machine', 'ec2:DescribeInstanceAttribute', 'instance'),
  call('the user data of a machine of a bake', 'ec2:DescribeInstanceAttribute', 'instance', running),
  call('other user data for a machine of a bake', 'ec2:ModifyInstanceAttribute', 'instance', running),
  call('a screenshot of a machine', 'ec2:GetConsoleScreenshot', 'instance', running),
  {what: 'launch templates', action: 'ec2:DescribeLaunchTemplateVersions', arn: '*', context: region},
  {what: 'spot requests, with their user data', action: 'ec2:DescribeSpotInstanceRequests', arn: '*', context: region},
  call('the contents of a machine’s launch', 'ec2:GetLaunchTemplateData', 'instance', running),
  call('a copy', 'ec2:CopyImage', 'image', giving(both)),
  {
    what: 'a role for a machine',
    action: 'iam:PassRole',
    arn: 'arn:aws:iam::123456789012:role/admin',
    context: {...region, 'iam:PassedToService': 'ec2.amazonaws.com'}
  }
]
