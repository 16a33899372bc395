import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {isPlugin} from '../../../src/inputs/plugin-list.ts'
import type {Run} from '../../host/run.ts'
import {problemWith, type PluginsFolder} from './files.ts'
import {manifestOf} from './manifest.ts'

/** Another plugin, with the oldest version of it that will do. */
interface Dependency {
  readonly name: string
  readonly version: string
  readonly optional: boolean
}

/** What a plugin's manifest says. */
interface PluginFacts {
  readonly name: string
  readonly version: string
  readonly title: string
  /** In Maven; empty where the manifest does not tell. */
  readonly group: string
  /** The oldest Jenkins that it is for. */
  readonly requiredCore: string
  readonly dependencies: readonly Dependency[]
}

/** A plugin with its archive. */
export interface OfferedPlugin extends PluginFacts {
  readonly archive: Buffer
}

/**
 * The plugins of a folder, by name.
 * @throws Error with one sentence: there are none, one is no plugin, or one is there twice
 */
export async function readPlugins(folder: PluginsFolder, run: Run): Promise<readonly OfferedPlugin[]> {
  const names = await readdir(folder.path).catch((error: unknown) => {
    throw problemWith(folder, new Error('it is no folder that can be read', {cause: error}))
  })
  const files = names.filter((name) => /\.[hj]pi$/.test(name)).toSorted()
  if (files.length === 0) throw problemWith(folder, new Error('it holds no plugin, *.hpi or *.jpi'))
  const plugins = new Map<string, OfferedPlugin>()
  for (const file of files) {
    const path = join(folder.path, file)
    try {
      const facts = factsOf(await manifestOf(path, run))
      if (plugins.has(facts.name)) throw new Error(`the plugin ${facts.name} is in this folder twice`)
      plugins.set(facts.name, {...facts, archive: await readFile(path)})
    } catch (error) {
      throw problemWith({path, by: folder.by}, error)
    }
  }
  return [...plugins.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function factsOf(manifest: ReadonlyMap<string, string>): PluginFacts {
  const of = (name: string) => manifest.get(name) ?? ''
  const [name, version] = [of('Short-Name'), of('Plugin-Version')]
  if (name === '' || version === '') {
    throw new Error('it is no plugin: its manifest has no Short-Name or no Plugin-Version')
  }
  if (!isPlugin(name, version)) throw new Error(`a plugin cannot be installed as '${name}:${version}'`)
  return {
    name,
    version,
    title: of('Long-Name') || name,
    group: of('Group-Id'),
    requiredCore: of('Jenkins-Version') || of('Hudson-Version'),
    dependencies: dependenciesOf(of('Plugin-Dependencies'))
  }
}

/** `structs:350.v1,scm-api:704.v3;resolution:=optional`. */
function dependenciesOf(value: string): Dependency[] {
  return value.split(',').flatMap((item) => {
    const [plugin = '', ...rest] = item.split(';').map((part) => part.trim())
    const [name = '', version = ''] = plugin.split(':')
    return name === '' ? [] : [{name, version, optional: rest.includes('resolution:=optional')}]
  })
}

type Named = Pick<PluginFacts, 'name' | 'dependencies'>

/**
 * A plugin with everything that it cannot do without, sorted by name; undefined where something of that is not offered.
 */
export function closureOf(name: string, offered: readonly Named[]): readonly string[] | undefined {
  const byName = new Map(offered.map((plugin) => [plugin.name, plugin]))
  const found = new Set<string>()
  const queue = [name]
  for (const next of queue) {
    if (found.has(next)) continue
    const plugin = byName.get(next)
    if (!plugin) return undefined
    found.add(next)
    queue.push(...plugin.dependencies.filter(({optional}) => !optional).map((dependency) => dependency.name))
  }
  return [...found].toSorted()
}

/** The plugin that reads `jenkins-casc`. */
export const cascPlugin = 'configuration-as-code'

/**
 * A plugin to show that plugins are installed: git where it can be had complete, else the one that brings most of the others;
 * undefined where none can be had. It is no part of Configuration as Code if there is another.
 */
export function showpiece(offered: readonly Named[]): string | undefined {
  const complete = offered.flatMap(({name}) => {
    const closure = closureOf(name, offered)
    return closure ? [{name, size: closure.length}] : []
  })
  if (complete.some(({name}) => name === 'git')) return 'git'
  const casc = new Set([cascPlugin, ...(closureOf(cascPlugin, offered) ?? [])])
  const bySize = complete.toSorted((a, b) => b.size - a.size)
  return (bySize.find(({name}) => !casc.has(name)) ?? bySize[0])?.name
}
