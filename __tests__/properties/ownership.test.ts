import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {sweep} from '../../src/sweep/sweep.ts'
import {recordingLog} from '../helpers/recording-log.ts'
import {accountOf} from '../helpers/test-account.ts'
import {accounts, populate, type Node} from './accounts.ts'
import {seed} from './tally.ts'

const folder = mkdtempSync(join(tmpdir(), 'ownership-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

/**
 * The rule, said once more and in another way: by what is known of how everything was made, not by what AWS tells of it.
 *
 * @returns what is the bake's and not to stay
 */
function ownOf(nodes: readonly Node[], stays: ReadonlySet<Node>): ReadonlySet<Node> {
  const mayBe = (node: Node): boolean => {
    if (stays.has(node) || node.tag === 'theirs') return false
    if (node.undated) return node.told || node.undated === 'with a name of its own'
    return node.era === 'after'
  }
  const own = new Set<Node>()
  // An image and the snapshot that AWS makes for it descend from each other.
  for (let before = -1; before !== own.size;) {
    before = own.size
    nodes
      .filter(
        (node) => mayBe(node) && (node.tag === 'ours' || node.told || node.from.some((parent) => own.has(parent)))
      )
      .forEach((node) => own.add(node))
  }
  return own
}

it('removes from any account exactly what the rule says', async () => {
  const tally = {resources: 0, removed: 0, stuck: 0}
  await fc.assert(
    fc.asyncProperty(accounts, async (wanted) => {
      const {cloud, ec2, ledger, nodes, released} = await populate(wanted, folder)
      const made = ownOf(nodes, new Set())
      // A bake gives out an image together with its own snapshots.
      const given = released.filter((image) => made.has(image))
      const stays = new Set(given.flatMap((image) => [image, ...image.uses.filter((one) => made.has(one))]))
      ledger.release([...stays].map(({type, id}) => ({type, id})))
      const own = [...ownOf(nodes, stays)]
      const others = nodes.filter((node) => !own.includes(node))
      const isStuck = (node: Node): boolean =>
        others.some(({uses}) => uses.includes(node)) ||
        (node.goesWith !== undefined && !own.includes(node.goesWith) && own.includes(node))
      const gone = nodes.filter(
        (node) => (own.includes(node) && !isStuck(node)) || (node.goesWith !== undefined && own.includes(node.goesWith))
      )
      const before = new Set(cloud.leftovers().map(({id}) => id))
      const left = await sweep({
        account: accountOf(ec2),
        bakeId: 'ours',
        ledger,
        log: recordingLog(),
        limit: AbortSignal.timeout(300_000),
        settleMs: 0,
        pause: () => Promise.resolve()
      })
      const after = new Set(cloud.leftovers().map(({id}) => id))
      const name = (node: Node): string => `${node.type} ${node.id}`
      const removed = nodes.filter(({id}) => before.has(id) && !after.has(id))
      expect(removed.map(name).toSorted()).toEqual(gone.map(name).toSorted())
      // What is the bake's and stays is told; what the bake gave out keeps what it uses without a word.
      const byKept = new Set([...stays].flatMap(({uses}) => uses))
      const named = left.map(({type, id}) => `${type} ${id}`)
      const stuck = own.filter((node) => !gone.includes(node) && !byKept.has(node))
      expect(named).toEqual(expect.arrayContaining(stuck.map(name)))
      tally.resources += nodes.length
      tally.removed += removed.length
      tally.stuck += stuck.length
      await cloud.stop()
      ec2.destroy()
    }),
    {seed, numRuns: 60}
  )
  process.stdout.write(
    `Random accounts: ${tally.resources} resources, ${tally.removed} removed, ${tally.stuck} named and left, 0 wrong (seed ${seed})\n`
  )
  expect(tally.removed).toBeGreaterThan(0)
  expect(tally.stuck).toBeGreaterThan(0)
})
