import {createHash} from 'node:crypto'
import type {RepositoryFiles} from './index-files.ts'
import type {OfferedPlugin} from './real/plugins.ts'
import {zipOf} from '../host/zip.ts'

/** A plugin that has a manifest like a real one, and no code. */
export interface StandInPlugin {
  readonly name: string
  readonly version: string
  readonly title: string
  /** The oldest Jenkins that it is for. */
  readonly requiredCore: string
  /** Other plugins with the oldest versions of them that it is for. */
  readonly needs: Readonly<Record<string, string>>
  /** An older version, which the update center has beside the newest. */
  readonly isOld?: boolean
}

const core = '2.504.3'

/** Some of the plugins that most controllers have, under their own names. */
export const standInPlugins: readonly StandInPlugin[] = [
  {name: 'structs', version: '350.v3b_30f09f2363', title: 'Structs', requiredCore: core, needs: {}},
  {
    name: 'credentials',
    version: '1419.v2337d1ceceef',
    title: 'Credentials',
    requiredCore: core,
    needs: {structs: '337.v1b_04ea_4df7c8'}
  },
  {
    name: 'scm-api',
    version: '704.v3ce5c542825a_',
    title: 'SCM API',
    requiredCore: core,
    needs: {structs: '337.v1b_04ea_4df7c8'}
  },
  {
    name: 'git-client',
    version: '6.3.2',
    title: 'Git client',
    requiredCore: core,
    needs: {credentials: '1408.va_622a_b_f5b_1b_1'}
  },
  {
    name: 'git',
    version: '5.7.0',
    title: 'Git',
    requiredCore: core,
    needs: {'git-client': '6.2.1', 'scm-api': '703.v72ff4b_259600'}
  },
  {name: 'git', version: '5.2.0', title: 'Git', requiredCore: core, needs: {'git-client': '4.4.0'}, isOld: true},
  {
    name: 'git-client',
    version: '4.0.0',
    title: 'Git client',
    requiredCore: core,
    needs: {credentials: '1214.v1de940103927'},
    isOld: true
  },
  {
    name: 'configuration-as-code',
    version: '1985.vdda_32d0c4ea_b_',
    title: 'Configuration as Code',
    requiredCore: core,
    needs: {}
  }
]

/** A plugin as an update center has it. */
export interface ListedPlugin extends OfferedPlugin {
  readonly isOld?: boolean
}

/** Stand-ins for plugins, with their archives. */
export function listStandIns(plugins: readonly StandInPlugin[] = standInPlugins): ListedPlugin[] {
  return plugins.map((plugin) => ({
    ...plugin,
    group: 'org.jenkins-ci.plugins',
    dependencies: Object.entries(plugin.needs).map(([name, version]) => ({name, version, optional: false})),
    archive: archiveOf(plugin)
  }))
}

/**
 * What is offered where somebody gave plugins: those, and stand-ins of other names beside a stand-in for Jenkins. A real Jenkins
 * would be asked to run what has no code.
 */
export function withRealPlugins(real: readonly OfferedPlugin[], jenkinsIsStandIn: boolean): readonly ListedPlugin[] {
  const names = new Set(real.map(({name}) => name))
  return [...real, ...(jenkinsIsStandIn ? listStandIns().filter(({name}) => !names.has(name)) : [])]
}

/** The files of an update center, laid out like updates.jenkins.io. */
export function updateCenterFiles(plugins: readonly ListedPlugin[] = listStandIns()): RepositoryFiles {
  const entries = plugins.map((plugin) => [plugin, entryOf(plugin)] as const)
  const newest = entries.filter(([{isOld}]) => isOld !== true)
  const all: Record<string, Record<string, object>> = {}
  for (const [{name, version}, entry] of entries) (all[name] ??= {})[version] = entry
  const center = {
    id: 'stand-in',
    plugins: Object.fromEntries(newest.map(([{name}, entry]) => [name, entry])),
    warnings: []
  }
  return new Map([
    ['update-center.json', Buffer.from(`updateCenter.post(\n${JSON.stringify(center)}\n);`)],
    ['current/plugin-versions.json', Buffer.from(JSON.stringify({plugins: all}))],
    ...plugins.map(({name, version, archive}) => [`download/plugins/${name}/${version}/${name}.hpi`, archive] as const)
  ])
}

function entryOf({name, version, title, group, requiredCore, dependencies, archive}: OfferedPlugin): object {
  const sha256 = createHash('sha256').update(archive).digest('base64')
  return {name, version, title, requiredCore, dependencies, sha256, gav: `${group}:${name}:${version}`}
}

function archiveOf({name, version, title, requiredCore, needs}: StandInPlugin): Buffer {
  const dependencies = Object.entries(needs).map(([other, oldest]) => `${other}:${oldest}`)
  const manifest = [
    'Manifest-Version: 1.0',
    `Short-Name: ${name}`,
    `Long-Name: ${title} (a stand-in)`,
    `Plugin-Version: ${version}`,
    `Jenkins-Version: ${requiredCore}`,
    ...(dependencies.length > 0 ? [`Plugin-Dependencies: ${dependencies.join(',')}`] : [])
  ]
  return zipOf([{name: 'META-INF/MANIFEST.MF', content: manifest.map((line) => `${folded(line)}\r\n`).join('')}])
}

/** A line of a manifest has 72 bytes at most; the next one goes on after a blank (JAR File Specification). */
function folded(line: string): string {
  const rest = line.slice(72).match(/.{1,71}/g) ?? []
  return [line.slice(0, 72), ...rest].join('\r\n ')
}
