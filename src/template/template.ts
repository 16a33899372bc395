import {readFileSync, readdirSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {awsUseOf, type AwsUse} from './awsUse.ts'
import {openVariablesFile, textsOf, type Sources, type VariablesFile} from './effective.ts'
import {staticKeys} from './keys.ts'
import {readHclFiles, readLegacyJson, type Declaration, type Reading} from './reading.ts'
import type {InputError} from '../report/errors.ts'

export interface Template {
  /** A file, or a folder of HCL2 files. */
  readonly path: string
  /** Where Packer runs, so that relative paths in the template mean what they mean by hand. */
  readonly directory: string
  /** The shipped template: its resources carry our tags, and the session policy may insist on them. */
  readonly shipped: boolean
  /** Written in JSON as Packer 1.4 knew it: its variables are texts, and it names no plugins. */
  readonly legacy: boolean
  /** What it declares. */
  readonly declared: ReadonlyMap<string, Declaration>
  /** Names of the variables that the action fills in, where it knows them: declared, and not given by the user. */
  readonly variables: ReadonlySet<string>
  /** The user's values: files in Packer's order, then single variables, which win over all. */
  readonly varFiles: readonly string[]
  readonly vars: Readonly<Record<string, string>>
  /** More arguments of `packer build`. */
  readonly arguments: readonly string[]
  readonly names: AwsNames
  /** Static AWS keys that would reach Packer. */
  readonly problems: readonly InputError[]
}

/** What a template names of AWS, as far as can be known without Packer. */
export interface AwsNames {
  /** Regions that its images are copied to. */
  readonly copyRegions: readonly string[]
  /** Of ~/.aws/config, in the amazon builders. */
  readonly profiles: readonly string[]
  /** Of the roles that it assumes. */
  readonly roles: readonly string[]
  /** The users that Packer logs in as. */
  readonly loginUsers: readonly string[]
  readonly uses: AwsUse
  /** How many images it makes, at the least. */
  readonly images: number
  /** Types of its components, such as `amazon-ebs` and `ansible`. */
  readonly components: readonly string[]
}

/** What the user adds to a template. */
export interface Additions {
  /** Absent: the template's folder. */
  readonly directory?: string | undefined
  readonly varFiles?: readonly VariablesFile[]
  readonly vars?: Readonly<Record<string, string>>
  readonly arguments?: readonly string[]
  /** Names of variables whose inputs were given: they win over variables files. */
  readonly insisted?: ReadonlySet<string>
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What is filled in over every variables file: elsewhere, or without its tags, nothing could be found and removed. */
const always = new Set(['region', 'tags'])

/**
 * @param given the user's template: an HCL2 file, a folder with such files, or legacy JSON
 * @param shipped the folder of the template that comes with the action
 * @throws when there is no template, or it or a variables file cannot be read
 */
export function openTemplate(given: string | undefined, shipped: string, additions: Additions = {}): Template {
  const location = given ?? shipped
  const isFolder = statSync(location).isDirectory()
  const {reading, legacy} = isFolder ? readFolder(location) : readFile(location)
  const {varFiles = [], vars = {}, env = {}, insisted = new Set()} = additions
  const files = [...(isFolder ? automaticFiles(location) : []), ...varFiles]
  const sources: Sources = {reading, files, vars, env: legacy ? {} : env}
  const isGiven = (name: string): boolean =>
    Object.hasOwn(vars, name) || (!insisted.has(name) && !always.has(name) && files.some((file) => gives(file, name)))
  return {
    path: location,
    directory: additions.directory ?? (isFolder ? location : path.dirname(location)),
    shipped: given === undefined,
    legacy,
    declared: reading.variables,
    variables: new Set([...reading.variables.keys()].filter((name) => !isGiven(name))),
    varFiles: varFiles.map((file) => file.path),
    vars,
    arguments: additions.arguments ?? [],
    names: namesIn(sources, legacy),
    problems: staticKeys(sources)
  }
}

/** A source image that cannot be one (`enter-yours`, or nothing) is a form that nobody has filled in. */
function gives({values}: VariablesFile, name: string): boolean {
  const value = values.get(name)
  return (
    value !== undefined && (name !== 'source_ami' || value.texts.every((text) => /^ami-[0-9a-f]{8,17}$/.test(text)))
  )
}

function readFolder(folder: string): {reading: Reading; legacy: boolean} {
  const names = readdirSync(folder).filter((name) => isHcl(name))
  if (names.length === 0) throw new Error(`the folder ${folder} has no file that ends in .pkr.hcl or .pkr.json`)
  const files = names.map((name): [string, string] => {
    const file = path.join(folder, name)
    return [file, readFileSync(file, 'utf8')]
  })
  return {reading: readHclFiles(new Map(files)), legacy: false}
}

function readFile(file: string): {reading: Reading; legacy: boolean} {
  if (isHcl(file)) return {reading: readHclFiles(new Map([[file, readFileSync(file, 'utf8')]])), legacy: false}
  if (isLegacy(file)) return {reading: readLegacyJson(file, readFileSync(file, 'utf8')), legacy: true}
  throw new Error(
    `${file} is no template; expected a file that ends in .pkr.hcl, .pkr.json or .json, or a folder of HCL2 files`
  )
}

/** Packer takes every other JSON file for a template of this kind. */
export function isLegacy(file: string): boolean {
  return file.endsWith('.json') && !isHcl(file)
}

const isHcl = (name: string): boolean => /\.pkr\.(hcl|json)$/.test(name)

/** Files that Packer reads by itself beside a folder's templates. */
function automaticFiles(folder: string): VariablesFile[] {
  const names = readdirSync(folder).toSorted()
  const inOrder = ['.auto.pkrvars.hcl', '.auto.pkrvars.json'].flatMap((end) =>
    names.filter((name) => name.endsWith(end))
  )
  return inOrder.map((name) => openVariablesFile(path.join(folder, name), false))
}

function namesIn(sources: Sources, legacy: boolean): AwsNames {
  const {settings} = sources.reading
  const matches = (isMeant: (name: string, within: string) => boolean, pattern: RegExp): string[] => {
    const meant = settings.filter(
      ({component, name, within}) => component.startsWith('amazon') && isMeant(name, within)
    )
    const texts = meant.flatMap((setting) => textsOf(setting, sources).map(({text}) => text))
    return [...new Set(texts.flatMap((text) => text.match(pattern) ?? []))]
  }
  return {
    copyRegions: matches((name) => name === 'ami_regions', /\b[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}\b/g),
    profiles: matches((name) => name === 'profile', /^[\w.@+-]{1,64}$/),
    roles: matches(
      (name, within) => within === 'assume_role' && name === 'role_arn',
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/
    ),
    loginUsers: matches((name) => name === 'ssh_username', /^[a-z_][a-z0-9_-]{0,31}$/),
    uses: awsUseOf(sources, legacy),
    images: settings.filter(({component, name}) => component.startsWith('amazon') && name === 'ami_name').length,
    components: [...new Set(settings.flatMap(({component}) => component || []))]
  }
}
