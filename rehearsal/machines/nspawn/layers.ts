import {symlink} from 'node:fs/promises'
import {join} from 'node:path'
import type {DiskContent} from '../driver.ts'
import type {Host} from './host.ts'

/** The content of an image: layers of a file system, each on top of the one before. */
export interface NspawnContent extends DiskContent {
  readonly driver: 'nspawn'
  /** Names of folders in the run's folder of layers, lowest first. */
  readonly layers: readonly string[]
}

export const isNspawnContent = (content: DiskContent): content is NspawnContent => content.driver === 'nspawn'

/** All layers of a run. */
export interface Layers {
  readonly folder: string
  /** The base system alone. */
  readonly base: NspawnContent
  /** Copies a machine's own layer as it is, on top of the content that the machine was launched from. */
  copy(upper: string, below: NspawnContent): Promise<NspawnContent>
}

/** @param folder Empty; becomes the folder of layers, whose names are short because the kernel limits the list of them */
export async function createLayers(host: Host, folder: string, base: string): Promise<Layers> {
  await symlink(base, join(folder, '0'))
  let count = 0
  return {
    folder,
    base: {driver: 'nspawn', layers: ['0']},
    async copy(upper, below) {
      const name = String(++count)
      await host.run('cp', ['--archive', '--reflink=auto', upper, join(folder, name)])
      return {driver: 'nspawn', layers: [...below.layers, name]}
    }
  }
}
