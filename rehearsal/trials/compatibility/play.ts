import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {cascPlugin} from '../../jenkins/real/plugins.ts'
import {whyNoBase, whyNot} from '../../machines/nspawn/driver.ts'
import type {Packer} from '../../host/packers/packer.ts'
import {scenarioPackers} from '../../host/packers/scenario-packers.ts'
import {rehearse} from '../rehearse.ts'
import type {RehearseOptions} from '../rehearse-options.ts'
import type {LogLine} from '../../runner/log.ts'
import {ownTemplate} from '../templates/own-template.ts'
import {imagePlugins} from './image-plugins.ts'
import {playScripts} from './play-scripts.ts'
import type {Result} from './result.ts'
import {nameOf, type Row} from './rows.ts'

/** Plays one row. What cannot be had here is not run, and says why. */
export async function play(row: Row, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Promise<Result> {
  const known = {row: nameOf(row), part: row.part, images: 0, seconds: 0, leftovers: 0}
  if (row.part === 'scripts') return {...known, ...(await playScripts(row.java, env))}

  const {packer, missing} = await packerFor(row)
  const why = missing ?? (row.part === 'images' ? ((await whyNot()) ?? (await whyNoBase(row.system))) : undefined)
  if (!packer || why !== undefined) return {...known, outcome: 'not run', why: why ?? 'there is no Packer'}

  const folder = await mkdtemp(join(tmpdir(), 'compatibility-'))
  try {
    const plugins = row.part === 'images' ? await imagePlugins(env) : []
    const bake = await playBake(await optionsFor(row, folder, plugins), {packer, folder, signal, env})
    const expected = row.part === 'templates' ? row.sources.length : 1
    const isShort = bake.outcome === 'verified' && bake.images !== expected
    const asked = plugins.length > 0 && {plugins}
    return {
      ...known,
      ...bake,
      ...asked,
      ...(isShort ? {outcome: 'failed', why: `${bake.images} images instead of ${expected}`} : {})
    }
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

type Bake = Omit<Result, 'row' | 'part'>

async function playBake(
  options: RehearseOptions,
  rest: Required<Pick<RehearseOptions, 'folder' | 'signal' | 'env'>> & {readonly packer: Packer}
): Promise<Bake> {
  const lines: LogLine[] = []
  const report = await rehearse({...options, ...rest, onLine: (line) => lines.push(line)})
  const {outputs, driver, exitCode, seconds, leftovers, jenkins, packer} = report
  const [, java] =
    /Setting up openjdk-\d+-jre-headless\S* \(([^)]+)\)/.exec(lines.map(({text}) => text).join('\n')) ?? []
  const verified = exitCode === 0 && outputs['verdict'] === 'verified'
  const error = lines.find(({kind}) => kind === 'error')?.text
  return {
    outcome: verified ? 'verified' : 'failed',
    ...(verified ? {} : {why: error ?? `exit ${exitCode}`}),
    images: new Set(outputs['amis']?.match(/ami-[0-9a-f]+/g)).size,
    seconds,
    leftovers: leftovers.length,
    // Light machines install nothing.
    ...(driver === 'nspawn' ? {jenkins} : {}),
    packer: packer.version,
    ...(java ? {java} : {})
  }
}

async function packerFor(row: Row): Promise<{packer?: Packer; missing?: string}> {
  const {current, distributions} = await scenarioPackers()
  if (row.part === 'templates') return row.packer === distributions.version ? distributions : current
  return current.packer || !distributions.packer ? current : distributions
}

async function optionsFor(
  row: Exclude<Row, {part: 'scripts'}>,
  folder: string,
  plugins: readonly string[]
): Promise<RehearseOptions> {
  if (row.part === 'templates') {
    const {kind, sources} = row
    return {driver: 'light', inputs: {template: ownTemplate({kind, sources})}}
  }
  const inputs = {'java-version': row.java, 'jenkins-plugins': plugins.join(' ')}
  if (!plugins.includes(cascPlugin)) return {driver: 'nspawn', base: row.system, inputs}
  const casc = join(folder, 'casc')
  await mkdir(casc)
  await writeFile(
    join(casc, 'jenkins.yaml'),
    'jenkins:\n  securityRealm:\n    local:\n      allowsSignup: false\n  authorizationStrategy:\n    loggedInUsersCanDoAnything:\n      allowAnonymousRead: false\n'
  )
  return {driver: 'nspawn', base: row.system, inputs: {...inputs, 'jenkins-casc': casc}}
}
