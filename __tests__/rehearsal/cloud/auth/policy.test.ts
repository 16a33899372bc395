import {runSimulation} from '@cloud-copilot/iam-simulate'
import {describe, expect, it} from '@jest/globals'
import type {Context} from '../../../../rehearsal/cloud/auth/conditions.ts'
import {evaluate} from '../../../../rehearsal/cloud/auth/policy.ts'
import {readPolicy} from '../../../../rehearsal/cloud/auth/read-policy.ts'

const account = '123456789012'
const instance = `arn:aws:ec2:us-east-1:${account}:instance/i-0123456789abcdef0`
const volume = `arn:aws:ec2:us-east-1:${account}:volume/vol-1`
const image = 'arn:aws:ec2:us-east-1::image/ami-1'

interface Case {
  readonly statements: readonly object[]
  readonly action: string
  readonly resource: string
  readonly context: Context
  readonly expected: 'allow' | 'deny' | 'silent'
}

const terminate = {action: 'ec2:TerminateInstances', resource: instance, context: {}}
const allow = (more: object = {}) => ({Effect: 'Allow', Action: 'ec2:TerminateInstances', Resource: '*', ...more})
const deny = (more: object = {}) => ({...allow(more), Effect: 'Deny'})
const tag = 'aws:ResourceTag/bake'
const requestTag = 'aws:RequestTag/bake'
const keys = 'aws:TagKeys'
const create = {action: 'ec2:CreateTags', resource: instance}

/** Cases in which only the condition, and what is known of the request, differ. */
const conditional = (
  name: string,
  condition: object,
  context: Context,
  expected: Case['expected']
): readonly [string, Case] => [
  name,
  {statements: [allow({Action: 'ec2:CreateTags', Condition: condition})], ...create, context, expected}
]

const cases: readonly (readonly [string, Case])[] = [
  ['no statement', {statements: [deny({Action: 'ec2:RunInstances'})], ...terminate, expected: 'silent'}],
  ['an allow', {statements: [allow()], ...terminate, expected: 'allow'}],
  ['an allow and a deny', {statements: [allow(), deny()], ...terminate, expected: 'deny'}],
  [
    'an action in other letters',
    {statements: [allow({Action: 'EC2:terminateinstances'})], ...terminate, expected: 'allow'}
  ],
  ['an action with a star', {statements: [allow({Action: 'ec2:Term*'})], ...terminate, expected: 'allow'}],
  [
    'an action with a question mark',
    {statements: [allow({Action: 'ec2:TerminateInstance?'})], ...terminate, expected: 'allow'}
  ],
  [
    'a question mark for nothing',
    {statements: [allow({Action: 'ec2:TerminateInstances?'})], ...terminate, expected: 'silent'}
  ],
  ['one of several actions', {statements: [allow({Action: ['s3:*', 'ec2:*']})], ...terminate, expected: 'allow'}],
  [
    'all actions but another',
    {statements: [{Effect: 'Allow', NotAction: 'ec2:RunInstances', Resource: '*'}], ...terminate, expected: 'allow'}
  ],
  [
    'all actions but this',
    {statements: [{Effect: 'Allow', NotAction: 'ec2:Term*', Resource: '*'}], ...terminate, expected: 'silent'}
  ],
  ['the resource', {statements: [allow({Resource: instance})], ...terminate, expected: 'allow'}],
  [
    'a resource with a star',
    {statements: [allow({Resource: 'arn:aws:ec2:*:*:instance/*'})], ...terminate, expected: 'allow'}
  ],
  ['a resource cut short', {statements: [allow({Resource: 'arn:aws:ec2:*'})], ...terminate, expected: 'allow'}],
  [
    'another kind of resource',
    {statements: [allow({Resource: 'arn:aws:ec2:*:*:volume/*'})], ...terminate, expected: 'silent'}
  ],
  [
    'a resource in other letters',
    {statements: [allow({Resource: instance.replace('instance', 'Instance')})], ...terminate, expected: 'silent'}
  ],
  [
    'all resources but another',
    {statements: [{Effect: 'Allow', Action: 'ec2:*', NotResource: volume}], ...terminate, expected: 'allow'}
  ],
  [
    'all resources but this',
    {
      statements: [{Effect: 'Allow', Action: 'ec2:*', NotResource: [volume, instance]}],
      ...terminate,
      expected: 'silent'
    }
  ],
  [
    'an image has no account',
    {
      statements: [allow({Action: 'ec2:*', Resource: 'arn:aws:ec2:*::image/*'})],
      action: 'ec2:DeregisterImage',
      resource: image,
      context: {},
      expected: 'allow'
    }
  ],
  conditional('StringEquals, equal', {StringEquals: {[requestTag]: '1'}}, {[requestTag]: '1'}, 'allow'),
  conditional('StringEquals, one of many', {StringEquals: {[requestTag]: ['0', '1']}}, {[requestTag]: '1'}, 'allow'),
  conditional('StringEquals, other letters', {StringEquals: {[requestTag]: 'a'}}, {[requestTag]: 'A'}, 'silent'),
  conditional('StringEquals, absent', {StringEquals: {[requestTag]: '1'}}, {}, 'silent'),
  conditional('StringEqualsIfExists, absent', {StringEqualsIfExists: {[requestTag]: '1'}}, {}, 'allow'),
  conditional(
    'StringEqualsIfExists, other',
    {StringEqualsIfExists: {[requestTag]: '1'}},
    {[requestTag]: '2'},
    'silent'
  ),
  conditional('StringEquals, a star is a star', {StringEquals: {[requestTag]: '*'}}, {[requestTag]: '2'}, 'silent'),
  conditional('StringNotEquals, other', {StringNotEquals: {[requestTag]: '1'}}, {[requestTag]: '2'}, 'allow'),
  conditional('StringNotEquals, equal', {StringNotEquals: {[requestTag]: ['1', '2']}}, {[requestTag]: '2'}, 'silent'),
  conditional('StringNotEquals, absent', {StringNotEquals: {[requestTag]: '1'}}, {}, 'allow'),
  conditional('StringEqualsIgnoreCase', {StringEqualsIgnoreCase: {[requestTag]: 'a'}}, {[requestTag]: 'A'}, 'allow'),
  conditional(
    'StringNotEqualsIgnoreCase',
    {StringNotEqualsIgnoreCase: {[requestTag]: 'a'}},
    {[requestTag]: 'A'},
    'silent'
  ),
  conditional('StringLike', {StringLike: {[requestTag]: 'a*c?'}}, {[requestTag]: 'abbcd'}, 'allow'),
  conditional('StringLike, short of a letter', {StringLike: {[requestTag]: 'a*c?'}}, {[requestTag]: 'abbc'}, 'silent'),
  conditional('StringLike with a dot', {StringLike: {[requestTag]: 'a.c'}}, {[requestTag]: 'abc'}, 'silent'),
  conditional('StringNotLike', {StringNotLike: {[requestTag]: 'a*'}}, {[requestTag]: 'abc'}, 'silent'),
  conditional('StringNotLike, absent', {StringNotLike: {[requestTag]: 'a*'}}, {}, 'allow'),
  conditional('Null true, absent', {Null: {[requestTag]: 'true'}}, {}, 'allow'),
  conditional('Null true, there', {Null: {[requestTag]: 'true'}}, {[requestTag]: '1'}, 'silent'),
  conditional('Null false, there', {Null: {[requestTag]: 'false'}}, {[requestTag]: '1'}, 'allow'),
  conditional('Null false, absent', {Null: {[requestTag]: 'false'}}, {}, 'silent'),
  conditional('Bool', {Bool: {'aws:SecureTransport': 'true'}}, {'aws:SecureTransport': 'true'}, 'allow'),
  conditional('Bool, other', {Bool: {'aws:SecureTransport': 'true'}}, {'aws:SecureTransport': 'false'}, 'silent'),
  conditional('ForAllValues, all', {'ForAllValues:StringEquals': {[keys]: ['a', 'b']}}, {[keys]: ['a', 'b']}, 'allow'),
  conditional(
    'ForAllValues, one more',
    {'ForAllValues:StringEquals': {[keys]: ['a', 'b']}},
    {[keys]: ['a', 'c']},
    'silent'
  ),
  conditional('ForAllValues, absent', {'ForAllValues:StringEquals': {[keys]: ['a']}}, {}, 'allow'),
  conditional('ForAnyValue, one', {'ForAnyValue:StringEquals': {[keys]: ['a', 'b']}}, {[keys]: ['a', 'c']}, 'allow'),
  conditional('ForAnyValue, none', {'ForAnyValue:StringEquals': {[keys]: ['a', 'b']}}, {[keys]: ['c']}, 'silent'),
  conditional('ForAnyValue, absent', {'ForAnyValue:StringEquals': {[keys]: ['a']}}, {}, 'silent'),
  conditional(
    'ForAnyValue:StringLike',
    {'ForAnyValue:StringLike': {[keys]: ['ba*']}},
    {[keys]: ['x', 'bake']},
    'allow'
  ),
  conditional(
    'ForAllValues:StringNotEquals',
    {'ForAllValues:StringNotEquals': {[keys]: ['a']}},
    {[keys]: ['a', 'b']},
    'silent'
  ),
  conditional('a key in other letters', {StringEquals: {'AWS:requesttag/bake': '1'}}, {[requestTag]: '1'}, 'allow'),
  conditional(
    'two conditions, one fails',
    {StringEquals: {[requestTag]: '1', [tag]: '1'}},
    {[requestTag]: '1', [tag]: '2'},
    'silent'
  ),
  conditional(
    'two operators hold',
    {StringEquals: {[requestTag]: '1'}, Null: {[tag]: 'true'}},
    {[requestTag]: '1'},
    'allow'
  )
]

describe('the policy evaluator', () => {
  it.each(cases)('judges as IAM: %s', async (_name, {statements, action, resource, context, expected}) => {
    const document = {Version: '2012-10-17', Statement: statements}
    const verdict = evaluate(readPolicy(JSON.stringify(document), 'session'), {action, resource, context})
    expect(verdict).toBe(expected)
    expect(await simulate(document, action, resource, context)).toBe(expected)
  })
})

const names = {Allowed: 'allow', ExplicitlyDenied: 'deny', ImplicitlyDenied: 'silent'} as const

/** The same question to another implementation of IAM. */
async function simulate(policy: object, action: string, resource: string, context: Context) {
  const contextVariables = Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]])
  )
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/test`,
        action,
        resource: {resource, accountId: account},
        contextVariables
      },
      identityPolicies: [{name: 'policy', policy}],
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors))
  return names[result.overallResult]
}
