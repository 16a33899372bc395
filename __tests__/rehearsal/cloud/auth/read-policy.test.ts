import {expect, it} from '@jest/globals'
import {MalformedPolicy, readPolicy} from '../../../../rehearsal/cloud/auth/read-policy.ts'

const statement = {Effect: 'Allow', Action: 'ec2:*', Resource: '*'}
const policy = (more: object, version = '2012-10-17') =>
  JSON.stringify({Version: version, Statement: {...statement, ...more}})

it('reads a single statement as well as a list', () => {
  expect(readPolicy(policy({}), 'session').statements).toHaveLength(1)
  expect(readPolicy(JSON.stringify({Statement: [statement, statement]}), 'session').statements).toHaveLength(2)
})

it.each([
  ['no JSON', '{"Statement":[]', /invalid Json/],
  ['no object', '[]', /must be an object/],
  ['an unknown version', policy({}, '2020-01-01'), /version/],
  ['no statement', '{"Version":"2012-10-17"}', /no Statement/],
  ['an unknown element', policy({Actions: 'x'}), /unknown element Actions/],
  ['another effect', policy({Effect: 'allow'}), /Effect/],
  ['two kinds of actions', policy({NotAction: 'ec2:*'}), /Action or NotAction/],
  ['no action', JSON.stringify({Statement: {Effect: 'Allow', Resource: '*'}}), /Action or NotAction/],
  ['an action without a service', policy({Action: 'RunInstances'}), /vendor/],
  ['a resource that is no ARN', policy({Resource: 'i-1'}), /ARN format/],
  ['a principal', policy({Principal: '*'}), /principal/],
  ['an operator that it does not know', policy({Condition: {NumericEquals: {a: '1'}}}), /NumericEquals is unknown/],
  ['a policy variable', policy({Resource: 'arn:aws:s3:::${aws:username}'}), /variable/],
  ['a condition that is no text', policy({Condition: {StringEquals: {a: 1}}}), /must be text/]
])('refuses %s in a session policy', (_name, text, message) => {
  expect(() => readPolicy(text, 'session')).toThrow(MalformedPolicy)
  expect(() => readPolicy(text, 'session')).toThrow(message)
})

it('refuses a trust policy that names resources or nobody', () => {
  expect(() => readPolicy(policy({Principal: '*'}), 'trust')).toThrow(/Resource/)
  const nobody = JSON.stringify({Statement: {Effect: 'Allow', Action: 'sts:AssumeRole'}})
  expect(() => readPolicy(nobody, 'trust')).toThrow(/Principal/)
})
