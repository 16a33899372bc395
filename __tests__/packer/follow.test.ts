import {appendFileSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {follow} from '../../src/packer/follow.ts'

it('yields each line once it is complete, and the rest at the end', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'follow-')), 'out')
  writeFileSync(file, 'one\ntw')
  const ended = new AbortController()
  const lines = follow(file, ended.signal)
  expect((await lines.next()).value).toBe('one')
  appendFileSync(file, 'o\nthr\u00e9')
  expect((await lines.next()).value).toBe('two')
  ended.abort()
  expect((await lines.next()).value).toBe('thr\u00e9')
  expect((await lines.next()).done).toBe(true)
})

it('joins a character that was written in two parts', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'follow-')), 'out')
  const bytes = Buffer.from('a\n\u20ac\n')
  writeFileSync(file, bytes.subarray(0, 3))
  const ended = new AbortController()
  const lines = follow(file, ended.signal)
  expect((await lines.next()).value).toBe('a')
  appendFileSync(file, bytes.subarray(3))
  expect((await lines.next()).value).toBe('\u20ac')
  ended.abort()
  expect((await lines.next()).done).toBe(true)
})
