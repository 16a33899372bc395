import {existsSync} from 'node:fs'
import {readFile, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {parseFault} from '../../../rehearsal/cloud/faults/fault.ts'
import {zipOf} from '../../../rehearsal/host/zip.ts'
import type {LogLine} from '../../../rehearsal/runner/log.ts'
import {rehearse} from '../../../rehearsal/trials/rehearse.ts'
import {type RehearseOptions} from '../../../rehearsal/trials/rehearse-options.ts'
import {scratchFolder, writeAction} from '../runner/throw-away-action.ts'
import {writePacker} from '../host/packers/fake-programs.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
let packer: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  scratch = await scratchFolder()
  packer = await writePacker(join(scratch.folder, 'bin/packer'), '1.16.0')
  env = {PATH: process.env['PATH'], HOME: scratch.folder, INIT_CWD: scratch.folder}
})
afterAll(() => scratch.remove())

const ownInputs = [
  'aws-region',
  'role-to-assume',
  'source-ami',
  'allowed-cidrs',
  'jenkins-repository-url',
  'jenkins-update-center-url',
  'smoke-timeout'
]
const inputs = `{${[...ownInputs, 'packer-version', 'deregister'].map((name) => `${name}: {}`).join(', ')}}`

/** Asks for an OIDC token, as the action does first. */
const getToken = `
const getToken = () => fetch(process.env.ACTIONS_ID_TOKEN_REQUEST_URL + '&audience=sts.amazonaws.com', {
  headers: {authorization: 'Bearer ' + process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}
});`

async function rehearseWith(main: string, options: RehearseOptions = {}, post = "console.log('post ran')") {
  const action = await writeAction(scratch.folder, {main: getToken + main, post, inputs})
  return rehearse({action, packer, env, folder: join(scratch.folder, 'run'), ...options})
}

it('runs the action with the inputs of a rehearsal and reports on it', async () => {
  const main = `
    console.log('::group::Credentials');
    getToken().then(() => {
      console.log('::endgroup::');
      console.log(JSON.stringify(Object.keys(process.env).filter((name) => name.startsWith('INPUT_') && process.env[name] !== '')));
      require('fs').appendFileSync(process.env.GITHUB_OUTPUT, 'verdict=verified\\n');
      require('fs').appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Summary\\n');
    })`
  const lines: LogLine[] = []
  const report = await rehearseWith(main, {onLine: (line) => lines.push(line), inputs: {deregister: 'always'}})
  expect(report).toEqual({
    exitCode: 0,
    seconds: expect.any(Number),
    driver: 'light',
    base: null,
    whyLight: null,
    packer: {version: '1.16.0', source: expect.stringContaining(packer)},
    jenkins: {version: '2.568.2', standIn: true, file: null, plugins: null},
    outputs: {verdict: 'verified'},
    phases: [{name: 'Credentials', seconds: expect.any(Number)}],
    calls: [{n: 1, service: 'oidc', action: 'GetIdToken', status: 200, errorCode: null, by: expect.any(String)}],
    leftovers: [],
    summaryFile: expect.any(String),
    logFile: expect.any(String),
    again: [],
    beside: []
  })
  expect(lines.map(({text}) => text)).toContain('post ran')
  expect(await readFile(report.logFile, 'utf8')).toContain('##[group]Credentials\n')
  expect(await readFile(report.summaryFile, 'utf8')).toBe('# Summary\n')
  const given: string[] = JSON.parse(lines.find(({text}) => text.startsWith('['))?.text ?? '[]')
  expect(given.toSorted()).toEqual(
    [...ownInputs, 'packer-version', 'deregister'].map((name) => `INPUT_${name.toUpperCase()}`).toSorted()
  )
})

it('keeps the log and the summary only, where it was given no folder', async () => {
  const action = await writeAction(scratch.folder, {main: '', inputs})
  const {logFile, summaryFile} = await rehearse({action, packer, env})
  expect(existsSync(logFile) && existsSync(summaryFile)).toBe(true)
  await rm(dirname(logFile), {recursive: true})
})

const untilEnded = 'getToken().then(() => setInterval(() => {}, 1000));'

it('begins the cancel sequence at a call', async () => {
  const report = await rehearseWith(`process.on('SIGINT', () => process.exit(9)); ${untilEnded}`, {
    cancelAt: 'GetIdToken'
  })
  expect(report.exitCode).toBe(9)
  expect(await readFile(report.logFile, 'utf8')).toBe('post ran\n')
})

it('kills at a call, the nth of its name', async () => {
  const main = `process.on('SIGTERM', () => {}); getToken().then(() => console.log('first')).then(getToken).then(() => setInterval(() => {}, 1000))`
  const report = await rehearseWith(main, {killAt: 'GetIdToken#2'})
  expect(report.exitCode).toBe(137)
  expect(await readFile(report.logFile, 'utf8')).toBe('first\npost ran\n')
})

it('is lost at a call: whatever it runs ends, and post does not run', async () => {
  const main = `require('child_process').spawn('sleep', ['60'], {detached: true, stdio: 'ignore'}); ${untilEnded}`
  const report = await rehearseWith(main, {loseAt: 'GetIdToken'})
  expect(report).toMatchObject({exitCode: 137, leftovers: []})
  expect(await readFile(report.logFile, 'utf8')).toBe('')
})

it('kills when a call has been answered', async () => {
  const main = `getToken().then((answer) => answer.text()).then(() => setInterval(() => {}, 1000))`
  const report = await rehearseWith(main, {killAt: 'GetIdToken:after'})
  expect(report).toMatchObject({exitCode: 137, calls: [{action: 'GetIdToken', status: 200}]})
})

it('has the cloud fail where it is told to', async () => {
  const report = await rehearseWith('getToken()', {faults: [parseFault('GetIdToken=unavailable')]})
  expect(report.calls).toMatchObject([{action: 'GetIdToken', status: 503}])
})

it('is cancelled by its own signal too', async () => {
  const stop = new AbortController()
  const main = `process.on('SIGINT', () => process.exit(9)); ${untilEnded}`
  expect((await rehearseWith(main, {signal: stop.signal, onCall: () => stop.abort()})).exitCode).toBe(9)
})

it('says so when the call never came', async () => {
  const said: string[] = []
  await rehearseWith('', {killAt: 'RunInstances#2', progress: (sentence) => said.push(sentence)})
  expect(said).toContain('There was no kill: RunInstances#2 never arrived')
})

it('is red when a process is left, although the action succeeded', async () => {
  const report = await rehearseWith(
    "require('child_process').spawn('sleep', ['60'], {detached: true, stdio: 'ignore'}).unref()"
  )
  expect(report.exitCode).toBe(1)
  expect(report.leftovers).toEqual([{type: 'process', id: expect.stringMatching(/^\d+ \(sleep 60\)$/)}])
})

it.each<[string, RehearseOptions, string]>([
  ['real credentials', {env: {AWS_ACCESS_KEY_ID: 'AKIA', AWS_PROFILE: 'p'}}, 'AWS_ACCESS_KEY_ID, AWS_PROFILE are set'],
  ['an OIDC token', {env: {ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't'}}, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN is set'],
  [
    'an unknown input',
    {inputs: {'ami-prefix': 'x'}},
    'The action has no input ami-prefix. Its inputs are: aws-region, '
  ],
  ['a package that is not there', {driver: 'nspawn', jenkinsPackage: '/j/jenkins.deb'}, 'there is no such file'],
  ['an .rpm', {driver: 'nspawn', jenkinsPackage: '/j/jenkins.rpm'}, 'an .rpm is for Amazon Linux'],
  [
    'a real Jenkins that is to fail',
    {driver: 'nspawn', jenkins: 'port-taken', jenkinsPackage: '/j/jenkins.deb'},
    '--jenkins port-taken: only the stand-in'
  ],
  ['a call that does not exist', {cancelAt: 'RunInstance'}, '"RunInstance" is no call'],
  ['a call number of nought', {killAt: 'RunInstances#0'}, '"RunInstances#0" is no call']
])('does not start with %s', async (_, options, message) => {
  await expect(rehearseWith('', options)).rejects.toThrow(message)
})

it('refuses a package for light machines, and takes no notice of the environment’s', async () => {
  const jenkinsPackage = join(scratch.folder, 'jenkins.war')
  await writeFile(
    jenkinsPackage,
    zipOf([{name: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\r\nJenkins-Version: 2.570\r\n'}])
  )
  await expect(rehearseWith('', {driver: 'light', jenkinsPackage})).rejects.toThrow(
    '--jenkins-package: light machines install nothing. Use --driver nspawn'
  )
  const named = {...env, REHEARSAL_JENKINS_PACKAGE: '/not/there.deb', REHEARSAL_JENKINS_PLUGINS: '/not/there'}
  const {jenkins} = await rehearseWith('', {driver: 'light', env: named})
  expect(jenkins).toEqual({version: '2.568.2', standIn: true, file: null, plugins: null})
})

it('says how to build what is missing', async () => {
  const action = await writeAction(scratch.folder, {main: '', post: '', inputs})
  await rm(join(action, 'post.cjs'))
  await expect(rehearse({action, packer, env})).rejects.toThrow('post.cjs is missing')
})
