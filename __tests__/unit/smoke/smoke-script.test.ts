import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, it, jest} from '@jest/globals'
import {runSmokeScript} from '../../../src/smoke/smoke-script.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'smoke-script-'))
afterAll(() => rmSync(folder, {recursive: true}))
const about = {
  instance: {id: 'i-1', address: '192.0.2.1', instanceType: 't3.medium'},
  version: '2.568.2',
  imageId: 'ami-1'
}
const env = {PATH: process.env['PATH'] ?? ''}

async function ran(
  lines: string,
  {timeoutMs = 60_000, signal = new AbortController().signal, onStart = (): void => undefined} = {}
) {
  const path = join(folder, 'check.sh')
  writeFileSync(path, `#!/bin/sh\n${lines}\n`)
  chmodSync(path, 0o755)
  const log = recordingLog()
  const leaders: number[] = []
  const script = {path, env, timeoutMs, onStart: ({pid}: {pid: number}) => (leaders.push(pid), onStart())}
  const failure = await runSmokeScript(script, about, log, signal)
  return {failure, log: log.lines.join('\n'), leaders}
}

it('is content with a script that ends with 0, and tells it where Jenkins is', async () => {
  const {failure, log, leaders} = await ran('echo "$JENKINS_URL $JENKINS_VERSION $AMI_ID"; echo "${GITHUB_TOKEN-none}"')
  expect(failure).toBeUndefined()
  expect(log).toContain('http://192.0.2.1:8080/ 2.568.2 ami-1')
  expect(log).toContain('none')
  expect(leaders).toHaveLength(1)
})

it('says every half minute that a script is still running', async () => {
  jest.useFakeTimers({doNotFake: ['nextTick', 'setTimeout', 'clearTimeout', 'setImmediate', 'queueMicrotask']})
  try {
    let running: ReturnType<typeof ran> | undefined
    await new Promise<void>((resolve) => {
      running = ran('until [ -e "$0.end" ]; do sleep 0.05; done', {onStart: resolve})
    })
    jest.advanceTimersByTime(61_000)
    writeFileSync(join(folder, 'check.sh.end'), '')
    const {log, failure} = (await running) ?? {}
    expect(failure).toBeUndefined()
    expect(log?.match(/The smoke-script is still running after (30|60) s of 60 s/g)).toHaveLength(2)
  } finally {
    jest.useRealTimers()
  }
})

it('says how a script ended that found something, and shows what it printed', async () => {
  const {failure} = await ran('echo "no agents" >&2; exit 3')
  expect(failure?.reason).toMatch(/^the smoke-script ended with 3\.\nWhat to change: /)
  expect(failure?.output).toBe('no agents')
})

it('ends one that takes too long, with what it has started', async () => {
  const {failure} = await ran('sleep 1000 & wait', {timeoutMs: 300})
  expect(failure?.reason).toContain("was ended after 0 s, the 'smoke-timeout'")
  expect(failure?.output).toBe('(the smoke-script has printed nothing)')
})

it('ends with the run', async () => {
  const controller = new AbortController()
  const running = ran('sleep 1000', {signal: controller.signal})
  controller.abort(new Error('the run was cancelled'))
  await expect(running).rejects.toThrow('the run was cancelled')
})
