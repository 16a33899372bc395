import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {
  accountOfTheFiles,
  cases,
  expectedRoles,
  filesOwnNames,
  ownAccount,
  ownInPolicies,
  ownValues,
  type Case,
  type Roles
} from './cases.ts'
import {Evaluation, readTemplate} from './evaluate.ts'

const iam = join(import.meta.dirname, '../../../iam')
const source = readFileSync(join(iam, 'cloudformation.yaml'), 'utf8')
const template = readTemplate(source)
const provider = 'token.actions.githubusercontent.com'

function evaluate(
  {parameters, partition}: Pick<Case, 'parameters' | 'partition'>,
  account = accountOfTheFiles
): Evaluation {
  return new Evaluation(template, parameters, {'AWS::Partition': partition, 'AWS::AccountId': account})
}

const called: Readonly<Record<string, string>> = {
  BakeRole: 'bake',
  PullRequestRole: 'pull-request',
  PromoteRole: 'promote',
  SweepRole: 'sweep'
}

interface RoleProperties {
  readonly RoleName: string
  readonly AssumeRolePolicyDocument: unknown
  readonly Policies: readonly {readonly PolicyName: string; readonly PolicyDocument: unknown}[]
}

function rolesOf(evaluation: Evaluation): Roles {
  const roles = Object.entries(evaluation.resources()).filter(([, {Type}]) => Type === 'AWS::IAM::Role')
  return Object.fromEntries(
    roles.map(([id, {Properties}]) => {
      const {RoleName, AssumeRolePolicyDocument, Policies} = Properties as unknown as RoleProperties
      const policies = Object.fromEntries(Policies.map(({PolicyName, PolicyDocument}) => [PolicyName, PolicyDocument]))
      return [called[id] ?? id, {name: RoleName, trust: AssumeRolePolicyDocument, policies}]
    })
  )
}

/** A provider that the template makes is named by a reference, whose value is its ARN. */
function named(roles: Roles, partition: string): unknown {
  const arn = `arn:${partition}:iam::${accountOfTheFiles}:oidc-provider/${provider}`
  return JSON.parse(JSON.stringify(roles).replaceAll('reference to GitHubProvider', arn))
}

it.each(cases)('makes the roles that the JSON files describe: $name', (wanted) => {
  expect(named(rolesOf(evaluate(wanted)), wanted.partition)).toEqual(expectedRoles(wanted))
})

it('puts the values of its reader in the place of all names that stand in the files', () => {
  const roles = rolesOf(evaluate(ownValues, ownAccount))
  const text = JSON.stringify(roles)
  expect(text).not.toMatch(filesOwnNames)
  for (const value of ownInPolicies) expect(text).toContain(JSON.stringify(value))
  expect(Object.values(roles).map(({name}) => name)).toEqual([
    'baker',
    'baker-pull-request',
    'baker-promote',
    'baker-sweep'
  ])
})

it('hands to EC2 the role of the instance profile, and no other', () => {
  const passing = cases
    .map((wanted) => JSON.stringify(rolesOf(evaluate(wanted))))
    .map((text) => text.includes('iam:PassRole'))
  expect(passing).toEqual(cases.map(({parameters}) => (parameters['InstanceProfileRole'] ?? '') !== ''))
})

it('makes the provider only if it is told to, and keeps it when the stack goes', () => {
  const without = evaluate({parameters: {Repository: 'a/b'}, partition: 'aws'}).resources()
  expect(Object.keys(without)).toEqual(['BakeRole'])
  const {GitHubProvider} = evaluate({
    parameters: {Repository: 'a/b', CreateProvider: 'true'},
    partition: 'aws-cn'
  }).resources()
  expect(GitHubProvider).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: {Url: `https://${provider}`, ClientIdList: ['sts.amazonaws.com.cn']}
  })
})

it('says the ARN of each role that it makes, and of no other', () => {
  expect(evaluate({parameters: {Repository: 'a/b'}, partition: 'aws'}).outputs()).toEqual(['BakeRoleArn'])
  expect(evaluate(ownValues).outputs()).toEqual(['BakeRoleArn', 'PullRequestRoleArn', 'PromoteRoleArn', 'SweepRoleArn'])
})

it.each([
  [{OwnerId: '1'}, ['BothIds']],
  [{RepositoryId: '1'}, ['BothIds']],
  [{SessionManager: 'true'}, ['SessionManagerNeedsAProfile']],
  [{SessionManager: 'true', InstanceProfileRole: 'builder'}, []]
])('refuses what could not work: %j', (parameters, broken) => {
  expect(evaluate({parameters: {Repository: 'a/b', ...parameters}, partition: 'aws'}).broken()).toEqual(broken)
})

it.each([
  ['Repository', ['octo-org/images', 'a/.github'], ['', 'images', 'a/*', 'a/b/c', 'a/b:*']],
  ['Branch', ['main', 'release/2.x', 'ümlaut'], ['', '*', 'a?', 'a:b', '${aws:userid}', 'a b']],
  ['Environment', ['', 'production', 'two words'], ['*', 'a:b', '${aws:userid}', 'a"b']],
  ['PromoteEnvironment', ['', 'production', 'two words'], ['*', 'a:b', '${aws:userid}', 'a"b']],
  ['LaunchTemplateId', ['', 'lt-0123456789abcdef0'], ['*', 'jenkins', 'lt-*']],
  ['OwnerId', ['', '1234'], ['*', 'x', '12 34']],
  ['RoleName', ['bake-jenkins-ami'], ['', 'a/b', 'x'.repeat(52)]],
  ['InstanceProfileRole', ['', 'builder', 'machines/builder'], ['*', '/machines/builder', 'arn:aws:iam::1:role/a']],
  ['RoleSessionName', ['nightly'], ['', '*', 'a b']],
  [
    'KmsKeyArns',
    ['', 'arn:aws-eusc:kms:eusc-de-east-1:123456789012:key/mrk-12ab'],
    ['*', 'alias/images', 'arn:aws:kms:eu-west-1:123456789012:alias/images', 'arn:aws:kms:*:123456789012:key/*']
  ],
  ['SsmParameter', ['', '/jenkins/ami'], ['jenkins/ami', '/*', '/a b']]
])('takes only the values of the form that it names: %s', (name, good, bad) => {
  const pattern = new RegExp(template.Parameters[name]?.AllowedPattern ?? '')
  expect(good.filter((value) => !pattern.test(value))).toEqual([])
  expect(bad.filter((value) => pattern.test(value))).toEqual([])
})

it('keeps within the limits of IAM and of CloudFormation with every option on, as iam/README.md says', () => {
  const inline = (name: string) => {
    const every = cases.filter((one) => one.name === name)
    const roles = every.flatMap((wanted) => Object.values(rolesOf(evaluate(wanted))))
    // White space does not count (IAM user guide, quotas).
    expect(roles.filter(({trust}) => JSON.stringify(trust).length >= 480)).toEqual([])
    return roles.map(({policies}) =>
      Object.values(policies).reduce<number>((sum, one) => sum + JSON.stringify(one).length, 0)
    )
  }
  const [bake = 0] = inline('every option, and no role for promotions, in aws')
  const [longest = 0] = inline('every option, and no role for promotions, in aws-us-gov')
  const [, pullRequest = 0, promote = 0, sweep = 0] = inline('every option in aws')
  expect(longest).toBeLessThan(10_240)
  const guide = readFileSync(join(iam, 'README.md'), 'utf8')
  const sizes = [bake, longest, pullRequest, promote, sweep].map((size) => size.toLocaleString('en-US'))
  expect(sizes.filter((size) => !guide.includes(size))).toEqual([])
  // What `aws cloudformation deploy` sends without a bucket.
  expect(Buffer.byteLength(source)).toBeLessThan(51_200)
})
