import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {notingMemory, takeMemory} from '../../../../rehearsal/trials/bench/memory.ts'
import {createMark, drain} from '../../../../rehearsal/trials/bench/sink.ts'
import {stepEnvironment, timeBareNode, timeScript} from '../../../../rehearsal/trials/bench/step.ts'

const node = process.execPath
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
})

afterEach(async () => {
  await rm(folder, {recursive: true, force: true})
})

it('gives a script what a runner would, and no inputs', async () => {
  const env = await stepEnvironment(folder, {OF_THE_WORKFLOW: 'yes'})
  expect(env).toMatchObject({GITHUB_ACTIONS: 'true', OF_THE_WORKFLOW: 'yes', RUNNER_TEMP: join(folder, 'temp')})
  expect(Object.keys(env).filter((name) => name.startsWith('INPUT_'))).toEqual([])
})

it('ends the time, and a process that would run on, at a line', async () => {
  const args = ['-e', 'console.log("first\\n::error::no input"); setInterval(() => {}, 1000)']
  await expect(timeScript({node, args, env: {}, until: /^::error\b/})).resolves.toBeGreaterThan(0)
})

it('ends the time at an abort', async () => {
  const done = new AbortController()
  const time = timeScript({node, args: ['-e', 'setInterval(() => {}, 1000)'], env: {}, done: done.signal})
  done.abort()
  await expect(time).resolves.toBeGreaterThan(0)
})

it('takes the whole of a process where nothing else is said', async () => {
  await expect(timeBareNode(node, {})).resolves.toBeGreaterThan(0)
})

it('shows what a script said that ended without the line', async () => {
  const args = ['-e', 'console.log("something else")']
  await expect(timeScript({node, args, env: {}, until: /^::error\b/})).rejects.toThrow('something else')
})

it('notes the most memory of a process, and of none before it', async () => {
  const args = ['-e', 'globalThis.kept = Buffer.alloc(64e6, 1)']
  await timeScript({node, args, env: notingMemory(folder)})
  expect(await takeMemory(folder)).toBeGreaterThan(64)
  await expect(takeMemory(folder)).rejects.toThrow('no process has noted its memory')
})

it('notes of the memory in use no garbage', async () => {
  const garbage = 'for (let n = 0; n < 100; n += 1) Buffer.alloc(1e6, 1); globalThis.kept = Buffer.alloc(16e6, 1)'
  await timeScript({node, args: ['-e', garbage], env: notingMemory(folder, 'in use')})
  const inUse = await takeMemory(folder)
  expect(inUse).toBeGreaterThan(16)
  expect(inUse).toBeLessThan(64)
})

it('times what a program prints between two marks, and fails where one is missing', async () => {
  const args = ['-e', 'console.log("first\\n" + "x".repeat(1e6) + "\\nlast"); process.exitCode = 1']
  const source = {command: node, args, env: {}, first: 'first'}
  await expect(drain({...source, last: 'last'})).resolves.toBeGreaterThanOrEqual(0)
  await expect(drain({...source, last: 'never'})).rejects.toThrow('has not printed all that it should')
})

it.each([
  ['in one piece', ['a mark b']],
  ['cut in two', ['a ma', 'rk b']],
  ['cut into many', ['a ', 'm', 'a', 'r', 'k', ' b']]
])('finds a mark %s, and remembers when it came first', (_, chunks) => {
  let time = 0
  const mark = createMark('mark', () => ++time)
  for (const chunk of [...chunks, 'mark']) mark.push(Buffer.from(chunk))
  expect(mark.seenAt()).toBe(1)
})

it('finds no mark in pieces that do not follow each other', () => {
  const mark = createMark('mark', () => 1)
  for (const chunk of ['ma', 'x', 'rk']) mark.push(Buffer.from(chunk))
  expect(mark.seenAt()).toBeUndefined()
})
