import {afterAll, beforeAll} from '@jest/globals'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {startJenkins, type RunningJenkins, type StartOptions} from './process.ts'
import type {Prepared, Subject} from './subjects.ts'

/** Milliseconds: the real one takes long where others work too. */
export const patience = 300_000

/** The last entry of a start that succeeds. */
export const up = 'Jenkins is fully up and running'

type Options = Omit<StartOptions, 'scratch'>

export interface Bench {
  /** A folder that is removed in the end. */
  readonly folder: string
  readonly prepared: Prepared
  start(options?: Options): Promise<RunningJenkins>
  /** Starts one that fails, and waits for its end. */
  failed(
    options: Options
  ): Promise<Pick<RunningJenkins, 'lines' | 'told' | 'home'> & {ending: Awaited<RunningJenkins['ended']>}>
  /** A JENKINS_HOME with these files. */
  homeWith(files: Readonly<Record<string, string | Buffer>>): Promise<string>
}

/** Prepares a subject for the tests of the group around this call, and ends what they started. */
export function benchOf({prepare}: Pick<Subject, 'prepare'>): () => Bench {
  let bench: Bench | undefined
  const started: RunningJenkins[] = []
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'likeness-'))
    await mkdir(join(folder, 'prepared'))
    const prepared = await prepare(join(folder, 'prepared'))
    const start = async (options: Options = {}) => {
      const jenkins = await startJenkins(prepared, {scratch: folder, ...options})
      started.push(jenkins)
      return jenkins
    }
    bench = {
      folder,
      prepared,
      start,
      async failed(options) {
        const jenkins = await start(options)
        const ending = await jenkins.ended
        const {lines, told, home} = jenkins
        return {ending, lines, told, home}
      },
      async homeWith(files) {
        const home = await mkdtemp(join(folder, 'home-'))
        await mkdir(join(home, 'plugins'))
        for (const [name, content] of Object.entries(files)) await writeFile(join(home, name), content)
        return home
      }
    }
  }, patience)
  afterAll(async () => {
    await Promise.all(started.map((jenkins) => jenkins.stop()))
    if (bench) await rm(bench.folder, {recursive: true, force: true})
  }, patience)
  return () => {
    if (!bench) throw new Error('nothing was prepared')
    return bench
  }
}
