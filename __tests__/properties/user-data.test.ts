import assert from 'node:assert/strict'
import {expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {instanceUserData} from '../../src/smoke/user-data.ts'
import {fromEnvironment, hostileValues, hostileVariantsOf} from './hostile-values.ts'
import {report, seed} from './tally.ts'

/** A message's parts as cloud-init's reader has them: a boundary is a line of its own, whatever ends the line (Python, email.feedparser). */
function partsOf(message: string): string[] {
  const boundary = /^Content-Type: multipart\/mixed; boundary="([^"]+)"\n/.exec(message)?.[1] ?? ''
  const parts: string[][] = []
  let isOver = false
  for (const line of message.split(/(?<=\r\n|\r(?!\n)|\n)/)) {
    const text = line.replace(/[ \t]*[\r\n]*$/, '')
    if (text === `--${boundary}`) parts.push([])
    else if (text === `--${boundary}--`) isOver = true
    else if (!isOver) parts.at(-1)?.push(line)
  }
  assert(isOver)
  return parts.map((lines) => lines.join(''))
}

function contentOf(part: string): string {
  const headers = part.slice(0, part.indexOf('\n\n'))
  // The line end before a boundary belongs to the boundary.
  const body = part.slice(headers.length + 2).replace(/\n$/, '')
  return /^Content-Transfer-Encoding: base64$/m.test(headers) ? Buffer.from(body, 'base64').toString() : body
}

const [ours] = partsOf(instanceUserData({jenkinsLog: '', deadlineMinutes: 60, userData: ''}))
const isMime = (text: string): boolean => /^(mime-version|content-type):/i.test(text)

/** @returns whether it was taken */
function arrives(userData: string): boolean {
  let message: string
  try {
    message = instanceUserData({jenkinsLog: '', deadlineMinutes: 60, userData})
  } catch (error) {
    assert.match(String(error), /EC2 allows 16384/)
    return false
  }
  const parts = partsOf(message)
  assert.equal(parts[0], ours)
  assert.equal(parts.length, userData === '' ? 1 : 2)
  if (userData !== '')
    assert.equal(isMime(userData) ? parts[1]?.replace(/\n$/, '') : contentOf(parts[1] ?? ''), userData)
  return true
}

const usable = fc.constantFrom('#!/bin/sh\necho x\n', '#cloud-config\nbootcmd: [a]\n', '--bake-jenkins-ami', '\n')

it('hands user data on to cloud-init as it is, beside our own', () => {
  const tally = {refused: 0, arrived: 0}
  const count = (text: string): void => void (tally[arrives(fromEnvironment(text)) ? 'arrived' : 'refused'] += 1)
  Object.values(hostileValues).forEach(count)
  fc.assert(fc.property(hostileVariantsOf(usable), count), {seed, numRuns: 3_000})
  report('User data', tally)
  expect(tally.arrived).toBeGreaterThan(2_000)
})
