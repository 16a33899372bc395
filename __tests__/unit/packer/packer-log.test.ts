import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {showPackerLog} from '../../../src/packer/packer-log.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const file = join(mkdtempSync(join(tmpdir(), 'packer-log-')), 'stderr')
writeFileSync(file, '2026/11/26 10:00:00 [INFO] Packer version: 1.16.0\n[DEBUG] two\n')

it.each<[string, Record<string, string>, RegExp]>([
  ['is shown where it is asked for', {PACKER_LOG: '1'}, /packer log .*Packer version: 1\.16\.0[\s\S]*two/],
  ['is shown at a level', {PACKER_LOG: 'TRACE'}, /Packer version/],
  ['is not shown where it is not', {}, /^$/],
  ['is not shown where it is switched off', {PACKER_LOG: '0'}, /^$/],
  ['is not shown where it goes into a file', {PACKER_LOG: '1', PACKER_LOG_PATH: 'packer.log'}, /^$/]
])('Packer’s own log %s', async (_, environment, shown) => {
  const log = recordingLog()
  await showPackerLog(file, environment, log, AbortSignal.abort())
  expect(log.lines.join('\n')).toMatch(shown)
})

it('is no reason to fail where the file is gone', async () => {
  await showPackerLog(`${file}.gone`, {PACKER_LOG: '1'}, recordingLog(), AbortSignal.abort())
})
