import {readdir, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'

const prefix = 'peak'

/** The environment of a Node that is to note its most resident memory in `folder`, and of all that it starts with the same environment. */
export function notingPeak(folder: string): Record<string, string> {
  const hook = join(import.meta.dirname, 'note-peak.cjs')
  return {NODE_OPTIONS: `--require ${hook}`, NOTE_PEAK_IN: join(folder, prefix)}
}

/** The largest of the peaks noted in `folder`, in MB. They are removed. */
export async function takePeak(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}.`))
  const bytes = await Promise.all(names.map(async (name) => Number(await readFile(join(folder, name), 'utf8'))))
  await Promise.all(names.map((name) => rm(join(folder, name))))
  if (bytes.length === 0) throw new Error('no process has noted its memory')
  return Math.max(...bytes) / 1e6
}
