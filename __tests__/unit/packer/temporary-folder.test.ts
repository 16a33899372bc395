import {existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {makeTemporaryFolder, temporaryFolderFor} from '../../../src/packer/temporary-folder.ts'

/** Short, whatever TMPDIR these tests run with. */
let base: string
beforeEach(() => {
  base = mkdtempSync('/tmp/temporary-')
})
afterEach(() => rmSync(base, {recursive: true}))

function bakeFolder(name: string): string {
  const folder = join(base, name)
  mkdirSync(folder)
  return folder
}

/** So that `tmp` in it has a path of this many bytes. */
const ofLength = (bytes: number): string => bakeFolder('a'.repeat(bytes - '/tmp'.length - base.length - 1))

it.each([() => bakeFolder('bake-jenkins-ami-0123456789ab'), () => ofLength(79)])(
  'is in the bake’s folder, and this user’s alone',
  (make) => {
    const folder = make()
    const temporary = temporaryFolderFor(folder, base)
    expect(temporary).toBe(join(folder, 'tmp'))
    makeTemporaryFolder(temporary)
    expect(statSync(temporary).mode & 0o777).toBe(0o700)
  }
)

it.each([
  ['too long for sockets', () => ofLength(80)],
  ['with a blank in it', () => bakeFolder('actions runner')],
  ['with characters of the shell in it', () => bakeFolder('$(id)')]
])('is elsewhere where the path would be %s', (_, make) => {
  const folder = make()
  const temporary = temporaryFolderFor(folder, base)
  expect(temporary).toMatch(new RegExp(`^${base}/bake-jenkins-ami-[0-9a-f]{12}$`))
  makeTemporaryFolder(temporary)
  expect(statSync(temporary).mode & 0o777).toBe(0o700)
  expect(existsSync(join(folder, 'tmp'))).toBe(false)
})

it('takes no folder that somebody else has made', () => {
  expect(() => makeTemporaryFolder(bakeFolder('there'))).toThrow(/cannot be made: .*EEXIST/)
})

it('says why it cannot be made', () => {
  const folder = join(base, 'file')
  writeFileSync(folder, '')
  expect(() => makeTemporaryFolder(temporaryFolderFor(folder, base))).toThrow(
    /^Nothing was made, because Packer's temporary folder cannot be made: .*ENOTDIR\)\. Give this runner free disk space/
  )
})
