import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {jenkinsLine, noteJenkins, noteVariable} from '../../scripts/test-jenkins.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-jenkins-'))
})
afterEach(() => rm(folder, {recursive: true}))

const given = {version: '2.568.2', standIn: false, file: '/j/jenkins.deb', plugins: null}
const standIn = {version: '2.568.2', standIn: true, file: null, plugins: null}
const own = {version: '2.570', standIn: false, file: null, plugins: null}

it('is one line about what real machines ran, from what was noted of each rehearsal', async () => {
  const env = {[noteVariable]: join(folder, 'notes')}
  for (const jenkins of [given, standIn, given, own]) await noteJenkins({driver: 'nspawn', jenkins}, env)
  await noteJenkins({driver: 'light', jenkins: standIn}, env)
  expect(jenkinsLine(await readFile(join(folder, 'notes'), 'utf8'))).toBe(
    'Real machines ran Jenkins 2.568.2 from /j/jenkins.deb (2 rehearsals), the stand-in for Jenkins 2.568.2 (1 rehearsal), ' +
      'Jenkins 2.570 from a package repository (1 rehearsal)'
  )
})

it('says that there was no rehearsal on real machines', () => {
  expect(jenkinsLine('')).toBe('Real machines: no test rehearsed on any')
})

it('notes nothing where nobody wants to know', async () => {
  await noteJenkins({driver: 'nspawn', jenkins: given}, {})
})
