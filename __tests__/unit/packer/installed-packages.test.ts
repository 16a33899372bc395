import {execFileSync} from 'node:child_process'
import {mkdtempSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {installedPackages} from '../../../src/packer/installed-packages.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const file = join(mkdtempSync(join(tmpdir(), 'packages-')), 'packages.tsv')

function read(text: string) {
  writeFileSync(file, text)
  const log = recordingLog()
  return {packages: installedPackages(file, log), log}
}

it('reads the packages of Debian and of Amazon Linux, with epochs and all the characters that versions have', async () => {
  const deb =
    'deb\tdebian\t13\nlibstdc++6\t14.2.0-19\tamd64\tgcc-14@14.2.0-19\ngit\t1:2.47.3-0+deb13u1\tamd64\tgit@1:2.47.3-0+deb13u1\n'
  expect(await read(deb).packages).toEqual({
    kind: 'deb',
    system: {id: 'debian', version: '13'},
    packages: [
      {name: 'libstdc++6', version: '14.2.0-19', architecture: 'amd64', source: 'gcc-14@14.2.0-19'},
      {name: 'git', version: '1:2.47.3-0+deb13u1', architecture: 'amd64', source: 'git@1:2.47.3-0+deb13u1'}
    ]
  })
  const perl = 'perl-Git\t2.50.1^1-1.amzn2023.0.1\tnoarch\tgit-2.50.1^1-1.amzn2023.0.1.src.rpm\n'
  expect(await read(`rpm\tamzn\t2023\n${perl}${perl}`).packages).toEqual({
    kind: 'rpm',
    system: {id: 'amzn', version: '2023'},
    // Each once.
    packages: [
      {
        name: 'perl-Git',
        version: '2.50.1^1-1.amzn2023.0.1',
        architecture: 'noarch',
        source: 'git-2.50.1^1-1.amzn2023.0.1.src.rpm'
      }
    ]
  })
})

it('knows no packages where the template has not listed them', async () => {
  expect(await installedPackages(join(file, 'missing'), recordingLog())).toBeUndefined()
})

it.each([
  ['', 'the machine could not list them'],
  ['git\t1:2.47\tamd64\tgit@1:2.47\n', "line 1 of the machine's list does not name the system"],
  ['deb\tdebian\t13\n', "the machine's list is empty"],
  ['deb\tdebian\t13\ngit\t1:2.47\n', "line 2 of the machine's list is not a package"],
  ['deb\tdebian\t13\ngit\t1:2.47\tamd64\tgit@1:2.47\n::add-mask::x\n', "line 3 of the machine's list is not a package"],
  [`deb\tdebian\t13\n${'a'.repeat(2_000_001)}`, "the machine's list is longer than 2 MB"]
])('takes nothing of a list that a machine has made up, and says why: %#', async (text, reason) => {
  const {packages, log} = read(text)
  expect(await packages).toBeUndefined()
  expect(log.lines).toEqual([`warning: The image's packages are not listed: ${reason}`])
})

it.each([
  [
    'a pipe',
    (path: string) => execFileSync('mkfifo', [path]),
    "the template has left something else in the list's place"
  ],
  ['a link', (path: string) => symlinkSync('/dev/zero', path), 'too many symbolic links']
])('does not read %s that a template has left in its place', async (_, make, reason) => {
  const path = join(mkdtempSync(join(tmpdir(), 'packages-')), 'packages.tsv')
  make(path)
  const log = recordingLog()
  expect(await installedPackages(path, log)).toBeUndefined()
  expect(log.lines.join()).toContain(reason)
})
