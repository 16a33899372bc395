import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {cacheFolder} from '../../host/folders.ts'
import {createCgroups, findHierarchies} from './cgroups.ts'
import {createHost} from './host.ts'
import {abandonedRuns} from './runs.ts'

/**
 * Removes what killed rehearsals left: machines, helpers, control groups and files. Rehearsals that still run are left alone.
 *
 * @returns What was removed, a line each
 * @throws Error where something outlives its removal
 */
export async function cleanUp(cache = cacheFolder()): Promise<string[]> {
  const abandoned = await abandonedRuns(cache)
  if (abandoned.length === 0) return []
  const hierarchies = await findHierarchies()
  const host = createHost()
  const removed: string[] = []
  for (const {id, folder} of abandoned) {
    if (hierarchies) await createCgroups(host, hierarchies, id).end()
    const machines = await readdir(join(folder, 'machines')).catch(() => [])
    // The network went with the process that held it open; its interface on the host may follow a moment later.
    await host.run('ip', ['link', 'delete', `bake-${id}`]).catch(() => {})
    await host.run('rm', ['-rf', folder])
    removed.push(...machines.map((name) => `machine ${name} of the rehearsal ${id}`), `files of the rehearsal ${id}`)
  }
  return removed
}
