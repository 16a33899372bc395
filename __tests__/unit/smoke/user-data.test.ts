import {expect, it} from '@jest/globals'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {evidenceMarkers, instanceUserData, lastEvidence} from '../../../src/smoke/user-data.ts'

const jenkinsLog = readFileSync(join(import.meta.dirname, '../../../templates/jenkins/files/jenkins-log.sh'), 'utf8')

/** The parts of a multipart message, as text. */
function partsOf(message: string): string[] {
  const boundary = /^Content-Type: multipart\/mixed; boundary="([^"]+)"\nMIME-Version: 1\.0\n\n/.exec(message)?.[1]
  expect(boundary).toBeDefined()
  expect(message.endsWith(`\n--${boundary}--\n`)).toBe(true)
  return message.split(`--${boundary}`).slice(1, -1)
}

it('arms the deadline on every boot, in a boothook that waits for nothing', () => {
  const [ours, ...others] = partsOf(instanceUserData({jenkinsLog, deadlineMinutes: 25, userData: ''}))
  expect(others).toEqual([])
  expect(ours).toMatch(/^\nContent-Type: text\/cloud-boothook; charset="us-ascii"\n\n#cloud-boothook\n#!\/bin\/sh\n/)
  expect(ours).toMatch(/^set -- .*--no-block .*--property=DefaultDependencies=no$/m)
  expect(ours).toMatch(/--timer-property=DefaultDependencies=no --on-active=25min shutdown -h now$/m)
})

it('reports on the console, without what looks like the first password', () => {
  const message = instanceUserData({jenkinsLog, deadlineMinutes: 25, userData: ''})
  expect(message).toContain(`echo '${evidenceMarkers.begin}'`)
  expect(message).toContain('text=$(report 2>&1 | redacted)\n')
  expect(message).toContain(String.raw`sed -E 's/\b[0-9a-f]{32}\b/[32 hexadecimal digits removed]/g'`)
})

it.each(['#!/bin/bash\necho x\n', '#cloud-config\nbootcmd: [a]\n', '#include\nhttp://169.254.169.254/x\n'])(
  'hands on %j as it is, for cloud-init to recognise',
  (userData) => {
    const [, theirs] = partsOf(instanceUserData({jenkinsLog, deadlineMinutes: 25, userData}))
    expect(theirs).toBe(`\nContent-Type: text/plain; charset="us-ascii"\n\n${userData}\n`)
  }
)

it('encodes letters that cloud-init would otherwise misread', () => {
  const userData = '#!/bin/sh\necho "Grüße"\n'
  const [, theirs = ''] = partsOf(instanceUserData({jenkinsLog, deadlineMinutes: 25, userData}))
  const [headers = '', body = ''] = theirs.trim().split('\n\n')
  expect(headers).toContain('charset="utf-8"\nContent-Transfer-Encoding: base64')
  expect(Buffer.from(body, 'base64').toString()).toBe(userData)
})

it('nests a message of several parts, with a boundary that is not in it', () => {
  const userData =
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="bake-jenkins-ami"\n\n--bake-jenkins-ami\n\n#!/bin/sh\n\n--bake-jenkins-ami--\n'
  const message = instanceUserData({jenkinsLog, deadlineMinutes: 25, userData})
  expect(message).toContain(`\n--bake-jenkins-amix\n${userData}\n--bake-jenkins-amix--\n`)
})

it('counts EC2’s limit after merging', () => {
  const own = Buffer.byteLength(instanceUserData({jenkinsLog, deadlineMinutes: 25, userData: 'x'})) - 1
  const fits = 'x'.repeat(16_384 - own)
  expect(Buffer.byteLength(instanceUserData({jenkinsLog, deadlineMinutes: 25, userData: fits}))).toBe(16_384)
  expect(() => instanceUserData({jenkinsLog, deadlineMinutes: 25, userData: `${fits}xx`})).toThrow(
    `is ${fits.length + 2} bytes long, which is 2 too many: EC2 allows 16384`
  )
})

it.each([0, 1.5, Number.NaN])('has no deadline of %p minutes', (deadlineMinutes) => {
  expect(() => instanceUserData({jenkinsLog, deadlineMinutes, userData: ''})).toThrow(RangeError)
})

it('finds the newest report on a console', () => {
  const {begin, end} = evidenceMarkers
  expect(lastEvidence(`boot\r\n${begin}\r\nold\r\n${end}\r\nm login: ${begin}\r\nnew\r\nlines\r\n${end}\r\nrest`)).toBe(
    'new\nlines'
  )
  expect(lastEvidence(`${begin}\ncut off`)).toBe('cut off')
  expect(lastEvidence('nothing')).toBeUndefined()
})

it('writes a report at once, and not behind a login prompt', () => {
  expect(instanceUserData({jenkinsLog, deadlineMinutes: 25, userData: ''})).toContain(
    String.raw`printf '\n%s\n' "$text" >/dev/console`
  )
})
