import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {parse} from 'yaml'
import {readSweepInputs, sweepDefaults} from '../../../src/inputs/sweep.ts'
import {InputErrors} from '../../../src/lib/errors.ts'

const given =
  (inputs: Record<string, string>) =>
  (name: string): string =>
    inputs[name] ?? ''

it('has the defaults that sweep/action.yml declares', () => {
  const file = join(import.meta.dirname, '../../../sweep/action.yml')
  const {inputs} = parse(readFileSync(file, 'utf8')) as {inputs: Record<string, {default?: string}>}
  const declared = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']))
  expect(declared).toEqual(sweepDefaults)
})

it('needs a region and nothing else', () => {
  expect(readSweepInputs({AWS_REGION: 'eu-west-1'}, given({}))).toEqual({
    aws: {region: 'eu-west-1', allowedAccountIds: []},
    dryRun: false
  })
})

it('reads a role and an age', () => {
  const role = 'arn:aws:iam::123456789012:role/sweep'
  const inputs = {'aws-region': 'eu-west-1', 'role-to-assume': role, 'older-than': '6h', 'dry-run': 'true'}
  expect(readSweepInputs({}, given(inputs))).toMatchObject({
    aws: {role: {arn: role, sessionName: 'bake-jenkins-ami-sweep', durationSeconds: 3600}},
    olderThanMs: 6 * 3_600_000,
    dryRun: true
  })
})

it.each(['unused-for', 'ssm-parameters', 'retire-shared', 'retire'])('refuses %s if no image retires', (name) => {
  const values: Record<string, string> = {'unused-for': '30d', 'ssm-parameters': '/a', 'retire-shared': 'true'}
  const inputs = {'aws-region': 'eu-west-1', [name]: values[name] ?? 'disable'}
  expect(() => readSweepInputs({}, given(inputs))).toThrow(`Input '${name}': is about verified images that retire`)
  expect(() => readSweepInputs({}, given({...inputs, 'keep-last': '3'}))).not.toThrow()
})

it('names everything that is wrong at once', () => {
  const inputs = {'role-to-assume': 'admin', 'older-than': 'yesterday', 'dry-run': 'maybe'}
  const read = (): unknown => readSweepInputs({}, given(inputs))
  expect(read).toThrow(InputErrors)
  expect(read).toThrow(/'older-than': "yesterday" is not allowed; expected .* or 0/)
  for (const name of ['role-to-assume', 'dry-run', 'aws-region']) expect(read).toThrow(`Input '${name}'`)
})
