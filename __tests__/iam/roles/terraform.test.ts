import {execFileSync, spawnSync} from 'node:child_process'
import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals'
import {groups, snakeCase} from '../../../scripts/roles/parameters.ts'
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

const iam = join(import.meta.dirname, '../../../iam')
const missing = spawnSync('terraform', ['version']).status === 0 ? undefined : 'terraform is not on PATH'
const declare = missing === undefined ? describe : describe.skip

/** In place of main.tf: what its data sources say, and no resource, so that no provider is needed. */
const standIn = `
variable "partition" { type = string }
variable "account_id" { type = string }
locals {
  partition  = var.partition
  account_id = var.account_id
}
output "roles" {
  value = { for role, settings in local.roles : role => {
    name     = settings.name
    trust    = jsondecode(local.policies[settings.trust])
    policies = { for file in concat(settings.limits, settings.policies) : file => jsondecode(local.policies[file]) }
  } }
}
`

/** A variable's value: what CloudFormation has as one string. */
function terraformValue(kind: string, value: string): unknown {
  if (kind === 'boolean') return value === 'true'
  if (kind === 'list') return value === '' ? [] : value.split(',')
  return value
}

const parameters = groups.flatMap((group) => group.parameters)

function variablesOf({parameters: given, partition}: Case, account: string): Record<string, unknown> {
  const values = parameters.map(({name, kind, default: value = ''}): [string, unknown] => [
    snakeCase(name),
    terraformValue(kind, given[name] ?? value)
  ])
  return {...Object.fromEntries(values), partition, account_id: account}
}

declare(`the Terraform module${missing === undefined ? '' : ` (not run: ${missing})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bake-jenkins-ami-terraform-'))
  let made: Readonly<Record<string, Roles>> = {}

  afterAll(() => rmSync(folder, {recursive: true, force: true}))

  beforeAll(() => {
    for (const file of readdirSync(iam).filter((name) => name.endsWith('.json')))
      cpSync(join(iam, file), join(folder, 'iam', file))
    for (const file of ['policies.tf', 'variables.tf'])
      cpSync(join(iam, 'terraform', file), join(folder, 'iam/terraform', file))
    writeFileSync(join(folder, 'iam/terraform/stand-in.tf'), standIn)
    const names = Object.keys(variablesOf(ownValues, ''))
    const inputs = Object.fromEntries(names.map((name) => [name, `\${each.value.${name}}`]))
    const all = Object.fromEntries([
      ...cases.map((wanted) => [wanted.name, variablesOf(wanted, accountOfTheFiles)] as const),
      [ownValues.name, variablesOf(ownValues, ownAccount)] as const
    ])
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(all))
    writeFileSync(
      join(folder, 'main.tf.json'),
      JSON.stringify({
        module: {made: {source: './iam/terraform', for_each: '${jsondecode(file("cases.json"))}', ...inputs}},
        output: {roles: {value: '${{for name, made in module.made : name => jsonencode(made.roles)}}'}}
      })
    )
    const env = {PATH: process.env['PATH'], HOME: folder, CHECKPOINT_DISABLE: '1'}
    const terraform = (...args: string[]) =>
      execFileSync('terraform', args, {cwd: folder, env, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: 'pipe'})
    terraform('init', '-input=false')
    terraform('apply', '-input=false', '-auto-approve')
    const {roles} = JSON.parse(terraform('output', '-json')) as {roles: {value: Record<string, string>}}
    made = Object.fromEntries(Object.entries(roles.value).map(([name, text]) => [name, JSON.parse(text) as Roles]))
  })

  it.each(cases)('makes the roles that the JSON files describe: $name', (wanted) => {
    expect(made[wanted.name]).toEqual(expectedRoles(wanted))
  })

  it('puts the values of its reader in the place of all names that stand in the files', () => {
    const roles = made[ownValues.name] ?? {}
    const text = JSON.stringify(roles)
    expect(text).not.toMatch(filesOwnNames)
    for (const value of ownInPolicies) expect(text).toContain(JSON.stringify(value))
    expect(Object.values(roles).map(({name}) => name)).toEqual([
      'baker',
      'baker-promote',
      'baker-pull-request',
      'baker-sweep'
    ])
  })
})

it('reads every policy from the JSON files themselves', () => {
  const policies = readFileSync(join(iam, 'terraform/policies.tf'), 'utf8')
  expect(policies).toContain('fileset("${path.module}/..", "*.json")')
  const named = readdirSync(iam).filter((file) => file.endsWith('.json'))
  expect(named.filter((file) => !new RegExp(`\\b${file.replace('.json', '')}\\b`).test(policies))).toEqual([])
})
