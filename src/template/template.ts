import {readFileSync, readdirSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {allowedEnvironment} from './allowed-environment.ts'
import {tagsAtCreation} from '../aws/restricted-tagging.ts'
import {isOnPath} from '../lib/paths.ts'
import type {InputError} from '../lib/errors.ts'
import {buildsOf, unmatched} from './builds.ts'
import {openVariablesFile, Values, type Sources, type VariablesFile} from './values.ts'
import {withDynamic} from './dynamic.ts'
import {environmentOf, unregistered} from './environment.ts'
import {localFilesIn, type LocalFile} from './local-files.ts'
import {findingsIn} from './findings.ts'
import {staticKeys} from './static-keys.ts'
import {namesIn, type AwsNames} from './aws-names.ts'
import {choose, closedTags, type Choice, type Replaced} from './choice.ts'
import {readHclFiles, readLegacyJson} from './reading.ts'
import {type Declaration, type Reading} from './reading-parts.ts'
import {throwsAway} from './post-processors.ts'
import {makesNoImage} from './imageless.ts'
import {renamedPlugins} from './renamed-plugin.ts'
import {missingParts} from './siblings.ts'
import {sourcesOf, type TemplateSource} from './sources.ts'
import {isAmong, usedInLegacy} from './used-variables.ts'
import {unknown, type Value} from './value.ts'

export interface Template {
  /** A file, or a folder of HCL2 files. */
  readonly path: string
  /** The folder in which Packer runs, so that relative paths in the template work as they do by hand. */
  readonly directory: string
  /** The shipped template: its resources carry the bake's tags, and the session policy may require them. */
  readonly shipped: boolean
  /** Written in the JSON of Packer 1.4: its variables are strings, and it names no plugins. */
  readonly legacy: boolean
  /** The variables that it declares; in legacy JSON also those that it uses. */
  readonly declared: ReadonlyMap<string, Declaration>
  /** Those of them that nothing in the template refers to. */
  readonly unused: ReadonlySet<string>
  /**
   * Names of the variables that the action fills in if it knows a value: those that the template leaves open, and those
   * for which an input was given.
   */
  readonly variables: ReadonlySet<string>
  /** Those that Packer refuses to be without, and that nothing else gives a value. */
  readonly unset: ReadonlySet<string>
  /** The values that the inputs replace. */
  readonly replaced: readonly Replaced[]
  /** The value that its variable `jenkins_version` has without the action; undefined if it has none. */
  readonly jenkinsVersion: Value | undefined
  /** The value of its variable `tags`, which the action's own tags are added to. */
  readonly ownTags: Readonly<Record<string, string | null>>
  /** The user's values: files in Packer's order, then single variables, which take precedence. */
  readonly varFiles: readonly string[]
  readonly vars: Readonly<Record<string, string>>
  /** More arguments of `packer build`. */
  readonly arguments: readonly string[]
  /** More variables of this step that Packer's environment gets. */
  readonly environment: readonly string[]
  readonly names: AwsNames
  /** Amazon's builders that are going to run. */
  readonly sources: readonly TemplateSource[]
  /** A post-processor perhaps does not keep the image, so that Packer throws it away. */
  readonly throwsAway: boolean
  /** It has data sources, which only AWS can answer. */
  readonly hasDataSources: boolean
  /** Their names, such as `data.amazon-ami.base`. */
  readonly dataSources: ReadonlySet<string>
  /** The files and folders of this machine that Packer reads for it, as far as it names them. */
  readonly localFiles: readonly LocalFile[]
  /** Problems because of which it cannot be baked, such as static AWS keys that would reach Packer. */
  readonly problems: readonly InputError[]
  readonly warnings: readonly string[]
}

/** The user's additions to a template. */
export interface Additions {
  /** Absent: the template's folder. */
  readonly directory?: string | undefined
  readonly varFiles?: readonly VariablesFile[]
  readonly vars?: Readonly<Record<string, string>>
  readonly arguments?: readonly string[]
  /** Variables whose inputs were given, with the inputs: they take precedence over defaults and variables files. */
  readonly insisted?: ReadonlyMap<string, string>
  /** Of this step. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Names of variables of this step that Packer is to see. */
  readonly templateEnv?: readonly string[]
  /** The bake's; empty where it is not known. */
  readonly region?: string
  readonly allowForceDeregister?: boolean
  /** False: Packer gets the credentials of this step's environment as they are. */
  readonly assumesRole?: boolean
}

/**
 * @param own the user's template: an HCL2 file, a folder with such files, or legacy JSON
 * @param shipped the folder of the template that comes with the action
 * @throws when there is no template, or it or a variables file cannot be read
 */
export function openTemplate(own: string | undefined, shipped: string, additions: Additions = {}): Template {
  const location = own ?? shipped
  const isFolder = statSync(location).isDirectory()
  const {reading: read, legacy} = isFolder ? readFolder(location) : readFile(location)
  const {varFiles = [], vars = {}, env = {}, insisted = new Map(), templateEnv = [], region = ''} = additions
  const files = [...(isFolder ? automaticFiles(location) : []), ...varFiles]
  const isShipped = own === undefined
  const packerEnv = {...allowedEnvironment(env), ...picked(env, templateEnv), ...regionOf(region)}
  const before: Sources = {reading: read, files, vars, env: legacy ? {} : env, packerEnv}
  const environment = environmentOf(expanded(before), {legacy, env, templateEnv})
  const unfilled: Sources = {...before, packerEnv: {...packerEnv, ...picked(env, environment.names)}}
  const given = additions.arguments ?? []
  const choice = choose(expanded(unfilled), {insisted, legacy, takesAll: isShipped, arguments: given})
  const values = new Values(unfilled, new Map([...(legacy ? emptyIn(unfilled) : []), ...knownValues(choice, region)]))
  const sources = expanded(unfilled, values)
  const {reading} = sources
  const builders = sourcesOf(reading, values, given)
  const names = namesIn(sources, values, {builders, hasTags: !legacy && choice.filled.has('tags')})
  const isNarrowed = additions.assumesRole ?? true
  const findings = isShipped
    ? {problems: [], warnings: []}
    : findingsIn(builders, {
        region,
        allowsForceDeregister: additions.allowForceDeregister ?? false,
        legacy,
        hasAgent: Boolean(env['SSH_AUTH_SOCK']),
        hasSessionManagerPlugin: isOnPath('session-manager-plugin', env),
        isNarrowed,
        changesOnlyTagged: isNarrowed && names.uses.tags.machines && tagsAtCreation(region) === 'everything'
      })
  const keys = staticKeys(sources, values)
  const unread = environment.unread(choice.filled, sources.packerEnv, builders)
  return {
    path: location,
    directory: additions.directory ?? (isFolder ? location : path.dirname(location)),
    shipped: isShipped,
    legacy,
    declared: reading.variables,
    unused: unusedIn(reading, legacy ? files : []),
    variables: choice.filled,
    unset: choice.unset,
    replaced: choice.replaced,
    jenkinsVersion: values.ofVariableItself('jenkins_version'),
    ownTags: choice.ownTags,
    varFiles: varFiles.map((file) => file.path),
    vars,
    arguments: given,
    environment: environment.names,
    names,
    sources: builders,
    throwsAway: throwsAway(reading, values),
    hasDataSources: reading.blocks.has('data'),
    dataSources: reading.data,
    localFiles: localFilesIn(reading, values),
    problems: [
      ...keys.problems,
      ...findings.problems,
      ...unread.problems,
      ...unregistered(reading, env),
      ...unmatched(buildsOf(reading, values), given),
      ...makesNoImage(reading, values, given),
      ...renamedPlugins(reading),
      ...(isFolder || legacy || isShipped ? [] : missingParts(location, reading))
    ],
    warnings: [...keys.warnings, ...findings.warnings, ...unread.warnings, ...(legacy ? [] : closedTags(sources))]
  }
}

/** @param files whose values may refer to variables: legacy JSON's */
function unusedIn({variables, references}: Reading, files: readonly VariablesFile[]): Set<string> {
  const given = files.flatMap(({values}) => [...values.values()].map(({source}): unknown => JSON.parse(source)))
  const used = new Set([...references, ...given.flatMap(usedInLegacy)])
  return new Set([...variables.keys()].filter((name) => !isAmong(used, name)))
}

function expanded(sources: Sources, values = new Values(sources)): Sources {
  return {...sources, reading: withDynamic(sources.reading, values)}
}

/**
 * Variables of legacy JSON that are used and have no value: Packer takes an empty string for them (packer-plugin-sdk,
 * template/interpolate/funcs.go).
 */
function emptyIn(sources: Sources): Map<string, Value> {
  const values = new Values(sources)
  const names = [...sources.reading.variables.keys()].filter((name) => values.ofVariableItself(name) === undefined)
  return new Map(names.map((name) => [name, '']))
}

/** Only the region is known before AWS is called. */
function knownValues({filled}: Choice, region: string): Map<string, Value> {
  return new Map([...filled].map((name) => [name, name === 'region' && region !== '' ? region : unknown]))
}

function regionOf(region: string): Record<string, string> {
  return region === '' ? {} : {AWS_REGION: region, AWS_DEFAULT_REGION: region}
}

function picked(env: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

function readFolder(folder: string): {reading: Reading; legacy: boolean} {
  const names = filesIn(folder).filter(isHcl)
  if (names.length === 0) throw new Error(`the folder ${folder} has no file that ends in .pkr.hcl or .pkr.json`)
  const files = names.map((name): [string, string] => {
    const file = path.join(folder, name)
    if (statSync(file).isDirectory()) throw new Error(`${file} is a folder, behind a link; Packer takes it for a file`)
    return [file, readFileSync(file, 'utf8')]
  })
  return {reading: readHclFiles(new Map(files)), legacy: false}
}

function readFile(file: string): {reading: Reading; legacy: boolean} {
  if (isHcl(file)) return {reading: readHclFiles(new Map([[file, readFileSync(file, 'utf8')]])), legacy: false}
  if (isLegacy(file)) return {reading: readLegacyJson(file, readFileSync(file, 'utf8')), legacy: true}
  throw new Error(
    `${file} is not a template; expected a file that ends in .pkr.hcl, .pkr.json or .json, or a folder of HCL2 files`
  )
}

/** Packer takes every other JSON file for a template of this kind. */
export function isLegacy(file: string): boolean {
  return file.endsWith('.json') && !isHcl(file)
}

const isHcl = (name: string): boolean => /\.pkr\.(hcl|json)$/.test(name)

/** Packer passes folders over, but reads whatever a link points to. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, {withFileTypes: true})
  return entries.filter((entry) => !entry.isDirectory()).map(({name}) => name)
}

/** Files that Packer reads by itself in a template's folder. */
function automaticFiles(folder: string): VariablesFile[] {
  const names = filesIn(folder).toSorted()
  const inOrder = ['.auto.pkrvars.hcl', '.auto.pkrvars.json'].flatMap((end) =>
    names.filter((name) => name.endsWith(end))
  )
  return inOrder.map((name) => openVariablesFile(path.join(folder, name), false))
}
