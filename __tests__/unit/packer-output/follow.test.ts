import {appendFileSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {open, type FileHandle} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {endsOfFile, follow, longestLine} from '../../../src/packer-output/follow.ts'

let file: string
let handle: FileHandle
beforeEach(async () => {
  file = join(mkdtempSync(join(tmpdir(), 'follow-')), 'out')
  writeFileSync(file, '')
  handle = await open(file, 'r')
})
afterEach(() => handle.close())

async function all(): Promise<string[]> {
  const lines: string[] = []
  for await (const piece of follow(handle, AbortSignal.abort())) lines.push(...piece)
  return lines
}

it('yields each line once it is complete, and the rest at the end', async () => {
  writeFileSync(file, 'one\ntw')
  const ended = new AbortController()
  const lines = follow(handle, ended.signal)
  expect((await lines.next()).value).toEqual(['one'])
  appendFileSync(file, 'o\nthr\u00e9')
  expect((await lines.next()).value).toEqual(['two'])
  ended.abort()
  expect((await lines.next()).value).toEqual(['thr\u00e9'])
  expect((await lines.next()).done).toBe(true)
})

it('joins a character that was written in two parts', async () => {
  const bytes = Buffer.from('a\n\u20ac\n')
  writeFileSync(file, bytes.subarray(0, 3))
  const ended = new AbortController()
  const lines = follow(handle, ended.signal)
  expect((await lines.next()).value).toEqual(['a'])
  appendFileSync(file, bytes.subarray(3))
  expect((await lines.next()).value).toEqual(['\u20ac'])
  ended.abort()
  expect((await lines.next()).done).toBe(true)
})

it('reads on when somebody has removed the file', async () => {
  writeFileSync(file, 'one\n')
  rmSync(file)
  expect(await all()).toEqual(['one'])
})

it('leaves out the end of a line that is too long, in one piece or in many', async () => {
  writeFileSync(file, `${'a'.repeat(3 * longestLine)}\nb\n`)
  expect(await all()).toEqual(['a'.repeat(longestLine), 'b'])
})

it('lets others have their turn between pieces, which are small', async () => {
  writeFileSync(file, 'x\n'.repeat(100_000))
  const turns = new Set<number>()
  let turn = 0
  const count = (): void => {
    turn += 1
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  let longest = 0
  for await (const {length} of follow(handle, AbortSignal.abort())) {
    turns.add(turn)
    longest = Math.max(longest, length)
  }
  clearImmediate(next)
  expect(longest).toBeLessThan(5_000)
  expect(turns.size).toBeGreaterThan(20)
})

it('reads the beginning and the end of a file of any length', async () => {
  writeFileSync(file, `first\n${'x\n'.repeat(1_000_000)}last`)
  const ends = await endsOfFile(file)
  expect(ends.length).toBeLessThan(600_000)
  expect(ends.startsWith('first\nx\n')).toBe(true)
  expect(ends.endsWith('\nx\nlast')).toBe(true)
  writeFileSync(file, 'short')
  expect(await endsOfFile(file)).toBe('short')
  expect(await endsOfFile(`${file}.gone`)).toBe('')
})
