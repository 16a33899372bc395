import {expect, it} from '@jest/globals'
import {documentOf} from '../../../../rehearsal/trials/compatibility/document.ts'
import {neverRun} from '../../../../rehearsal/trials/compatibility/never-run.ts'
import {isWrong, lineOf, type Result} from '../../../../rehearsal/trials/compatibility/result.ts'

const result = (row: string, more: Partial<Result> = {}): Result => ({
  row,
  part: 'templates',
  outcome: 'verified',
  images: 1,
  seconds: 3.44,
  leftovers: 0,
  ...more
})
const stood = {version: '2.568.2', standIn: true, file: null, plugins: null}
const real = {version: '2.568.2', standIn: false, file: '/home/me/jenkins.deb', plugins: '/home/me/plugins'}
const results: readonly Result[] = [
  result('Packer 1.16.0, HCL2, 1 source'),
  result('Packer 1.6.6, HCL2, 2 sources', {outcome: 'failed', why: 'it\n| fell', images: 0, leftovers: 2}),
  result('Debian 13, Java 21', {
    part: 'images',
    java: '21.0.11+10-1',
    jenkins: stood,
    plugins: ['git', 'configuration-as-code'],
    packer: '1.16.0'
  }),
  result('Debian 13, Java 25', {part: 'images', java: '25', jenkins: real, plugins: ['structs'], packer: '1.16.0'}),
  result('Ubuntu 24.04, Java 21', {
    part: 'images',
    outcome: 'not run',
    why: 'nothing at http://mirror.example/ubuntu: no',
    images: 0,
    seconds: 0
  }),
  result('Amazon Linux 2023, Java 21', {
    part: 'scripts',
    outcome: 'installed',
    images: 0,
    jenkins: stood
  }),
  result('Amazon Linux 2023, Java 25', {
    part: 'scripts',
    outcome: 'installed',
    images: 0,
    jenkins: {...real, file: '/home/me/jenkins.rpm', plugins: null}
  })
]

it('has a line for each run, with what failed and what was not run', () => {
  const page = documentOf({node: '24.21.0', results})
  expect(
    page
      .match(/^\| .*$/gm)
      ?.filter((line) => /\d s|Java|Packer/.test(line))
      .slice(0, 8)
  ).toEqual([
    '| Packer 1.16.0, HCL2, 1 source | verified | 1 | 3.4 | 0 |',
    '| Packer 1.6.6, HCL2, 2 sources | **failed**: it \\| fell | 0 | 3.4 | 2 |',
    '| System | Java’s package | Jenkins | Plugins | Outcome | Seconds | Left |',
    '| Debian 13, Java 21 | 21.0.11+10-1 | a stand-in for Jenkins 2.568.2 | `git`, `configuration-as-code`; stand-ins without code | verified | 3.4 | 0 |',
    '| Debian 13, Java 25 | 25 | real Jenkins 2.568.2 | `structs` | verified | 3.4 | 0 |',
    '| Ubuntu 24.04, Java 21 | – | – | – | not run: nothing at …: no | 0.0 | 0 |',
    '| Amazon Linux 2023, Java 21 | a stand-in for Jenkins 2.568.2 | installed | 3.4 |',
    '| Amazon Linux 2023, Java 25 | real Jenkins 2.568.2 | installed | 3.4 |'
  ])
  // Where the files lay is nobody's concern.
  expect(page).not.toContain('/home/me')
  expect(page).toContain('on\nNode 24.21.0 (`using: node24`)')
  expect(page).toContain('with Packer 1.16.0, with the plugins named')
})

it('says what was never run on the real thing, and what that leaves open', () => {
  const page = documentOf({node: '24.21.0', results})
  for (const {what, standIn, open} of neverRun) expect(page).toContain(`| ${what} | ${standIn} | ${open} |`)
})

it('takes failures and leftovers for wrong, and nothing else', () => {
  expect(results.filter(isWrong)).toEqual([results[1]])
  expect(isWrong(result('x', {leftovers: 1}))).toBe(true)
})

it('says what became of a run on a line', () => {
  expect(results.slice(0, 2).map(lineOf)).toEqual([
    'verified    3.4 s  0 left  Packer 1.16.0, HCL2, 1 source, 1 image',
    'failed      3.4 s  2 left  Packer 1.6.6, HCL2, 2 sources: it\n| fell'
  ])
  expect(results.slice(2, 4).map(lineOf)).toEqual([
    'verified    3.4 s  0 left  Debian 13, Java 21, 1 image, a stand-in for Jenkins 2.568.2',
    'verified    3.4 s  0 left  Debian 13, Java 25, 1 image, real Jenkins 2.568.2'
  ])
  expect(lineOf(result('x', {jenkins: {...real, file: '/j/jenkins.war'}}))).toMatch(
    /real Jenkins 2\.568\.2 in the rehearsal’s own package$/
  )
})
