import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {writeWar} from '../../../rehearsal/jenkins/war.ts'
import type {Run} from '../../../rehearsal/host/run.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'war-'))
})
afterEach(() => rm(folder, {recursive: true}))

/** A host with this `javac -version`; what else is run does nothing and is recorded. */
function host(compiler: string | undefined) {
  const commands: string[][] = []
  const run: Run = async (command, args) => {
    if (command === 'javac' && args[0] === '-version') {
      if (compiler === undefined) throw new Error('javac: spawn javac ENOENT')
      return compiler
    }
    commands.push([command, ...args])
    return ''
  }
  return {run, commands}
}

it('compiles for a Java that is too old for Jenkins, so that the program can say so there', async () => {
  const {run, commands} = host('javac 21.0.4')
  const target = join(folder, 'jenkins.war')
  expect(await writeWar(target, '2.570', folder, run)).toBe('jar')
  expect(commands.map(([command]) => command)).toEqual(['javac', 'jar'])
  expect(commands[0]?.slice(1, 3)).toEqual(['--release', '17'])
  expect(commands[1]).toContain(target)
  expect(await readFile(join(folder, 'MANIFEST.MF'), 'utf8')).toContain('Jenkins-Version: 2.570\n')
  expect(await readFile(join(folder, 'Main.java'), 'utf8')).toContain('VERSION = "2.570"')
})

it.each([
  ['no compiler', undefined],
  ['a compiler that is too old', 'javac 11.0.22']
])('is one source file on a host with %s', async (_host, compiler) => {
  const {run, commands} = host(compiler)
  const target = join(folder, 'jenkins.war')
  expect(await writeWar(target, '2.570', folder, run)).toBe('source')
  expect(commands).toEqual([])
  const text = await readFile(target, 'utf8')
  expect(text).toContain('VERSION = "2.570"')
  const lines = text.split('\n')
  const firstClass = lines.findIndex((line) => /^(class|interface|enum)/.test(line))
  expect(lines[firstClass]).toBe('class Main {')
  const imports = lines.filter((line) => line.startsWith('import '))
  expect(lines.slice(0, imports.length)).toEqual([...new Set(imports)])
})
