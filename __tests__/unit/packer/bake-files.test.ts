import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {writeBakeFiles} from '../../../src/packer/bake-files.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
})
afterEach(() => rm(folder, {recursive: true}))

it('makes no folder when there is nothing to upload', async () => {
  expect(await writeBakeFiles(folder, {plugins: []})).toBeUndefined()
})

it('lists the plugins as the machine reads them, and copies the configuration with what its links lead to', async () => {
  const casc = join(folder, 'casc')
  await mkdir(join(casc, 'jobs'), {recursive: true})
  await writeFile(join(casc, 'jobs/seed.groovy'), 'job')
  await writeFile(join(folder, 'jenkins.yaml'), 'jenkins:\n')
  await symlink('../jenkins.yaml', join(casc, 'jenkins.yaml'))
  const sha256 = 'ab'.repeat(32)
  const files = await writeBakeFiles(folder, {plugins: [{name: 'git', version: '5.7.0', sha256}], casc})
  expect(files).toBe(join(folder, 'files'))
  await rm(join(folder, 'jenkins.yaml'))
  const texts = ['plugins.txt', 'casc/jenkins.yaml', 'casc/jobs/seed.groovy'].map((name) =>
    readFile(join(files ?? '', name), 'utf8')
  )
  expect(await Promise.all(texts)).toEqual([`git:5.7.0 ${sha256}\n`, 'jenkins:\n', 'job'])
})
