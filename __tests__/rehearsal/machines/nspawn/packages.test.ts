import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import type {Host} from '../../../../rehearsal/machines/nspawn/host.ts'
import {installPackages, neededPackages, unknownPackages} from '../../../../rehearsal/machines/nspawn/packages.ts'

let lists: string
beforeEach(async () => {
  lists = await mkdtemp(join(tmpdir(), 'lists-'))
})
afterEach(() => rm(lists, {recursive: true}))

/** A host on which some packages are installed, and some known to apt. */
function hostWith(
  installed: readonly string[],
  known: readonly string[] = [],
  watch: Host['watch'] = () => Promise.reject(new Error('nothing is to be run'))
): Host {
  return {
    prefix: [],
    env: {},
    watch,
    async run(command, args) {
      const name = args.at(-1) ?? ''
      if (command === 'dpkg-query' && installed.includes(name)) return 'installed'
      if (command === 'apt-cache' && known.includes(name)) return `Package: ${name}`
      throw new Error(`${name} is unknown`)
    }
  }
}
const others = neededPackages.filter((name) => name !== 'mmdebstrap' && name !== 'nftables')

it('names the missing packages that apt does not know', async () => {
  await writeFile(join(lists, 'mirror_dists_stable_main_binary-amd64_Packages.lz4'), '')
  expect(await unknownPackages(hostWith(others, ['nftables']), lists)).toEqual(['mmdebstrap'])
  expect(await unknownPackages(hostWith(neededPackages), lists)).toEqual([])
})

it('names none where apt has no lists yet', async () => {
  expect(await unknownPackages(hostWith([]), lists)).toEqual([])
})

it('installs what is missing, also where the lists cannot all be updated', async () => {
  const commands: string[] = []
  const host = hostWith(others, [], async (command, args) => {
    commands.push([command, ...args].join(' '))
    if (args.includes('update')) throw new Error('a source is broken')
  })
  await installPackages(host, () => {})
  expect(commands.map((command) => command.replace(/-o \S+ /, ''))).toEqual([
    'env DEBIAN_FRONTEND=noninteractive apt-get update',
    'env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends mmdebstrap nftables'
  ])
})

it('asks for nothing where everything is there', async () => {
  await installPackages(hostWith(neededPackages), () => {})
})
