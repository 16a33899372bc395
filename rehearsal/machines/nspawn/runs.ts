import {randomBytes} from 'node:crypto'
import {mkdir, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {identify, processRuns} from '../../../src/lib/processes.ts'

/** One driver's life, in a folder that says whose it is. */
export interface Run {
  /** Six hexadecimal digits: its control groups and its interface on the host carry them in their names. */
  readonly id: string
  readonly folder: string
}

interface OwnedRun extends Run {
  /** The process that made it runs. */
  readonly isLive: boolean
}

const folderOf = (cache: string) => join(cache, 'runs')

/** Makes the folder of a new run of this process, which its name tells: at no moment does a run seem to be abandoned. */
export async function createRun(cache: string): Promise<Run> {
  const id = randomBytes(3).toString('hex')
  const owner = identify(process.pid)
  const folder = join(folderOf(cache), `${id}-${process.pid}-${owner?.startTime ?? ''}`)
  await mkdir(folder, {recursive: true})
  return {id, folder}
}

/** The runs whose process is gone. */
export async function abandonedRuns(cache: string): Promise<Run[]> {
  return (await allRuns(cache)).filter(({isLive}) => !isLive)
}

export async function liveRuns(cache: string): Promise<Run[]> {
  return (await allRuns(cache)).filter(({isLive}) => isLive)
}

async function allRuns(cache: string): Promise<OwnedRun[]> {
  const names = await readdir(folderOf(cache)).catch(() => [])
  return names.flatMap((name) => {
    const [, id, pid, startTime = ''] = /^([0-9a-f]{6})-(\d+)-(\d+)$/.exec(name) ?? []
    if (id === undefined) return []
    return [{id, folder: join(folderOf(cache), name), isLive: processRuns({pid: Number(pid), startTime})}]
  })
}
