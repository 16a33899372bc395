import {groups, options, optionsOfApproval, optionsOfPromotion, optionsOfSweep, type Parameter} from './parameters.ts'
import {filledIn} from './placeholders.ts'
import {Call, either, equals, not, nothing, ref, sub, toYaml, type Value} from './values.ts'

/**
 * The template that makes the roles.
 *
 * @param read gives the content of a file in iam/, by its name without the ending
 */
export function cloudFormation(read: (name: string) => unknown): string {
  const policy = (name: string): Value => ({PolicyName: name, PolicyDocument: filledIn(read(name))})
  const trust = (name: string): Value => filledIn(read(name))
  const optional = (from: Readonly<Record<string, string>>, names: readonly string[] = Object.keys(from)): Value[] =>
    names.map((name) => either(condition(name), policy(from[name] ?? fail(name)), nothing))
  const ofBakes = Object.keys(options).flatMap((name) => {
    const policies = optional(options, [name])
    return optionsOfApproval.has(name) ? policies.map((one) => either('HasPromoteRole', nothing, one)) : policies
  })
  const template: Value = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Roles with which GitHub Actions bakes Jenkins images (bake-jenkins-ami).',
    Metadata: {'AWS::CloudFormation::Interface': {ParameterGroups: groups.map(consoleGroup)}},
    Parameters: Object.fromEntries(groups.flatMap(({parameters}) => parameters.map(parameterOf))),
    Rules: rules,
    Conditions: conditions(),
    Resources: {
      GitHubProvider: {
        Type: 'AWS::IAM::OIDCProvider',
        Condition: 'CreatesProvider',
        // Other roles of the account come to use it, too: it stays when the stack goes, or stops making it.
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          Url: 'https://token.actions.githubusercontent.com',
          ClientIdList: [either('InChina', 'sts.amazonaws.com.cn', 'sts.amazonaws.com')]
        }
      },
      BakeRole: role('HasBakeRole', {
        name: ref('RoleName'),
        description: 'Bakes Jenkins images.',
        trust: either('TrustsEnvironment', trust('trust-policy-environment'), trust('trust-policy')),
        policies: [policy('permissions'), ...ofBakes]
      }),
      PullRequestRole: role('HasPullRequestRole', {
        name: sub('${RoleName}-pull-request'),
        description: 'Bakes Jenkins images of pull requests, and keeps none of them.',
        trust: trust('trust-policy-pull-request'),
        // First of all what it must not do.
        policies: [policy('pull-request-limits'), policy('permissions')]
      }),
      PromoteRole: role('HasPromoteRole', {
        name: sub('${RoleName}-promote'),
        description: 'Promotes verified Jenkins images.',
        trust: trust('trust-policy-promote'),
        policies: [policy('promote-permissions'), ...optional(options, optionsOfPromotion)]
      }),
      SweepRole: role('HasSweepRole', {
        name: sub('${RoleName}-sweep'),
        description: 'Removes what lost bakes of Jenkins images left behind.',
        trust: trust('trust-policy'),
        policies: [policy('sweep-permissions'), ...optional(optionsOfSweep)]
      })
    },
    Outputs: Object.fromEntries(
      ['BakeRole', 'PullRequestRole', 'PromoteRole', 'SweepRole'].map((name) => [
        `${name}Arn`,
        {
          Description: "The input role-to-assume of this role's workflows.",
          Condition: `Has${name}`,
          Value: new Call('!GetAtt', `${name}.Arn`)
        }
      ])
    )
  }
  return toYaml(template)
}

function role(
  Condition: string,
  {
    name,
    description,
    trust,
    policies
  }: {readonly name: Value; readonly description: string; readonly trust: Value; readonly policies: Value}
): Value {
  return {
    Type: 'AWS::IAM::Role',
    Condition,
    Properties: {RoleName: name, Description: description, AssumeRolePolicyDocument: trust, Policies: policies}
  }
}

/** The name of the condition that an option is on. */
function condition(option: string): string {
  return `Allows${option}`
}

function conditions(): Value {
  const given = new Map(
    groups.flatMap(({parameters}) => parameters).map((parameter) => [parameter.name, isOn(parameter)])
  )
  const on = (name: string): Value => given.get(name) ?? fail(name)
  return {
    InChina: equals(ref('AWS::Partition'), 'aws-cn'),
    HasIds: on('RepositoryId'),
    TrustsEnvironment: on('Environment'),
    CreatesProvider: on('CreateProvider'),
    HasBakeRole: on('CreateBakeRole'),
    HasPullRequestRole: on('CreatePullRequestRole'),
    HasPromoteRole: on('PromoteEnvironment'),
    HasSweepRole: on('CreateSweepRole'),
    ...Object.fromEntries(Object.keys({...options, ...optionsOfSweep}).map((name) => [condition(name), on(name)]))
  }
}

function fail(name: string): never {
  throw new Error(`there is no parameter ${name}`)
}

function isOn({name, kind}: Parameter): Value {
  if (kind === 'boolean') return equals(ref(name), 'true')
  return not(equals(kind === 'list' ? new Call('!Join', ['', ref(name)]) : ref(name), ''))
}

const isEmpty = (name: string) => equals(ref(name), '')

/** What CloudFormation refuses before it makes anything. */
const rules: Value = {
  BothIds: {
    Assertions: [
      {
        Assert: new Call('!Or', [
          new Call('!And', [isEmpty('OwnerId'), isEmpty('RepositoryId')]),
          new Call('!And', [not(isEmpty('OwnerId')), not(isEmpty('RepositoryId'))])
        ]),
        AssertDescription: 'Give both OwnerId and RepositoryId, or neither.'
      }
    ]
  },
  SessionManagerNeedsAProfile: {
    RuleCondition: equals(ref('SessionManager'), 'true'),
    Assertions: [
      {
        Assert: not(isEmpty('InstanceProfileRole')),
        AssertDescription: 'SessionManager needs InstanceProfileRole: the machine signs in to Systems Manager with it.'
      }
    ]
  }
}

function consoleGroup({title, parameters}: (typeof groups)[number]): Value {
  return {Label: {default: title}, Parameters: parameters.map(({name}) => name)}
}

function parameterOf({name, kind, default: value, description, pattern, form}: Parameter): [string, Value] {
  return [
    name,
    {
      Type: kind === 'list' ? 'CommaDelimitedList' : 'String',
      Description: description,
      ...(value === undefined ? {} : {Default: value}),
      ...(kind === 'boolean' ? {AllowedValues: ['true', 'false']} : {}),
      ...(pattern === undefined ? {} : {AllowedPattern: value === '' ? `^$|^${pattern}$` : `^${pattern}$`}),
      ...(form === undefined ? {} : {ConstraintDescription: `must be ${form}`})
    }
  ]
}
