import {chmodSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeEach, expect, it} from '@jest/globals'
import {digestOf, slowDigestOf, TooMuchError} from '../../../../src/plan/contents/digest.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digest-'))
  mkdirSync(join(folder, 'scripts'))
  writeFileSync(join(folder, 'own.pkr.hcl'), 'build {}\n')
  writeFileSync(join(folder, 'scripts/setup.sh'), 'echo\n')
})

it('is the same for the same files in another folder', async () => {
  const copy = join(mkdtempSync(join(tmpdir(), 'digest-')), 'copy')
  const before = await digestOf([folder])
  renameSync(folder, copy)
  expect(await digestOf([copy])).toBe(before)
  expect(before).toMatch(/^[0-9a-f]{32}$/)
})

it.each<[string, () => void]>([
  ['a byte', () => writeFileSync(join(folder, 'scripts/setup.sh'), 'echo \n')],
  ['a name', () => renameSync(join(folder, 'scripts/setup.sh'), join(folder, 'scripts/other.sh'))],
  ['a place', () => renameSync(join(folder, 'scripts/setup.sh'), join(folder, 'setup.sh'))],
  ['a mode', () => chmodSync(join(folder, 'scripts/setup.sh'), 0o755)],
  ['one more file', () => writeFileSync(join(folder, '.hidden'), '')]
])('changes with %s', async (_, change) => {
  const before = await digestOf([folder])
  change()
  expect(await digestOf([folder])).not.toBe(before)
})

it.each<[string, () => void]>([
  [
    'in .git',
    () => {
      mkdirSync(join(folder, '.git'))
      writeFileSync(join(folder, '.git/index'), 'x')
    }
  ],
  ['that is a link to nowhere', () => symlinkSync('/nowhere', join(folder, 'dangling'))],
  ['that is a link back', () => symlinkSync('..', join(folder, 'scripts/back'))]
])('does not change with a file %s', async (_, change) => {
  const before = await digestOf([folder])
  change()
  expect(await digestOf([folder])).toBe(before)
})

it('follows a link to a file', async () => {
  const target = join(mkdtempSync(join(tmpdir(), 'digest-')), 'target')
  writeFileSync(target, 'one')
  symlinkSync(target, join(folder, 'link'))
  const before = await digestOf([folder])
  writeFileSync(target, 'two')
  expect(await digestOf([folder])).not.toBe(before)
})

it('gives up on a folder that is not one of a template', async () => {
  writeFileSync(join(folder, 'disk.img'), '')
  truncateSync(join(folder, 'disk.img'), 2_000_000_000)
  await expect(digestOf([folder])).rejects.toThrow(TooMuchError)
})

it('says nothing of a secret in another context', async () => {
  const digest = await slowDigestOf('1234', 'owner/one')
  expect(await slowDigestOf('1234', 'owner/one')).toBe(digest)
  expect(await slowDigestOf('1234', 'owner/two')).not.toBe(digest)
  expect(await slowDigestOf('1235', 'owner/one')).not.toBe(digest)
})
