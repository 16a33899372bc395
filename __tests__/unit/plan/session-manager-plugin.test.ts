import {chmodSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {noteSessionManagerPlugin} from '../../../src/plan/session-manager-plugin.ts'
import {identify, processRuns} from '../../../src/lib/processes.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const never = new AbortController().signal

/** @param script what the plugin on PATH does; without one there is none */
async function noted(script?: string, limitMs?: number): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'))
  if (script !== undefined) {
    const file = join(folder, 'session-manager-plugin')
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
  }
  const path = process.env['PATH']
  process.env['PATH'] = `${folder}:/usr/bin:/bin`
  try {
    const log = recordingLog()
    await noteSessionManagerPlugin(log, process.env, never, limitMs)
    return log.lines
  } finally {
    process.env['PATH'] = path
  }
}

it.each([
  ['1.2.707.0', 'session-manager-plugin 1.2.707.0'],
  [
    '1.2.764.0',
    'session-manager-plugin 1.2.764.0: it needs ssmmessages:OpenDataChannel, which iam/session-manager-permissions.json allows'
  ],
  [
    '1.10.0.0',
    'session-manager-plugin 1.10.0.0: it needs ssmmessages:OpenDataChannel, which iam/session-manager-permissions.json allows'
  ]
])('names the version %s, and what it needs', async (version, line) => {
  expect(await noted(`echo ${version}`)).toEqual([line])
})

it('warns of a program that tells no version', async () => {
  expect(await noted('echo what? >&2; exit 3')).toEqual([
    'warning: session-manager-plugin does not report its version: it printed "what?"'
  ])
})

it('reads the beginning of an output that does not end', async () => {
  expect(await noted('yes')).toEqual([
    expect.stringMatching(/^warning: session-manager-plugin does not report its version: it printed "(y\\n){99}/)
  ])
})

it('ends a plugin that hangs', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'plugin-')), 'pid')
  expect(await noted(`echo $$ >${file}; exec sleep 600`, 500)).toEqual([
    expect.stringMatching(/^warning: session-manager-plugin could not be asked for its version: .*The time is up$/)
  ])
  const plugin = identify(Number(readFileSync(file, 'utf8')))
  expect(plugin && processRuns(plugin)).toBeFalsy()
})

it('warns when there is none', async () => {
  expect(await noted()).toEqual([
    expect.stringMatching(/^warning: session-manager-plugin could not be asked for its version: Unable to locate/)
  ])
})
