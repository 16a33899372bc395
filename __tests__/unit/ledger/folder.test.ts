import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {clearFolder} from '../../../src/ledger/folder.ts'
import {openLedger} from '../../../src/ledger/ledger.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

function aFolder() {
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'clear-')), 'bake')
  const {output, errors} = ledger.nextPackerRun()
  for (const file of [output, errors, join(ledger.folder, 'variables.json')]) writeFileSync(file, 'x')
  mkdirSync(join(ledger.folder, 'files', 'casc'), {recursive: true})
  writeFileSync(join(ledger.folder, 'files', 'casc', 'jenkins.yaml'), 'x')
  return ledger
}

it('leaves a sweep what it reads, and nothing that may be secret', () => {
  const ledger = aFolder()
  clearFolder(ledger.folder, 'what may be secret', recordingLog())
  expect(readdirSync(ledger.folder).toSorted()).toEqual(['ledger.jsonl', 'packer-1.stdout'])
})

it('leaves nothing when nobody comes after it', () => {
  const {folder} = aFolder()
  clearFolder(folder, 'everything', recordingLog())
  expect(existsSync(folder)).toBe(false)
})

it('removes a link and not what it leads to', () => {
  const {folder} = aFolder()
  const other = mkdtempSync(join(tmpdir(), 'others-'))
  writeFileSync(join(other, 'file'), 'theirs')
  symlinkSync(other, join(folder, 'link'))
  clearFolder(folder, 'everything', recordingLog())
  expect(readFileSync(join(other, 'file'), 'utf8')).toBe('theirs')
})

it.each(['everything', 'what may be secret'] as const)('has nothing to do in a folder that is gone (%s)', (what) => {
  const log = recordingLog()
  clearFolder(join(tmpdir(), 'there-is-no-such-folder'), what, log)
  expect(log.lines).toEqual([])
})

it('says what it could not remove', () => {
  const log = recordingLog()
  clearFolder(`${join(tmpdir(), 'x')}\0`, 'everything', log)
  expect(log.lines.join('\n')).toMatch(
    /The temporary folder .* could not be emptied: .*Values of the template's variables/
  )
})
