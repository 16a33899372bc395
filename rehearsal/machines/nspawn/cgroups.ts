import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Host} from './host.ts'

/** Where the host's control groups are. */
export interface Hierarchies {
  /** Version 2, which alone can kill and freeze a whole group. */
  readonly unified: string
  /** Version 2, and systemd's own of version 1 where the host has both (hybrid). */
  readonly all: readonly string[]
}

/** The control groups of one run: one below the run's for each machine and each helper. */
export interface Cgroups {
  /** Makes a group and returns the command that joins it and becomes the given command. */
  join(name: string, command: readonly string[]): Promise<string[]>
  freeze(name: string): Promise<void>
  thaw(name: string): Promise<void>
  /**
   * Kills whatever is in a group and removes the group; without a name, in the whole run.
   *
   * @throws Error where something outlives SIGKILL
   */
  end(name?: string): Promise<void>
}

const script = fileURLToPath(new URL('./join-cgroups.sh', import.meta.url))
/** A run's own group, in each hierarchy. */
export const groupOf = (runId: string) => `bake-jenkins-ami-${runId}`
/** Milliseconds. A killed machine is gone in less than a tenth of one second. */
const patience = 10_000

/** @returns undefined where there is no cgroup of version 2 that can kill its members (Linux 5.14) */
export async function findHierarchies(): Promise<Hierarchies | undefined> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '))
  const folders = (chosen: (type: string, options: string) => boolean) =>
    mounts.flatMap(([, folder = '', type = '', options = '']) => (chosen(type, options) ? [folder] : []))
  const [unified] = folders((type) => type === 'cgroup2')
  if (unified === undefined) return undefined
  return {unified, all: [unified, ...folders((type, options) => type === 'cgroup' && /\bname=systemd\b/.test(options))]}
}

export function createCgroups(host: Host, {unified, all}: Hierarchies, runId: string): Cgroups {
  const group = groupOf(runId)
  const folders = (name: string) => all.map((root) => join(root, group, name))
  const file = (name: string, knob: string) => join(unified, group, name, knob)
  const write = (path: string, text: string) => host.run('tee', [path], text)
  return {
    async join(name, command) {
      await host.run('mkdir', ['-p', ...folders(name)])
      return [script, ...folders(name), '--', ...command]
    },
    async freeze(name) {
      await write(file(name, 'cgroup.freeze'), '1')
      await until(`${name} to stand still`, async () =>
        (await eventsOf(file(name, 'cgroup.events'))).includes('frozen 1')
      )
    },
    async thaw(name) {
      await write(file(name, 'cgroup.freeze'), '0')
    },
    async end(name = '') {
      const kill = file(name, 'cgroup.kill')
      // Two rehearsals that start together may both remove what a third one left.
      const unlessGone =
        <T>(otherwise: T) =>
        (error: unknown) => {
          if (existsSync(kill)) throw error
          return otherwise
        }
      if (existsSync(kill)) {
        await write(kill, '1').catch(unlessGone(undefined))
        await until(`${group}/${name} to be empty`, async () =>
          (await eventsOf(file(name, 'cgroup.events')).catch(unlessGone(['populated 0']))).includes('populated 0')
        )
      }
      await until(`${group}/${name} to be removed`, () => remove(host, folders(name)))
    }
  }
}

/** A group can be removed when nothing is in it any more, in this hierarchy too. */
async function remove(host: Host, folders: readonly string[]): Promise<boolean> {
  const present = folders.filter((folder) => existsSync(folder))
  if (present.length === 0) return true
  await host.run('find', [...present, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']).catch(() => {})
  return !folders.some((folder) => existsSync(folder))
}

async function eventsOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n')
}

async function until(what: string, happened: () => Promise<boolean>): Promise<void> {
  const last = Date.now() + patience
  while (!(await happened())) {
    if (Date.now() > last) throw new Error(`Waited ${patience / 1000} seconds in vain for the control group ${what}`)
    await sleep(20)
  }
}
