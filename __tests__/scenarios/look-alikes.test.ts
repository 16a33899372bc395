import {cp, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {run} from '../../rehearsal/host/run.ts'
import {lookAlikeCounts} from '../helpers/look-alike-counts.ts'
import {play, type BakeCell} from '../../rehearsal/trials/matrix/play.ts'
import {withPacker} from './scenario.ts'

const project = join(import.meta.dirname, '..', '..')
const cell: BakeCell = {section: 'killed', at: {by: 'action', action: 'Probe', nth: 1}, moment: 'before'}

interface Mutation {
  readonly file: string
  readonly what: string
  readonly by: string
}

/** Does something with a copy of the action that is built of mutated sources. */
async function withMutant<T>(mutations: readonly Mutation[], work: (action: string) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), 'mutant-'))
  try {
    for (const name of ['action.yml', 'package.json', 'scripts', 'src', 'templates']) {
      await cp(join(project, name), join(folder, name), {recursive: true})
    }
    await symlink(join(project, 'node_modules'), join(folder, 'node_modules'))
    for (const {file, what, by} of mutations) {
      const path = join(folder, 'src', file)
      const source = await readFile(path, 'utf8')
      expect(source).toContain(what)
      await writeFile(path, source.replace(what, by))
    }
    await run(process.execPath, [join(folder, 'scripts/build.mjs')])
    return await work(folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

withPacker((packer) => {
  it('has a run of the matrix be wrong whose sweep takes the things of other bakes for its own', async () => {
    const mutations = [
      {
        file: 'sweep/search.ts',
        what: 'filter(`tag:${tagKeys.bake}`, [bakeId])',
        by: "filter('tag-key', [tagKeys.bake])"
      },
      {file: 'sweep/ownership.ts', what: 'return tags[tagKeys.bake] === bakeId', by: 'return bakeId !== undefined'},
      {
        file: 'sweep/ownership.ts',
        what: 'return tags[tagKeys.bake] !== undefined && tags[tagKeys.bake] !== bakeId',
        by: 'return false'
      },
      {file: 'sweep/ownership.ts', what: 'if (created < began.getTime()) return false', by: ''}
    ]
    const result = await withMutant(mutations, (action) => play(cell, packer, {action}))
    expect(result.wrong).toMatch(/^touched: .*i-[0-9a-f]+ is gone/)
    expect(result.touched).toBeGreaterThan(100)
  })

  it('has the same run be right without that, among fifty of each kind', async () => {
    const result = await play(cell, packer)
    expect(result).toMatchObject({ending: 'ended', touched: 0, leftovers: 0})
    expect(result).not.toHaveProperty('wrong')
    expect(result.bystanders).toMatchObject(lookAlikeCounts)
  })
})
