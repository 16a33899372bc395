import {expect, it} from '@jest/globals'
import {chooseDriver, type Behaviour, type DriverName} from '../../../rehearsal/trials/choose-driver.ts'
import type {BaseName} from '../../../rehearsal/machines/driver.ts'

interface Case {
  readonly wanted?: DriverName
  readonly behaviour?: Behaviour
  readonly base?: BaseName
  readonly installs?: string
  readonly needsProbes?: boolean
  readonly env?: NodeJS.ProcessEnv
  readonly reason?: string
}

const choose = ({wanted, behaviour = 'ready', base, installs, needsProbes = false, env = {}, reason}: Case) =>
  chooseDriver(wanted ?? 'best', {behaviour, base, installs, needsProbes, env, whyNot: async () => reason})

const selfHosted = {GITHUB_ACTIONS: 'true', RUNNER_ENVIRONMENT: 'self-hosted'}
const hosted = {GITHUB_ACTIONS: 'true', RUNNER_ENVIRONMENT: 'github-hosted'}

it.each<[string, Case, DriverName]>([
  ['real machines where this host can run them', {}, 'nspawn'],
  ['real machines on a runner of GitHub’s own', {env: hosted}, 'nspawn'],
  ['real machines on a self-hosted runner, when they are named', {env: selfHosted, wanted: 'nspawn'}, 'nspawn'],
  ['light ones when they are named', {wanted: 'light'}, 'light'],
  ['real ones for a failure that only the package has', {behaviour: 'port-taken'}, 'nspawn'],
  ['real ones for a system, which only they run', {base: 'ubuntu-24.04', env: selfHosted}, 'nspawn'],
  ['real ones for a package, which only they install', {installs: '--jenkins-package', env: selfHosted}, 'nspawn'],
  ['the same on a self-hosted runner, which was asked for it', {behaviour: 'port-taken', env: selfHosted}, 'nspawn']
])('takes %s', async (_, asked, driver) => {
  expect(await choose(asked)).toEqual({driver})
})

it.each<[string, Case, string]>([
  ['this host cannot run real ones', {reason: 'there is no overlay'}, 'there is no overlay'],
  [
    'the runner is somebody’s own',
    {env: selfHosted},
    'this is a self-hosted runner, where real ones run only with --driver nspawn'
  ],
  ['only they behave so', {behaviour: 'slow'}, 'only they have a Jenkins of the kind slow'],
  ['only they notice a probe', {needsProbes: true}, 'only they notice a Probe']
])('takes light machines and says why where %s', async (_, asked, whyLight) => {
  expect(await choose(asked)).toEqual({driver: 'light', whyLight})
})

it.each<[string, Case, string | RegExp]>([
  ['real machines that cannot be had', {wanted: 'nspawn', reason: 'no overlay'}, 'no overlay. Use --driver light'],
  [
    'a failure of the package where no real machine can be had',
    {behaviour: 'disk-full', reason: 'no overlay'},
    /no overlay\.$/
  ],
  [
    'a failure of the package on light machines',
    {wanted: 'light', behaviour: 'disk-full'},
    'They have ready, slow, boot-fail'
  ],
  [
    'a light Jenkins on real machines',
    {wanted: 'nspawn', behaviour: 'slow'},
    'They have ready, java-too-old, port-taken'
  ],
  ['a system where no real machine can be had', {base: 'ubuntu-24.04', reason: 'no overlay'}, /no overlay\.$/],
  ['a system on light machines', {wanted: 'light', base: 'ubuntu-24.04'}, 'light machines run no system at all'],
  [
    'a package on light machines',
    {wanted: 'light', installs: '--jenkins-package'},
    '--jenkins-package: light machines install nothing. Use --driver nspawn'
  ],
  [
    'a package where no real machine can be had',
    {installs: '--jenkins-package', reason: 'no overlay'},
    /^Real machines cannot be had here: no overlay\.$/
  ],
  ['a probe on real machines', {wanted: 'nspawn', needsProbes: true}, 'only light ones notice probes']
])('refuses %s', async (_, asked, message) => {
  await expect(choose(asked)).rejects.toThrow(message)
})
