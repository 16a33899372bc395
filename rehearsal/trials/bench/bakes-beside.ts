import {join} from 'node:path'
import {rehearse} from '../rehearse.ts'
import type {LocalCloud} from '../local-cloud.ts'
import type {RehearseOptions} from '../rehearse-options.ts'
import type {Report} from '../report.ts'
import type {Bench} from './figure.ts'
import {renderedValues} from './plain-packer.ts'

/** What another contender gets, to build the same in the same cloud. */
export interface SameBuild {
  readonly local: LocalCloud
  /** The folder with the template. */
  readonly template: string
  /** Those that a bake of the action gave the template. */
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Bakes on light machines in one local cloud: once, so that its values are known, and then as often as the figure is measured, each
 * time after the other contender.
 *
 * @param options of the bakes, over those of the figure
 * @returns the bakes after the first one
 * @throws Error where one of them failed
 */
export async function bakesBeside(
  {project, folder, packer, runs, env, signal, progress}: Bench,
  options: Pick<RehearseOptions, 'inputs' | 'onCall'>,
  other: (build: SameBuild) => Promise<void>
): Promise<Report['again']> {
  let values: Record<string, unknown> | undefined
  const {again} = await rehearse({
    ...options,
    driver: 'light',
    packer: await packer(),
    env,
    folder,
    signal,
    async onCall(call) {
      // Packer runs, so that its values are there; they are removed when it has ended.
      if (call.by === 'packer') values ??= await renderedValues(folder)
      await options.onCall?.(call)
    },
    again: Array.from({length: runs}, (_, index) => ({
      async before(local) {
        if (!values) throw new Error('Packer has called nobody')
        await other({local, template: join(project, 'templates/jenkins'), values})
        progress(`${index + 1} of ${runs}`)
      }
    }))
  })
  const failed = again.find(({exitCode}) => exitCode !== 0)
  if (failed) throw new Error(`a bake has failed:\n${failed.log.slice(-2_000)}`)
  return again
}
