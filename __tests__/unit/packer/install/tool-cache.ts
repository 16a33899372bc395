import {mkdir, mkdtemp, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {installPacker, type InstallCollaborators, type Packer} from '../../../../src/packer/install/install.ts'
import {UserError} from '../../../../src/lib/errors.ts'
import type {ReleasesSite} from '../../../../rehearsal/trials/releases/site.ts'
import {recordingLog} from '../../credentials/stand-ins.ts'

const signal = new AbortController().signal

/** An empty tool cache and an empty temporary folder, which this process's environment names until they are closed. */
export async function emptyToolCache() {
  const saved = {...process.env}
  const folder = await mkdtemp(join(tmpdir(), 'install-'))
  const [temp, cache] = ['temp', 'cache'].map((name) => join(folder, name)) as [string, string]
  await Promise.all([mkdir(temp), mkdir(cache)])
  process.env['RUNNER_TEMP'] = temp
  process.env['RUNNER_TOOL_CACHE'] = cache
  const log = recordingLog()
  return {
    folder,
    temp,
    cache,
    log,
    install(
      site: Pick<ReleasesSite, 'url' | 'key'>,
      version: string,
      collaborators: Partial<InstallCollaborators> = {},
      limit: AbortSignal = signal
    ): Promise<Packer> {
      const request = {version, releasesUrl: site.url}
      const common = {env: process.env, log, trustedKey: site.key.publicKey, pause: () => Promise.resolve()}
      return installPacker(request, {...common, ...collaborators}, limit)
    },
    /** A failed installation: its message; and nothing of it in the tool cache or the temporary folder. */
    async failure(running: Promise<unknown>): Promise<string> {
      const error = await running.then(
        () => undefined,
        (reason: unknown) => reason
      )
      if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`)
      expect(await readdir(cache)).toEqual([])
      expect(await readdir(temp)).toEqual([])
      return error.message
    },
    async close() {
      process.env = saved
      await rm(folder, {recursive: true})
    }
  }
}
