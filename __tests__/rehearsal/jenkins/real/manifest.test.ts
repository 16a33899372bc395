import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {manifestOf, parseManifest} from '../../../../rehearsal/jenkins/real/manifest.ts'
import {run} from '../../../../rehearsal/host/run.ts'
import {fixtures, type Fixtures} from './fixtures.ts'

let files: Fixtures
beforeAll(async () => {
  files = await fixtures()
})
afterAll(() => files.remove())

it.each(['\n', '\r\n', '\r'])('joins lines that were folded, with line ends %j', (end) => {
  const lines = [
    'Short-Name: git',
    'Plugin-Dependencies: credentials:1408.va_622a_b_f5b_1b_1,git-cl',
    ' ient:6.2.1,s',
    ' sh:1'
  ]
  expect(parseManifest(lines.join(end)).get('Plugin-Dependencies')).toBe(
    'credentials:1408.va_622a_b_f5b_1b_1,git-client:6.2.1,ssh:1'
  )
})

it('reads the main section alone', () => {
  const manifest = parseManifest('Jenkins-Version: 2.568.2\n\nName: a/B.class\nJenkins-Version: 1.0\n')
  expect([...manifest]).toEqual([['Jenkins-Version', '2.568.2']])
})

it('reads it from an archive', async () => {
  const file = await files.archive('a [b]*.jar', ['Manifest-Version: 1.0', 'Implementation-Version: 7'])
  expect((await manifestOf(file, run)).get('Implementation-Version')).toBe('7')
})

it('says in one sentence that a file is no archive', async () => {
  const file = await files.text('no.jar', 'no archive')
  await expect(manifestOf(file, run)).rejects.toThrow(/^it is no archive with a META-INF\/MANIFEST\.MF$/)
})
