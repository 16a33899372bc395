import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from '@jest/globals'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'

const script = readFileSync(join(import.meta.dirname, '../../templates/jenkins/scripts/debian/prepare.sh'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'apt-filter-'))
afterAll(() => rmSync(folder, {recursive: true}))

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const missing = ['apt-get', 'dpkg-deb'].filter((program) => !has(program))
const withApt = missing.length === 0 ? describe : describe.skip

/** A package of nothing, which needs another one. */
function packageThatNeeds(other: string): string {
  const root = join(folder, other)
  mkdirSync(join(root, 'DEBIAN'), {recursive: true})
  const control = `Package: needs-${other}\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a\nDepends: ${other}\n`
  writeFileSync(join(root, 'DEBIAN/control'), control)
  const file = join(folder, `${other}.deb`)
  spawnSync('dpkg-deb', ['--build', root, file])
  return file
}

/** What the host's own apt-get says through the filter of prepare.sh. Nothing is installed. */
function simulated(...packages: string[]) {
  const [, filter = ''] = /<<'END'\n(set -o pipefail\n[^]*?)END\n/.exec(script) ?? []
  const file = join(folder, 'apt-get')
  writeFileSync(file, filter)
  const args = [file, 'install', '--simulate', '--yes', ...packages]
  const {status, stdout, stderr} = spawnSync('bash', args, {encoding: 'utf8', env: {...process.env, LC_ALL: 'C'}})
  return {status, said: `${stdout}${stderr}`}
}

withApt(
  missing.length === 0 ? 'the build’s filter of apt' : notRun('the build’s filter of apt', missing.join(', ')),
  () => {
    it('lets through why a package cannot be installed, and fails as apt does', () => {
      const {status, said} = simulated(packageThatNeeds('no-such-thing'))
      expect(status).toBe(100)
      expect(said).toContain('The following packages have unmet dependencies:')
      expect(said).toMatch(/ needs-no-such-thing : Depends: no-such-thing but it is not installable/)
      expect(said).not.toContain('Reading package lists')
    })

    it('lets through that there is no such package', () => {
      const {status, said} = simulated('no-such-thing')
      expect(status).toBe(100)
      expect(said).toContain('E: Unable to locate package no-such-thing')
    })

    it('leaves out what apt prints when all goes well', () => {
      const {status, said} = simulated(packageThatNeeds('base-files'))
      expect(status).toBe(0)
      expect(said.split('\n').filter((line) => !/^(Inst|Conf|Note, selecting|\d+ upgraded|$)/.test(line))).toEqual([])
    })
  }
)
