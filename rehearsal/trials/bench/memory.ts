import {readdir, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'

const prefix = 'memory'

/**
 * `resident`: what the operating system gives, also for garbage that is not collected yet. V8 lets that grow with the number of
 * allocations as long as the machine has memory. `in use`: what is left whenever all garbage has been collected, twice a second,
 * which costs time.
 */
export type Memory = 'resident' | 'in use'

/** The environment of a Node that is to note its most memory in `folder`, and of all that it starts with the same environment. */
export function notingMemory(folder: string, kind: Memory = 'resident'): Record<string, string> {
  const hook = join(import.meta.dirname, 'note-memory.cjs')
  return {NODE_OPTIONS: `--require ${hook}`, NOTE_MEMORY_IN: join(folder, prefix), NOTE_MEMORY_OF: kind}
}

/** The largest of what was noted in `folder`, in MB. The notes are removed. */
export async function takeMemory(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}.`))
  const bytes = await Promise.all(names.map(async (name) => Number(await readFile(join(folder, name), 'utf8'))))
  await Promise.all(names.map((name) => rm(join(folder, name))))
  if (bytes.length === 0) throw new Error('no process has noted its memory')
  return Math.max(...bytes) / 1e6
}
