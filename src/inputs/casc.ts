import {readdirSync, readFileSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {DEFAULT_SCHEMA, loadAll, Type, YAMLException} from 'js-yaml'

/** A folder of Configuration as Code. */
export interface Casc {
  /** Absolute path. */
  readonly folder: string
  /** It configures who may sign in, so that Jenkins needs no setup wizard to keep strangers out. */
  readonly hasSecurityRealm: boolean
}

/** Configuration as Code ignores YAML's tags, and accepts any. */
const anyTag = DEFAULT_SCHEMA.extend(
  (['scalar', 'sequence', 'mapping'] as const).map((kind) => new Type('', {kind, multi: true}))
)

/**
 * Reads a folder of Configuration as Code: the files that its plugin reads, `.yaml` and `.yml` in all folders but hidden ones
 * (configuration-as-code-plugin, ConfigurationAsCode.configs).
 *
 * @throws Error when there is no such file, or one of them is not YAML
 */
export function readCasc(folder: string): Casc {
  const files = statSync(folder).isDirectory() ? yamlFilesIn(folder) : []
  if (files.length === 0) throw new Error('is not a folder with .yaml or .yml files')
  const roots = files.flatMap((file) => documentsOf(path.join(folder, file), file))
  return {folder, hasSecurityRealm: roots.some((root) => isSet(memberOf(memberOf(root, 'jenkins'), 'securityRealm')))}
}

function yamlFilesIn(folder: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((name) => /\.ya?ml$/i.test(name) && !name.split(path.sep).some((part) => part.startsWith('.')))
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .toSorted()
}

function documentsOf(file: string, name: string): unknown[] {
  try {
    // Duplicate keys are left to the plugin.
    return loadAll(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), null, {schema: anyTag, json: true})
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const {reason, mark} = error
    throw new Error(`has a file that is not valid YAML: ${name}, line ${(mark?.line ?? 0) + 1}: ${reason}`, {
      cause: error
    })
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}
