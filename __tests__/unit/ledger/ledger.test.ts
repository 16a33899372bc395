import {readLedgerFile} from '../../../src/ledger/file.ts'
import {appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeEach, expect, it} from '@jest/globals'
import {openLedger, reopenLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {packerSays} from '../../helpers/packer-says.ts'

let ledger: Ledger
/** As post sees it. */
const reopened = (): Ledger => reopenLedger(ledger.folder, new Date())
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'ledger-')), 'bake')
})

it('is readable by its user alone', () => {
  ledger.made('image', 'ami-00000001')
  expect(statSync(ledger.folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(ledger.folder, 'ledger.jsonl')).mode & 0o777).toBe(0o600)
})

it('lists what was made and not released', () => {
  ledger.made('image', 'ami-00000001')
  ledger.made('snapshot', 'snap-00000001')
  ledger.made('instance', 'i-00000001')
  ledger.release([
    {type: 'image', id: 'ami-00000001'},
    {type: 'snapshot', id: 'snap-00000001'}
  ])
  expect(ledger.resources).toEqual([{type: 'instance', id: 'i-00000001'}])
  expect(ledger.released.map(({id}) => id)).toEqual(['ami-00000001', 'snap-00000001'])
})

it('knows of a create whose answer never came', () => {
  ledger.intend('instance', 'token')
  expect(ledger.hasOpenIntents).toBe(true)
  ledger.made('instance', 'i-00000001', 'token')
  expect(ledger.hasOpenIntents).toBe(false)
})

it('can be read by another process after a kill in the middle of a line', () => {
  ledger.made('instance', 'i-00000001')
  appendFileSync(join(ledger.folder, 'ledger.jsonl'), '{"made":"ima')
  expect(reopened().resources).toEqual([{type: 'instance', id: 'i-00000001'}])
})

const keyPair = (n: number): string => `packer_6740f1a0-1111-2222-3333-44445555666${n}`
const announcing = (n: number): string =>
  `1,,ui,say,==> amazon-ebs.jenkins: Creating temporary keypair: ${keyPair(n)}\n`

it('adds up what every run of Packer announced', () => {
  for (const n of [1, 2]) packerSays(ledger, announcing(n))
  expect(ledger.announced.keyPairs).toEqual([keyPair(1), keyPair(2)])
})

it('reads what Packer announced while another process ran it, past any length of output', async () => {
  const runs = [ledger.nextPackerRun(), ledger.nextPackerRun()]
  const chatter = `1,,ui,message,    amazon-ebs.jenkins: ${'.'.repeat(100)}\n`.repeat(20_000)
  runs.forEach(({output}, at) =>
    writeFileSync(output, `${announcing(at)}${chatter}1,,ui,say,==> a.b: Copying to: eu-west-${at + 1}\n`)
  )
  const later = reopened()
  expect(later.announced.keyPairs).toEqual([])
  await later.readAnnouncements(new AbortController().signal)
  expect(later.announced).toMatchObject({keyPairs: [keyPair(0), keyPair(1)], copyRegions: ['eu-west-1', 'eu-west-2']})
})

const copying = (region: string): string => `1,,ui,say,==> a.b: Copying to: ${region}\n`

it('knows copies only in regions where the template may copy to, also in another process', async () => {
  ledger.mayCopyTo(['eu-west-1'])
  const {output, announcements} = ledger.nextPackerRun()
  const lines = `${copying('zz-nowhere-1')}${copying('eu-west-1')}`
  lines.split('\n').forEach((line) => announcements.hear(line))
  writeFileSync(output, lines)
  const later = reopened()
  await later.readAnnouncements(new AbortController().signal)
  expect(ledger.announced.copyRegions).toEqual(['eu-west-1'])
  expect(later.announced.copyRegions).toEqual(['eu-west-1'])
})

it('knows no copies where the template makes none', () => {
  ledger.mayCopyTo([])
  packerSays(ledger, copying('zz-nowhere-1'))
  expect(reopened().copyRegions).toEqual(new Set())
  expect(ledger.announced).toMatchObject({copyRegions: [], unfinished: false})
})

it('forgets regions that are none when the possible ones become known later', () => {
  packerSays(ledger, `${copying('zz-nowhere-1')}${copying('eu-west-1')}`)
  expect(ledger.announced.copyRegions).toEqual(['zz-nowhere-1', 'eu-west-1'])
  ledger.mayCopyTo(['us-east-1', 'eu-west-1'])
  expect(ledger.announced.copyRegions).toEqual(['eu-west-1'])
})

it('takes every possible region where Packer hides one', () => {
  ledger.mayCopyTo(['us-east-1', 'eu-west-1'])
  packerSays(ledger, copying('<sensitive>'))
  expect(ledger.announced.copyRegions).toEqual(['us-east-1', 'eu-west-1'])
})

it('reads no longer than it may', async () => {
  const chatter = '1,,ui,message,    a.b: x\n'.repeat(1_000)
  writeFileSync(ledger.nextPackerRun().output, `${announcing(1)}${chatter}1,,ui,say,==> a.b: Copying to: eu-west-1\n`)
  const later = reopened()
  await later.readAnnouncements(AbortSignal.abort())
  expect(later.announced.copyRegions).toEqual([])
})

it('goes on after a line that a kill has cut short', () => {
  ledger.made('instance', 'i-00000001')
  appendFileSync(join(ledger.folder, 'ledger.jsonl'), '\n{"made":"image","id":"ami-')
  const later = reopened()
  later.made('image', 'ami-00000002')
  expect(later.resources.map(({id}) => id)).toEqual(['i-00000001', 'ami-00000002'])
  expect(later.unreadableLines).toBe(1)
  // What the cut line was about may exist.
  expect(later.hasOpenIntents).toBe(true)
})

it.each([
  '{"made":"image","id":"ami-*"}',
  '{"made":"everything","id":"i-00000001"}',
  '{"made":"image","id":["ami-00000001"]}',
  '{"made":"image","id":"*"}',
  '{"made":"image","id":"i-00000001"}',
  '{"made":"role","id":"production"}',
  '{"made":"image","id":"ami-00000001","key":1}',
  '{"made":"image","id":"ami-00000001","region":""}',
  '{"made":"image","id":"ami-00000001","region":"evil.example/"}',
  '{"released":"image","id":"*"}',
  '{"released":"image","id":"ami-00000001","region":"not a region"}',
  '{"refused":"x","made":"instance","id":"i-00000001"}',
  '{"refused":"x","packer":{"pid":0,"startTime":"0"}}',
  '{"refused":"x","packer":{"pid":4711,"startTime":"815"}}',
  '{"copies":["us-east-1"],"packer":7}',
  '{"packer":7}',
  '{"packer":{"pid":0,"startTime":"0"}}',
  '{"packer":{"pid":2.5,"startTime":"0"}}',
  '{"packer":{"pid":-1,"startTime":"1"}}',
  '{"packer":{"pid":1,"startTime":"1"}}',
  '{"began":"long ago"}',
  'null',
  '[]',
  '\u0000\u0000'
])('takes nothing from a line that is not of its own form: %s', (line) => {
  appendFileSync(join(ledger.folder, 'ledger.jsonl'), `${line}\n`)
  const later = reopened()
  expect(later.resources).toEqual([])
  expect(later.released).toEqual([])
  expect(later.processes).toEqual([])
  expect(later.unreadableLines).toBe(1)
})

it('takes no more from a line than it has checked', () => {
  const lines = [
    '{"made":"image","id":"ami-00000001","region":"eu-west-1","state":"gone"}',
    '{"packer":{"pid":4711,"startTime":"815","mark":"0123456789abcdef","more":1},"more":1}'
  ]
  appendFileSync(join(ledger.folder, 'ledger.jsonl'), lines.map((line) => `${line}\n`).join(''))
  expect(readLedgerFile(ledger.folder).entries.slice(1)).toEqual([
    {made: 'image', id: 'ami-00000001', region: 'eu-west-1'},
    {packer: {pid: 4711, startTime: '815', mark: '0123456789abcdef'}}
  ])
})

it('reads all that it has written', () => {
  const name = 'packer-6740f1a0-1111-2222-3333-444455556666'
  ledger.intend('instance', 'token')
  ledger.refused('token')
  ledger.started({pid: 4711, startTime: '815', mark: '0123456789abcdef'})
  ledger.mayCopyTo(['eu-west-1', 'us-gov-east-1', 'eusc-de-east-1'])
  const made = [
    ['instance', 'i-0123456789abcdef0'],
    ['spot-request', 'sir-0zk3n9qp'],
    ['launch-template', 'lt-0123456789abcdef0'],
    ['volume', 'vol-0123456789abcdef0'],
    ['image', 'ami-01234567'],
    ['snapshot', 'snap-0123456789abcdef0'],
    ['security-group', 'sg-0123456789abcdef0'],
    ['key-pair', 'key-0123456789abcdef0'],
    ['instance-profile', name],
    ['role', name]
  ] as const
  made.forEach(([type, id]) => ledger.made(type, id, 'key', 'eu-west-1'))
  expect(reopened().unreadableLines).toBe(0)
  expect(reopened().resources).toEqual(ledger.resources)
  expect(reopened().processes).toEqual(ledger.processes)
})

it('knows when its bake began although nothing is left of it', () => {
  const began = new Date('2026-11-22T12:00:00Z')
  const folder = join(ledger.folder, 'lost')
  const lost = reopenLedger(folder, began)
  expect(lost.isEmpty).toBe(true)
  expect(lost.began).toEqual(began)
})

it('begins when AWS says that it does, and not by the runner’s clock', () => {
  const began = new Date('2026-11-22T12:00:00Z')
  ledger.begin(began)
  expect(ledger.began).toEqual(began)
  expect(readLedgerFile(ledger.folder).entries.at(-1)).toEqual({began: '2026-11-22T12:00:00.000Z'})
})

it('remembers in which region something is', () => {
  ledger.made('image', 'ami-00000001', undefined, 'eu-west-1')
  expect(ledger.resources).toEqual([{type: 'image', id: 'ami-00000001', region: 'eu-west-1'}])
})

it('believes what it knows itself, not its file', () => {
  ledger.made('image', 'ami-00000001')
  appendFileSync(
    join(ledger.folder, 'ledger.jsonl'),
    '{"made":"image","id":"ami-theirs"}\n{"released":"image","id":"ami-00000001"}\n'
  )
  expect(ledger.resources).toEqual([{type: 'image', id: 'ami-00000001'}])
})

it('knows all that was made when its folder is gone, and writes all of it again with the next', () => {
  ledger.intend('instance', 'token')
  ledger.made('instance', 'i-00000001', 'token')
  rmSync(ledger.folder, {recursive: true})
  expect(ledger.resources).toEqual([{type: 'instance', id: 'i-00000001'}])
  ledger.made('image', 'ami-00000001')
  expect(reopened().resources.map(({id}) => id)).toEqual(['i-00000001', 'ami-00000001'])
  expect(reopened().hasOpenIntents).toBe(false)
  expect(statSync(ledger.folder).mode & 0o777).toBe(0o700)
})

/** Nothing can be written below a file, whoever writes. */
function block(): void {
  rmSync(ledger.folder, {recursive: true})
  writeFileSync(ledger.folder, '')
}

it('goes on without its file, says why, and writes what is missing when it can', () => {
  ledger.made('instance', 'i-00000001')
  block()
  ledger.made('image', 'ami-00000001')
  expect(ledger.resources.map(({id}) => id)).toEqual(['i-00000001', 'ami-00000001'])
  expect(ledger.flush()).toMatch(
    /^The resources of this bake cannot be recorded in .*: .*something else exists at that path \(EEXIST\)\. This run still knows them/
  )
  rmSync(ledger.folder)
  expect(ledger.flush()).toBeUndefined()
  expect(reopened().resources.map(({id}) => id)).toEqual(['i-00000001', 'ami-00000001'])
})

it('gives out nothing of which it cannot be written down that it is given out', () => {
  ledger.made('image', 'ami-00000001')
  block()
  expect(() => ledger.release([{type: 'image', id: 'ami-00000001'}])).toThrow(
    /^The release of image ami-00000001 could not be recorded, so that the bake removes it instead: .*EEXIST/
  )
  expect(ledger.resources).toEqual([{type: 'image', id: 'ami-00000001'}])
  // Nor later, when it has been removed.
  rmSync(ledger.folder)
  ledger.made('snapshot', 'snap-00000001')
  expect(readFileSync(join(ledger.folder, 'ledger.jsonl'), 'utf8')).not.toContain('released')
})

it('begins in no folder that cannot be used', () => {
  const folder = join(ledger.folder, 'file')
  writeFileSync(folder, '')
  expect(() => openLedger(folder, 'bake')).toThrow(
    /^Nothing was made, because this bake cannot record its resources: .*ENOTDIR\)\. Give this runner free disk space/
  )
  mkdirSync(join(ledger.folder, 'full', 'bake', 'ledger.jsonl'), {recursive: true})
  expect(() => openLedger(ledger.folder, 'full', 'bake').begin()).toThrow(/EISDIR/)
})
