import {readdir, stat} from 'node:fs/promises'
import {dirname, extname, join} from 'node:path'
import {rowOf, withGoal, type Bench, type Figure, type Row} from '../figure.ts'

const mostMb = 1.1
const scripts = new Set(['.js', '.cjs', '.mjs'])

/** What a runner downloads to run the action: the scripts of all stages, without the notices and maps. */
export const size: Figure = {
  name: 'size',
  what: 'The scripts in dist, all stages; beside those of peers',
  runs: 1,
  async measure({project, peers}: Bench): Promise<Row[]> {
    const own = [await megabytes(join(project, 'dist'))]
    const isSmall = (row: Row): boolean => row.own.median < mostMb
    const goal = `< ${mostMb} MB`
    return [
      withGoal(rowOf('dist', 'MB', own), goal, isSmall),
      ...(await Promise.all(
        peers.map(async ({name, main}) =>
          rowOf(`beside ${name}`, 'MB', own, [`peer ${name}`, [await megabytes(dirname(main))]])
        )
      ))
    ]
  }
}

async function megabytes(folder: string): Promise<number> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile() && scripts.has(extname(entry.name)))
  const sizes = await Promise.all(files.map(async ({parentPath, name}) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, bytes) => sum + bytes, 0) / 1e6
}
