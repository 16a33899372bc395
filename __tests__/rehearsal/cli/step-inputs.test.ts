import {expect, it} from '@jest/globals'
import {stepInputs} from '../../../rehearsal/cli/step-inputs.ts'

const defaults = new Map([
  ['smoke-test', 'true'],
  ['volume-size', '']
])
const from = (given: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) => stepInputs(given, defaults, env)

it('passes on what was given, and no defaults', () => {
  expect(from({'smoke-test': 'true', 'volume-size': '20', machines: ''})).toEqual({
    driver: 'best',
    inputs: {'volume-size': '20'},
    actionEnv: {},
    leftOut: []
  })
})

it('leaves out what names something in an account', () => {
  const given = {'role-to-assume': 'arn:aws:iam::1:role/x', 'aws-region': 'eu-west-1', 'source-ami': 'ami-0a'}
  expect(from(given)).toMatchObject({inputs: {}, leftOut: ['role-to-assume', 'aws-region', 'source-ami']})
  expect(from({'source-ami': 'resolve:ssm:/base'})).toMatchObject({inputs: {}, leftOut: ['source-ami']})
})

it.each([
  ['ubuntu-24.04', '', {driver: 'best', base: 'ubuntu-24.04', inputs: {}}],
  ['ubuntu-24.04', 'real', {driver: 'nspawn', base: 'ubuntu-24.04', inputs: {}}],
  ['ubuntu-24.04', 'light', {driver: 'light', inputs: {'source-ami': 'ubuntu-24.04'}}],
  ['al2023', '', {driver: 'light', inputs: {'source-ami': 'al2023'}}]
])('bakes on %s, with machines "%s"', (source, machines, expected) => {
  expect(from({'source-ami': source, machines})).toMatchObject(expected)
})

it('takes light machines for another processor', () => {
  expect(from({architecture: 'arm64'}).driver).toBe('light')
  expect(() => from({architecture: 'arm64', machines: 'real'})).toThrow('real ones are of the architecture x86_64')
})

it.each([
  [{RUNNER_ENVIRONMENT: 'self-hosted'}, 'light', 'nspawn'],
  [{RUNNER_ENVIRONMENT: 'github-hosted', RUNNER_ARCH: 'ARM64'}, 'light', 'nspawn'],
  [{RUNNER_ENVIRONMENT: 'github-hosted', RUNNER_OS: 'macOS'}, 'light', 'nspawn'],
  [{RUNNER_ENVIRONMENT: 'github-hosted', RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64'}, 'best', 'nspawn']
])('takes root on %j only where that is usual, or asked for', (env, unasked, asked) => {
  const source = {'source-ami': 'ubuntu-24.04'}
  expect(from({...source, machines: ''}, env).driver).toBe(unasked)
  expect(from({...source, machines: 'real'}, env).driver).toBe(asked)
})

it('leaves out the way over Session Manager, which needs a profile of the account', () => {
  expect(from({'connect-via': 'session-manager', 'instance-profile': 'x'})).toMatchObject({
    inputs: {},
    leftOut: ['connect-via', 'instance-profile']
  })
  expect(from({'connect-via': 'private-ip'}).inputs).toEqual({'connect-via': 'private-ip'})
})

it('knows two kinds of machines', () => {
  expect(() => from({machines: 'nspawn'})).toThrow('Input \'machines\': "nspawn" is not allowed')
})

it('hands the variables to the action that the template reads', () => {
  expect(from({'template-env': 'TEAM\nNONE'}, {TEAM: 'ci', OTHER: 'x'}).actionEnv).toEqual({TEAM: 'ci'})
})
