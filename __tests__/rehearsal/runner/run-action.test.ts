import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import type {LogLine} from '../../../rehearsal/runner/log.ts'
import {runAction, type RunActionOptions} from '../../../rehearsal/runner/run-action.ts'
import {scratchFolder, writeAction} from './throw-away-action.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>

beforeAll(async () => {
  scratch = await scratchFolder()
})
afterAll(() => scratch.remove())

async function run(
  scripts: {main: string; post?: string; inputs?: string},
  options: Omit<RunActionOptions, 'action'> = {}
) {
  const action = await writeAction(scratch.folder, scripts)
  return runAction({action, parentFolder: scratch.folder, ...options})
}

/** An AbortSignal that aborts when the log shows `text`. */
function whenShown(text: string) {
  const controller = new AbortController()
  const onLine = (line: LogLine) => {
    if (line.text === text) controller.abort()
  }
  return {signal: controller.signal, onLine}
}

const write = (variable: string, text: string) =>
  `require('fs').appendFileSync(process.env.${variable}, ${JSON.stringify(text)});`
const show = (expression: string) => `console.log(JSON.stringify(${expression}));`
const spawn = (env: string) =>
  `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {detached: true, stdio: 'ignore', env: ${env}}).unref();`
const stayAlive = 'setInterval(() => {}, 1000);'

it('hands over inputs, context and OIDC variables, and nothing of the environment around it', async () => {
  process.env['AWS_PROFILE'] = 'ambient'
  const result = await run(
    {
      inputs: '{a-b: {default: x}, "c d": {default: 5}, empty: {}}',
      main: show(
        `[...['INPUT_A-B','INPUT_C_D','INPUT_EMPTY','GITHUB_REPOSITORY','GITHUB_RUN_ID','EXTRA','AWS_PROFILE',
        'ACTIONS_ID_TOKEN_REQUEST_TOKEN'].map(name => process.env[name] ?? null), process.cwd() === process.env.GITHUB_WORKSPACE]`
      )
    },
    {
      inputs: {'a-b': 'given'},
      env: {EXTRA: 'e'},
      context: {GITHUB_RUN_ID: '7'},
      oidc: {requestUrl: 'http://127.0.0.1/?x=y', requestToken: 't'}
    }
  )
  delete process.env['AWS_PROFILE']
  expect(JSON.parse(result.log)).toEqual(['given', '5', '', 'example-org/jenkins-images', '7', 'e', null, 't', true])
  expect(result).toMatchObject({exitCode: 0, mainExitCode: 0, conclusion: 'success', leftover: []})
  expect(result).not.toHaveProperty('postExitCode')
})

it('hands state, environment and path from main to post, and collects outputs and both summaries', async () => {
  const result = await run(
    {
      main:
        write('GITHUB_STATE', 'key=v\n') +
        write('GITHUB_ENV', 'E<<X\n1\n2\nX\n') +
        write('GITHUB_PATH', '/added\n') +
        write('GITHUB_OUTPUT', 'out=hush\n') +
        "console.log('::add-mask::hush');" +
        write('GITHUB_STEP_SUMMARY', '# hush\n'),
      post:
        show("[process.env.STATE_key, process.env.E, process.env.PATH.split(':')[0], process.env.GITHUB_OUTPUT]") +
        write('GITHUB_STEP_SUMMARY', 'post\n') +
        "console.log('hush')"
    },
    {}
  )
  const [first = '', second] = result.log.split('\n')
  expect(JSON.parse(first)).toEqual(['v', '1\n2', '/added', expect.stringContaining(result.folder)])
  expect(second).toBe('***')
  expect(result.outputs).toEqual({out: 'hush'})
  expect(result.masks).toEqual(['hush'])
  expect(await readFile(result.summaryFile, 'utf8')).toBe('# ***\npost\n')
})

it('fails when main or post fails, and runs post after a failed main', async () => {
  const result = await run({main: 'process.exit(3)', post: "console.log('post ran')"})
  expect(result).toMatchObject({mainExitCode: 3, postExitCode: 0, exitCode: 3, conclusion: 'failure'})
  expect(result.log).toBe('post ran\n')
  expect(await run({main: '', post: 'process.exit(4)'})).toMatchObject({exitCode: 4, conclusion: 'failure'})
})

it('sends SIGINT, then SIGTERM, then SIGKILL, each after its time, and runs post', async () => {
  const waits: number[] = []
  let heard: (() => void) | undefined
  const result = await run(
    {
      main: `for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => console.log(s)); ${stayAlive} console.log('ready');`,
      post: "console.log('post ran')"
    },
    {
      ...cancelWhenReady((line) => line.text.startsWith('SIG') && heard?.()),
      wait(ms, signal) {
        waits.push(ms)
        return new Promise((resolve) => {
          heard = resolve
          signal.addEventListener('abort', () => resolve())
        })
      }
    }
  )
  expect(result.log).toBe('ready\nSIGINT\nSIGTERM\npost ran\n')
  expect(waits.slice(0, 2)).toEqual([7500, 2500])
  expect(result).toMatchObject({mainExitCode: 137, postExitCode: 0, exitCode: 137, conclusion: 'cancelled'})
})

function cancelWhenReady(alsoOnLine: (line: LogLine) => unknown) {
  const {signal, onLine} = whenShown('ready')
  return {
    cancel: signal,
    onLine(line: LogLine) {
      onLine(line)
      alsoOnLine(line)
    }
  }
}

it('is cancelled also when main ends well after SIGINT', async () => {
  const {signal, onLine} = whenShown('ready')
  const main = `process.on('SIGINT', () => { ${write('GITHUB_OUTPUT', 'late=1\n')} process.exit(0) }); ${stayAlive} console.log('ready')`
  const result = await run({main}, {cancel: signal, onLine})
  expect(result).toMatchObject({mainExitCode: 0, exitCode: 1, conclusion: 'cancelled', outputs: {late: '1'}})
})

it('reaches no main in a container, which lives on beside post and is heard no more', async () => {
  const {signal, onLine} = whenShown('ready')
  const main =
    write('GITHUB_STATE', 'id=7\n') +
    "for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => console.log(s));" +
    "setInterval(() => console.log('main'), 5); console.log('ready')"
  // Post ends when main has had the time to say more.
  const post = "console.log(process.env.STATE_id); setTimeout(() => console.log('post ends'), 100)"
  const result = await run({main, post}, {cancel: signal, onLine, container: true})
  expect(result).toMatchObject({mainExitCode: 130, postExitCode: 0, conclusion: 'cancelled'})
  expect(result.log).not.toContain('SIGINT')
  expect(result.lines.filter(({stage}) => stage === 'post').map(({text}) => text)).toEqual(['7', 'post ends'])
  expect(result.lines.slice(-2).map(({stage}) => stage)).toEqual(['post', 'post'])
  expect(result.leftover).toHaveLength(1)
})

it('kills at once, and post still gets the state', async () => {
  const {signal, onLine} = whenShown('ready')
  const main = `${write('GITHUB_STATE', 'id=7\n')} ${stayAlive} process.on('SIGTERM', () => {}); console.log('ready')`
  const result = await run({main, post: 'console.log(process.env.STATE_id)'}, {kill: signal, onLine})
  expect(result).toMatchObject({mainExitCode: 137, exitCode: 137, conclusion: 'failure'})
  expect(result.lines.at(-1)).toMatchObject({stage: 'post', text: '7'})
})

it('names the processes that outlive post, one with a reduced environment too, and ends them', async () => {
  const result = await run({main: spawn('process.env') + spawn('{HOME: process.env.HOME}')})
  expect(result.leftover).toHaveLength(2)
  for (const {pid, command} of result.leftover) {
    expect(command).toContain('setInterval')
    expect(await stateOf(pid)).toMatch(/^[ZX]?$/u)
  }
})

/** The process's state letter; empty where it is gone. */
async function stateOf(pid: number): Promise<string> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const letter = stat.slice(stat.lastIndexOf(')') + 2)[0] ?? ''
    if (letter !== 'R' && letter !== 'S') return letter
  }
}

it('does not wait for ever for a child that holds the output of a main that is gone', async () => {
  const main = "require('child_process').spawn('sleep', ['60'], {stdio: 'inherit', detached: true}).unref()"
  const result = await run({main}, {wait: async () => undefined})
  expect(result.leftover.map(({command}) => command)).toEqual(['sleep 60'])
})

it('cannot start post with a state over 128 KiB', async () => {
  const main = "require('fs').appendFileSync(process.env.GITHUB_STATE, 'big=' + 'x'.repeat(140_000) + '\\n')"
  const result = await run({main, post: "console.log('post ran')"})
  expect(result.log).toContain('E2BIG')
  expect(result).toMatchObject({mainExitCode: 0, postExitCode: 1, conclusion: 'failure'})
})

it('drops a summary over 1 MiB and fails on a malformed output file', async () => {
  const main = `require('fs').writeFileSync(process.env.GITHUB_STEP_SUMMARY, 'x'.repeat(1024 * 1024 + 1)); ${write('GITHUB_OUTPUT', 'word\n')}`
  const result = await run({main})
  expect(result.summary).toBe('')
  expect(result.log).toContain('supports content up to a size of 1024k, got 1025k')
  expect(result.log).toContain("Invalid format 'word'")
  expect(result.conclusion).toBe('failure')
})

it('warns of an input that is not declared', async () => {
  const result = await run({main: '', inputs: '{a: {}}'}, {inputs: {b: '1'}})
  expect(result.annotations).toEqual([
    {stage: 'main', level: 'warning', message: "Unexpected input(s) 'b', valid inputs are ['a']"}
  ])
  expect(result.conclusion).toBe('success')
})

it('gives each run a folder of its own', async () => {
  const [one, two] = await Promise.all([run({main: ''}), run({main: ''})])
  expect(one.folder).not.toBe(two.folder)
  expect(existsSync(one.folder)).toBe(true)
})
