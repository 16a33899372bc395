import {randomBytes} from 'node:crypto'
import {mkdir, mkdtemp, readdir, readFile, rename, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {identify, type ProcessIdentity} from '../../../src/cleanup/processes.ts'

/** One driver's life, in a folder that says whose it is. */
export interface Run {
  /** Six hexadecimal digits: its control groups and its interface on the host carry them in their names. */
  readonly id: string
  readonly folder: string
}

const folderOf = (cache: string) => join(cache, 'runs')

/** Makes the folder of a new run of this process. */
export async function createRun(cache: string): Promise<Run> {
  await mkdir(folderOf(cache), {recursive: true})
  const id = randomBytes(3).toString('hex')
  const folder = join(folderOf(cache), id)
  // A folder without its owner's name would be taken for an abandoned one.
  const unnamed = await mkdtemp(join(cache, 'run-'))
  await writeFile(join(unnamed, 'owner.json'), JSON.stringify(identify(process.pid)))
  await rename(unnamed, folder)
  return {id, folder}
}

/** The runs whose process is gone. */
export async function abandonedRuns(cache: string): Promise<Run[]> {
  const ids = await readdir(folderOf(cache)).catch(() => [])
  const runs = ids.map((id) => ({id, folder: join(folderOf(cache), id)}))
  const lives = await Promise.all(runs.map(({folder}) => hasOwner(folder)))
  return runs.filter((_, i) => lives[i] === false)
}

async function hasOwner(folder: string): Promise<boolean> {
  try {
    const {pid, startTime} = JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8')) as ProcessIdentity
    return identify(pid)?.startTime === startTime
  } catch {
    return false
  }
}
