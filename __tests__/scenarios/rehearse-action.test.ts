import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {afterEach, expect, it} from '@jest/globals'
import {parse} from 'yaml'

const root = join(import.meta.dirname, '../..')
const action = parse(readFileSync(join(root, 'rehearse/action.yml'), 'utf8')) as {
  inputs: Record<string, {default?: string}>
  runs: {steps: {id?: string; run?: string}[]}
}

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, {recursive: true})))

/** Runs the action's last step as the runner does, in a workspace with a script. */
async function rehearsed(given: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'rehearse-action-'))
  folders.push(folder)
  const files = {output: join(folder, 'output'), summary: join(folder, 'summary')}
  Object.values(files).forEach((file) => writeFileSync(file, ''))
  writeFileSync(join(folder, 'setup.sh'), '#!/bin/sh\necho set up\n', {mode: 0o755})
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ''])
  const child = spawn('bash', ['-e', '-c', action.runs.steps.at(-1)?.run ?? ''], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: folder,
      // As in a job that may bake.
      ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/token',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'token',
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      INPUTS: JSON.stringify({...Object.fromEntries(defaults), ...given})
    },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [log, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>])
  return {
    exitCode,
    log,
    outputs: readFileSync(files.output, 'utf8'),
    summary: readFileSync(files.summary, 'utf8')
  }
}

it('rehearses a bake with the inputs of a workflow that bakes in an account', async () => {
  const {exitCode, log, outputs, summary} = await rehearsed({
    'aws-region': 'eu-west-1',
    'role-to-assume': 'arn:aws:iam::123456789012:role/bake',
    'setup-script': 'setup.sh',
    machines: 'light'
  })
  expect(exitCode).toBe(0)
  expect(log).toContain('::notice::The rehearsal does without aws-region, role-to-assume: a local cloud stands in')
  expect(log).toMatch(/::group::Build\n[\s\S]*::endgroup::/)
  expect(outputs).toMatch(/ami-id<<(\S+)\nami-[0-9a-f]{17}\n\1/)
  expect(outputs).toMatch(/verdict<<(\S+)\nverified\n\1/)
  expect(summary).toMatch(/^> A rehearsal without AWS[\s\S]*## ✅ Image verified[\s\S]*Leftovers {2}none/)
})

it('shows an error with all its lines, and fails the step', async () => {
  const {exitCode, log} = await rehearsed({'java-version': '12', 'volume-size': 'x', machines: 'light'})
  expect(exitCode).toBe(1)
  expect(log).toMatch(/::error::Input '[^']+': [^\n]*%0AInput '/)
})
