import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {lookAlikeCounts} from '../helpers/look-alike-counts.ts'
import {play, type BakeCell} from '../../rehearsal/trials/matrix/play.ts'
import {scenarioMs, withPacker} from './scenario.ts'

const project = join(import.meta.dirname, '..', '..')
const cell: BakeCell = {section: 'killed', at: {by: 'action', action: 'Probe', nth: 1}, moment: 'before'}

/** Does something with a copy of the action in whose code one thing has been replaced by another, each of which must be there. */
async function withMutant<T>(mutations: readonly (readonly [RegExp, string])[], work: (action: string) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), 'mutant-'))
  try {
    for (const name of ['action.yml', 'dist', 'templates']) {
      await cp(join(project, name), join(folder, name), {recursive: true})
    }
    const file = join(folder, 'dist/app.cjs')
    let code = await readFile(file, 'utf8')
    for (const [what, by] of mutations) {
      expect(code).toMatch(what)
      code = code.replace(what, by)
    }
    await writeFile(file, code)
    return await work(folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

withPacker((packer) => {
  it(
    'has a run of the matrix be wrong whose sweep takes the things of other bakes for its own',
    async () => {
      const mutations = [
        [/filter\(`tag:\$\{tagKeys\.bake\}`, \[bakeId\]\),/, "filter('tag-key', [tagKeys.bake]),"],
        [/return tags\[tagKeys\.bake\] === bakeId;/, 'return tags[tagKeys.bake] !== void 0;'],
        [/return tags\[tagKeys\.bake\] !== void 0 && tags\[tagKeys\.bake\] !== bakeId;/, 'return false;'],
        [/if \(created < began\.getTime\(\)\) return false;/, '']
      ] as const
      const result = await withMutant(mutations, (action) => play(cell, packer, {action}))
      expect(result.wrong).toMatch(/^touched: .*i-[0-9a-f]+ is gone/)
      expect(result.touched).toBeGreaterThan(100)
    },
    scenarioMs
  )

  it(
    'has the same run be right without that, among fifty of each kind',
    async () => {
      const result = await play(cell, packer)
      expect(result).toMatchObject({ending: 'ended', touched: 0, leftovers: 0})
      expect(result).not.toHaveProperty('wrong')
      expect(result.bystanders).toMatchObject(lookAlikeCounts)
    },
    scenarioMs
  )
})
