import {appendFileSync, mkdtempSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {beforeEach, expect, it} from '@jest/globals'
import {openLedger, reopenLedger, type Ledger} from '../../src/cleanup/ledger.ts'

let ledger: Ledger
beforeEach(() => {
  ledger = openLedger(mkdtempSync(path.join(tmpdir(), 'ledger-')), 'bake')
})

it('is readable by its user alone', () => {
  ledger.made('image', 'ami-1')
  expect(statSync(ledger.folder).mode & 0o777).toBe(0o700)
  expect(statSync(path.join(ledger.folder, 'ledger.jsonl')).mode & 0o777).toBe(0o600)
})

it('lists what was made and not released', () => {
  ledger.made('image', 'ami-1')
  ledger.made('snapshot', 'snap-1')
  ledger.made('instance', 'i-1')
  ledger.release([
    {type: 'image', id: 'ami-1'},
    {type: 'snapshot', id: 'snap-1'}
  ])
  expect(ledger.resources).toEqual([{type: 'instance', id: 'i-1'}])
  expect(ledger.released.map(({id}) => id)).toEqual(['ami-1', 'snap-1'])
})

it('knows of a create whose answer never came', () => {
  ledger.intend('instance', 'token')
  expect(ledger.hasOpenIntents).toBe(true)
  ledger.made('instance', 'i-1', 'token')
  expect(ledger.hasOpenIntents).toBe(false)
})

it('can be read by another process after a kill in the middle of a line', () => {
  ledger.made('instance', 'i-1')
  appendFileSync(path.join(ledger.folder, 'ledger.jsonl'), '{"made":"ima')
  expect(openLedger(ledger.folder).resources).toEqual([{type: 'instance', id: 'i-1'}])
})

it('adds up what every run of Packer announced', () => {
  const name = (n: number): string => `packer_6740f1a0-1111-2222-3333-44445555666${n}`
  for (const n of [1, 2]) {
    writeFileSync(
      ledger.nextPackerRun().output,
      `1,,ui,say,==> amazon-ebs.jenkins: Creating temporary keypair: ${name(n)}\n`
    )
  }
  expect(ledger.announced.keyPairs).toEqual([name(1), name(2)])
})

it('goes on after a line that a kill has cut short', () => {
  ledger.made('instance', 'i-1')
  appendFileSync(path.join(ledger.folder, 'ledger.jsonl'), '\n{"made":"image","id":"ami-')
  const later = openLedger(ledger.folder)
  later.made('image', 'ami-2')
  expect(later.resources.map(({id}) => id)).toEqual(['i-1', 'ami-2'])
  expect(later.unreadableLines).toBe(1)
  // What the cut line was about may exist.
  expect(later.hasOpenIntents).toBe(true)
})

it.each([
  '{"made":"image","id":"ami-*"}',
  '{"made":"everything","id":"i-1"}',
  '{"made":"image","id":["ami-1"]}',
  '{"packer":{"pid":-1,"startTime":"1"}}',
  '{"packer":{"pid":1,"startTime":"1"}}',
  '{"began":"long ago"}',
  'null',
  '[]',
  '\u0000\u0000'
])('takes nothing from a line that is not of its own form: %s', (line) => {
  appendFileSync(path.join(ledger.folder, 'ledger.jsonl'), `${line}\n`)
  expect(ledger.resources).toEqual([])
  expect(ledger.packerProcesses).toEqual([])
  expect(ledger.unreadableLines).toBe(1)
})

it('knows when its bake began although nothing is left of it', () => {
  const began = new Date('2026-11-22T12:00:00Z')
  const folder = path.join(ledger.folder, 'lost')
  const lost = reopenLedger(folder, began)
  expect(lost.isEmpty).toBe(true)
  expect(lost.began).toEqual(began)
})

it('begins when AWS says that it does, and not by the runner’s clock', () => {
  const began = new Date('2026-11-22T12:00:00Z')
  ledger.begin(began)
  expect(ledger.began).toEqual(began)
  expect(openLedger(ledger.folder).began).toEqual(began)
})

it('remembers in which region something is', () => {
  ledger.made('image', 'ami-1', undefined, 'eu-west-1')
  expect(ledger.resources).toEqual([{type: 'image', id: 'ami-1', region: 'eu-west-1'}])
})
