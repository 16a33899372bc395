import {execFile} from 'node:child_process'
import {readdir, readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {promisify} from 'node:util'
import {findHierarchies} from '../../../../rehearsal/machines/nspawn/cgroups.ts'
import {createHost} from '../../../../rehearsal/machines/nspawn/host.ts'

const run = promisify(execFile)
const host = createHost()

/** The id of a run, by the name of its folder. */
export const idOf = (runFolder: string): string => basename(runFolder).slice(0, 6)

/** Everything on this host that is of one run: control groups, interfaces, namespaces, processes, mounts, files of nspawn's. */
export async function tracesOf(id: string): Promise<string[]> {
  const hierarchies = await findHierarchies()
  const groups = (hierarchies?.all ?? []).map(async (root) => (await readdir(root)).map((name) => join(root, name)))
  const {links, namespaces, mounts} = await networksAndMounts()
  const nspawn = (await host.run('find', ['/run/systemd/nspawn']).catch(() => '')).split('\n')
  const lines = [...(await Promise.all(groups)).flat(), ...links, ...namespaces, ...mounts, ...nspawn]
  return [...lines.filter((line) => line.includes(id)), ...(await processesOf(id))]
}

/**
 * What a rehearsal must leave as it is. Other tests run at the same time: names of rehearsals, and the small disks that
 * scenarios mount in their own folders (ends.test.ts), are left out.
 */
export async function restOfHost(): Promise<string[]> {
  const {links, namespaces, mounts} = await networksAndMounts()
  const rules = await host.run('nft', ['list', 'ruleset'])
  const routes = await host.run('ip', ['route'])
  const lines = [...links, ...namespaces, ...mounts, ...rules.split('\n'), ...routes.split('\n')]
  const ofScenarios = ['scenario', 'mount'].map((name) => ` ${join(tmpdir(), name)}-`)
  return lines.filter((line) => !/bake-[0-9a-f]{6}/.test(line) && !ofScenarios.some((folder) => line.includes(folder)))
}

async function networksAndMounts() {
  const {stdout: links} = await run('ip', ['-brief', 'link'])
  const {stdout: namespaces} = await run('ip', ['netns'])
  const mounts = await readFile('/proc/self/mounts', 'utf8')
  return {
    // Without addresses and states, which are the host's own affair.
    links: links.split('\n').map((line) => line.split(/[ @]/)[0] ?? ''),
    namespaces: namespaces.split('\n'),
    mounts: mounts.split('\n')
  }
}

/** By control group and by command line. Without zombies: on hosts whose first process reaps nobody, they stay. */
async function processesOf(id: string): Promise<string[]> {
  const {stdout} = await run('ps', ['-ww', '-eo', 'stat,pid,cgroup,args'])
  return stdout.split('\n').filter((line) => line.includes(id) && !line.startsWith('Z'))
}
