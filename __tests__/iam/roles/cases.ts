import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {
  groups,
  options,
  optionsOfApproval,
  optionsOfPromotion,
  optionsOfSweep
} from '../../../scripts/roles/parameters.ts'

/** A way to fill in the parameters of the CloudFormation template and the variables of the Terraform module. */
export interface Case {
  readonly name: string
  readonly partition: string
  /** By CloudFormation's names. What is missing has its default. */
  readonly parameters: Readonly<Record<string, string>>
}

/** A role as it is made: its name, and its documents. */
export interface Role {
  readonly name: string
  readonly trust: unknown
  readonly policies: Readonly<Record<string, unknown>>
}

/** What is made, by `bake`, `pull-request`, `promote` and `sweep`. */
export type Roles = Readonly<Record<string, Role>>

const ids = {OwnerId: '1234', RepositoryId: '5678'}

/** The names that stand in the JSON files themselves: with them, what is made must be what the files say. */
const ofTheFiles: Readonly<Record<string, string>> = {
  Repository: 'OWNER/REPOSITORY',
  InstanceProfileRole: 'ROLE-OF-THE-INSTANCE-PROFILE',
  KmsKeyArns: 'arn:aws:kms:eu-west-1:123456789012:key/KEY-ID',
  SsmParameter: '/jenkins/ami',
  LaunchTemplateId: 'lt-0123456789abcdef0',
  PromoteEnvironment: 'PROMOTE-ENVIRONMENT',
  Environment: 'ENVIRONMENT'
}

const kinds = new Map(groups.flatMap(({parameters}) => parameters).map(({name, kind}) => [name, kind]))

/** The value with which an option is on. */
function on(option: string): string {
  return kinds.get(option) === 'boolean' ? 'true' : (ofTheFiles[option] ?? '')
}

const everyRole = {
  CreatePullRequestRole: 'true',
  PromoteEnvironment: 'PROMOTE-ENVIRONMENT',
  CreateSweepRole: 'true'
}
const everyOption = Object.fromEntries(Object.keys(options).map((name) => [name, on(name)]))

function one(name: string, parameters: Case['parameters'], partition = 'aws'): Case {
  return {name, partition, parameters: {Repository: 'OWNER/REPOSITORY', ...ids, ...parameters}}
}

export const cases: readonly Case[] = [
  one('the repository alone', {}),
  one('a repository without ids', {OwnerId: '', RepositoryId: ''}),
  one('an environment', {Environment: 'ENVIRONMENT', ...everyRole}),
  one('the provider', {CreateProvider: 'true', ...everyRole}),
  one('retirement', {Retirement: 'true', ...everyRole}),
  one('no role that bakes', {CreateBakeRole: 'false', ...everyRole}),
  one('no role at all', {CreateBakeRole: 'false'}),
  ...Object.keys(options).map((name) => one(`the option ${name} alone`, {[name]: on(name), ...everyRole})),
  ...Object.keys(options).map((name) =>
    one(`every option but ${name}`, {...everyOption, [name]: kinds.get(name) === 'boolean' ? 'false' : ''})
  ),
  ...['aws', 'aws-us-gov'].map((partition) =>
    one(`every option, and no role for promotions, in ${partition}`, everyOption, partition)
  ),
  ...['aws', 'aws-us-gov', 'aws-cn', 'aws-eusc'].map((partition) =>
    one(`every option in ${partition}`, {...everyOption, ...everyRole, Retirement: 'true'}, partition)
  )
]

/** Whether an option, or a role, is on. */
function isOn({parameters}: Case, name: string): boolean {
  return ![undefined, '', 'false'].includes(parameters[name])
}

/** A file of iam/, with the ids and the partition of a case. */
function document(name: string, {parameters, partition}: Case): unknown {
  const text = readFileSync(join(import.meta.dirname, `../../../iam/${name}.json`), 'utf8')
  const {OwnerId = '', RepositoryId = ''} = parameters
  return JSON.parse(text, (key: string, value: unknown): unknown => {
    if (key.endsWith(':sub') && Array.isArray(value) && OwnerId === '') return value.slice(0, 1)
    if (key === 'Resource' && name === 'kms-permissions') return [ofTheFiles['KmsKeyArns']]
    if (value === 'sts.amazonaws.com' && partition === 'aws-cn') return 'sts.amazonaws.com.cn'
    if (typeof value !== 'string') return value
    return value
      .replace(/^arn:(\*|aws):/, `arn:${partition}:`)
      .replace('@OWNER-ID', `@${OwnerId}`)
      .replace('@REPOSITORY-ID', `@${RepositoryId}`)
  })
}

/** The roles that a case must make, as the JSON files say. */
export function expectedRoles(wanted: Case): Roles {
  const role = (name: string, trust: string, files: readonly string[]): Role => ({
    name,
    trust: document(trust, wanted),
    policies: Object.fromEntries(files.map((file) => [file, document(file, wanted)]))
  })
  const needsApproval = isOn(wanted, 'PromoteEnvironment')
  const chosen = Object.entries(options).flatMap(([name, file]) =>
    isOn(wanted, name) && !(needsApproval && optionsOfApproval.has(name)) ? [file] : []
  )
  const trust = isOn(wanted, 'Environment') ? 'trust-policy-environment' : 'trust-policy'
  return {
    ...(wanted.parameters['CreateBakeRole'] === 'false'
      ? {}
      : {bake: role('bake-jenkins-ami', trust, ['permissions', ...chosen])}),
    ...(isOn(wanted, 'CreatePullRequestRole')
      ? {
          'pull-request': role('bake-jenkins-ami-pull-request', 'trust-policy-pull-request', [
            'pull-request-limits',
            'permissions'
          ])
        }
      : {}),
    ...(isOn(wanted, 'PromoteEnvironment')
      ? {
          promote: role('bake-jenkins-ami-promote', 'trust-policy-promote', [
            'promote-permissions',
            ...optionsOfPromotion.flatMap((name) => (isOn(wanted, name) ? [options[name] ?? ''] : []))
          ])
        }
      : {}),
    ...(isOn(wanted, 'CreateSweepRole')
      ? {
          sweep: role('bake-jenkins-ami-sweep', 'trust-policy', [
            'sweep-permissions',
            ...Object.entries(optionsOfSweep).flatMap(([name, file]) => (isOn(wanted, name) ? [file] : []))
          ])
        }
      : {})
  }
}

/** Every parameter with a value of the reader's own, none of which is in the JSON files. */
export const ownValues: Case = {
  name: 'values of the reader',
  partition: 'aws-us-gov',
  parameters: {
    ...everyOption,
    ...everyRole,
    ...ids,
    Repository: 'octo-org/images',
    Branch: 'release/2.x',
    PromoteEnvironment: 'production',
    RoleName: 'baker',
    InstanceProfileRole: 'machines/builder',
    RoleSessionName: 'nightly',
    KmsKeyArns:
      'arn:aws-us-gov:kms:us-gov-west-1:210987654321:key/mrk-1,arn:aws-us-gov:kms:us-gov-east-1:210987654321:key/2',
    SsmParameter: '/images/ci',
    LaunchTemplateId: 'lt-0fedcba9876543210'
  }
}

/** Of `ownValues`: its account. */
export const ownAccount = '111122223333'
export const accountOfTheFiles = '123456789012'

/** Of `ownValues`: where its values must be found. */
export const ownInPolicies: readonly string[] = [
  'repo:octo-org/images:ref:refs/heads/release/2.x',
  'repo:octo-org@1234/images@5678:ref:refs/heads/release/2.x',
  'repo:octo-org@1234/images@5678:pull_request',
  'repo:octo-org@1234/images@5678:environment:production',
  'arn:aws-us-gov:iam::111122223333:role/machines/builder',
  'arn:aws-us-gov:ssm:*:111122223333:parameter/images/ci',
  'arn:aws-us-gov:ec2:*:111122223333:launch-template/lt-0fedcba9876543210',
  'arn:aws-us-gov:ssm:*:*:session/nightly-*',
  'arn:aws-us-gov:kms:us-gov-east-1:210987654321:key/2'
]

/** What must be left of none of the files' own names, as soon as the reader has given others. */
export const filesOwnNames =
  /OWNER|REPOSITORY|ROLE-OF|lt-0123456789abcdef0|KEY-ID|ENVIRONMENT|123456789012|jenkins\/ami|session\/bake|heads\/main|arn:(aws|\*):/
