import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {initPlugins} from '../../src/packer/init.ts'
import {UserError} from '../../src/report/errors.ts'
import {recordingLog} from '../credentials/stand-ins.ts'

let folder: string
let log: ReturnType<typeof recordingLog>
const signal = new AbortController().signal
const env = {PATH: process.env['PATH'] ?? ''}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'init-'))
  log = recordingLog()
})
afterEach(() => rm(folder, {recursive: true}))

/** A program in Packer's place that notes its arguments and environment. */
async function standIn(script: string, version = '1.16.0') {
  const file = path.join(folder, 'packer')
  await writeFile(file, `#!/bin/sh\necho "$@" >> ${folder}/arguments\nenv >> ${folder}/environment\n${script}\n`)
  await chmod(file, 0o755)
  return {path: file, version}
}
const noted = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => 'nothing')

it('runs packer init on the template, in the given environment only, and shows what it says', async () => {
  const packer = await standIn('echo Installed plugin amazon v1.8.2')
  await initPlugins(packer, '/templates/a template', {...env, ONLY: 'this'}, log, signal)
  expect(await noted('arguments')).toBe('init /templates/a template\n')
  expect(await noted('environment')).toContain('ONLY=this')
  expect(await noted('environment')).not.toContain('HOME=')
  expect(log.lines).toEqual(['Installed plugin amazon v1.8.2'])
})

it('says that all plugins are there when Packer is silent', async () => {
  await initPlugins(await standIn(''), '/t.pkr.hcl', env, log, signal)
  expect(log.lines).toEqual([expect.stringContaining('are installed')])
})

it.each([
  ['1.6.6', '/t.pkr.hcl', /Packer 1.6.6/],
  ['1.16.0', '/legacy.json', /legacy JSON/]
])('does not run it on Packer %s with %s', async (version, template, said) => {
  await initPlugins(await standIn('', version), template, env, log, signal)
  expect(await noted('arguments')).toBe('nothing')
  expect(log.lines).toEqual([expect.stringMatching(said)])
})

it('runs it on HCL2 in JSON', async () => {
  await initPlugins(await standIn(''), '/t.pkr.json', env, log, signal)
  expect(await noted('arguments')).toBe('init /t.pkr.json\n')
})

it('fails with the last lines and advice', async () => {
  const packer = await standIn('seq 1 40; echo "Failed getting the amazon plugin" >&2; exit 1')
  const failure = initPlugins(packer, '/t.pkr.hcl', env, log, signal)
  await expect(failure).rejects.toThrow(UserError)
  await expect(failure).rejects.toThrow(
    /ended with 1.*said:\n27\n.*\n40\nFailed getting the amazon plugin\n.*PACKER_PLUGIN_PATH/s
  )
})

it("advises a token when GitHub's rate limit is met", async () => {
  const packer = await standIn('echo "403 API rate limit exceeded" >&2; exit 1')
  await expect(initPlugins(packer, '/t.pkr.hcl', env, log, signal)).rejects.toThrow(/PACKER_GITHUB_API_TOKEN/)
})

it('ends when it is aborted', async () => {
  const cancel = new AbortController()
  const packer = await standIn('exec sleep 60')
  const running = initPlugins(packer, '/t.pkr.hcl', env, log, cancel.signal)
  cancel.abort(new Error('cancelled here'))
  await expect(running).rejects.toThrow('cancelled here')
})
