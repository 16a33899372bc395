import {chmodSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {groupRuns, type ProcessIdentity} from '../../../src/lib/processes.ts'
import {runCommand, type RunOptions} from '../../../src/lib/run-command.ts'

const never = new AbortController().signal

/** Runs a shell script in the place of Packer. */
function run(script: string, options: Partial<RunOptions> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'run-')), 'packer-stand-in')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  const started: ProcessIdentity[] = []
  const onStart = (leader: ProcessIdentity): void => void started.push(leader)
  const env = {PATH: process.env['PATH'] ?? ''}
  const result = runCommand(file, ['a', 'b'], {env, signal: never, onStart, ...options})
  return {result, leader: () => started[0]?.pid ?? 0}
}

it('returns what a command says, and how it ends', async () => {
  const {result} = run('cat; echo "$@"; echo no >&2; exit 3')
  expect(await result).toEqual({code: 3, timedOut: false, stdout: 'a b\n', stderr: 'no\n'})
})

it('cannot run what is not there', async () => {
  const running = runCommand('/absent/packer', [], {env: {}, signal: never})
  await expect(running).rejects.toThrow('/absent/packer could not be started')
})

/** As Packer is: a wrapper that ignores what it is sent, and a child that nobody tells. */
const wrapper = 'trap "" INT TERM; sleep 100 & wait'

it('ends the wrapper and its child when it is aborted', async () => {
  const cancel = new AbortController()
  const {result, leader} = run(wrapper, {signal: cancel.signal})
  expect(groupRuns(leader())).toBe(true)
  cancel.abort(new Error('cancelled here'))
  await expect(result).rejects.toThrow('cancelled here')
  expect(groupRuns(leader())).toBe(false)
})

it('ends them when their time is up, and says so', async () => {
  const {result, leader} = run(`echo begun; ${wrapper}`, {timeout: 300})
  expect(await result).toEqual({code: undefined, timedOut: true, stdout: 'begun\n', stderr: ''})
  expect(groupRuns(leader())).toBe(false)
})

it('ends what outlives the command, and waits for nobody who has left its group and holds its output', async () => {
  const {result, leader} = run('sleep 100 & setsid sleep 140 & echo $!')
  const {code, stdout} = await result
  process.kill(Number(stdout))
  expect(code).toBe(0)
  expect(groupRuns(leader())).toBe(false)
})

it('keeps the beginning and the end of a long output', async () => {
  const {stdout} = await run('echo first; seq 1 2000000; echo last').result
  expect(stdout.length).toBeLessThan(270_000)
  expect(stdout).toMatch(/^first\n1\n2\n/)
  expect(stdout).toMatch(/\n2000000\nlast\n$/)
})
