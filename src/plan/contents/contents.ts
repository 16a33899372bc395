import {createHash} from 'node:crypto'
import {readFileSync, statSync} from 'node:fs'
import * as path from 'node:path'
import type {Inputs} from '../../inputs/inputs.ts'
import {InputError} from '../../lib/errors.ts'
import {regionName} from '../../template/aws-names.ts'
import type {TemplateSource} from '../../template/sources.ts'
import type {Template} from '../../template/template.ts'
import {asText, textsIn, unknown} from '../../template/value.ts'
import type {JenkinsRelease} from '../jenkins-version.ts'
import type {Plugin} from '../plugins/plugins.ts'
import type {SourceImage} from '../source.ts'
import type {TemplateImages} from '../template-images.ts'
import {digestOf, digestOfStrings, slowDigestOf, TooMuchError} from './digest.ts'
import {isBelow, namedOutside} from './named-files.ts'

/**
 * What goes into an image, by name: versions and settings as they are, files and values that may be secret as digests.
 * Two bakes with the same contents differ only in what the machine fetches by itself, such as security updates.
 */
export type Contents = Readonly<Record<string, string>>

/** Before the names of plugins, whose values are their versions. */
export const pluginPrefix = 'plugin '

/** The contents of an image that is to be baked, and what makes it comparable with another one. */
export interface ComparableContents {
  /** `owner/repository` */
  readonly repository: string
  /** What successive images have in common: the input `ami-name-prefix`, or the template's path. */
  readonly name: string
  /** How many images the bake makes. */
  readonly count: number
  /** Where it copies them to. */
  readonly copyRegions: readonly string[]
  readonly contents: Contents
  /** SHA-256 of all contents, 64 hexadecimal digits. */
  readonly fingerprint: string
  /** What also goes in, and is not known before the build. */
  readonly unseen: readonly string[]
}

/** The part of the plan that goes into the image. */
interface Known {
  readonly source?: Pick<SourceImage, 'id'>
  readonly templateImages: TemplateImages
  readonly jenkins?: Pick<JenkinsRelease, 'version'>
  readonly plugins: readonly Pick<Plugin, 'name' | 'version'>[]
}

/**
 * @param env of this step
 * @throws {InputError} when the template's folder has too much in it
 */
export async function contentsOf(inputs: Inputs, plan: Known, env: NodeJS.ProcessEnv): Promise<ComparableContents> {
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  const {template} = inputs
  const checkout = template.shipped ? undefined : checkoutOf(template, env)
  const outside = template.shipped ? {found: [], unseen: []} : namedOutside(template, checkout, valuesOf(template, env))
  const contents = {
    ...sourceOf(template, plan),
    ...(plan.jenkins ? {Jenkins: plan.jenkins.version} : {}),
    ...settingsOf(inputs, template),
    ...promotionOf(inputs),
    'the template': await digestOfTemplate(template, checkout, outside.found, repository),
    ...(await digestsOfSecrets(inputs, env, repository)),
    ...Object.fromEntries(plan.plugins.map(({name, version}) => [`${pluginPrefix}${name}`, version]))
  }
  const entries = Object.entries(contents).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return {
    repository,
    name: kindName(inputs, env),
    count: template.names.images,
    copyRegions: copyRegionsOf(inputs),
    contents,
    fingerprint: createHash('sha256').update(JSON.stringify(entries)).digest('hex'),
    unseen: [...unseenIn(template, plan), ...outside.unseen]
  }
}

/** What successive images of the same kind have in common: the input `ami-name-prefix`, or the template's path. */
export function kindName({template, image}: Pick<Inputs, 'template' | 'image'>, env: NodeJS.ProcessEnv): string {
  if (template.variables.has('ami_name')) return taggable(image.namePrefix)
  const workspace = env['GITHUB_WORKSPACE'] ?? process.cwd()
  return taggable(path.relative(workspace, template.path) || path.basename(template.path))
}

/** Only characters that EC2 allows in a tag's value ("Tag your resources", restrictions). */
const taggable = (name: string): string => name.replace(/[^\p{L}\p{N}\p{Z}_.:/=+\-@]/gu, '_').slice(0, 256)

function copyRegionsOf({template: {sources}, aws, promotion}: Inputs): string[] {
  const own = sources.flatMap((source) => textsIn(source.value('ami_regions')).texts)
  const regions = [...own.filter((region) => regionName.test(region)), ...promotion.copies.map(({region}) => region)]
  return [...new Set(regions)].filter((region) => region !== aws.region)
}

function sourceOf({sources}: Template, {source, templateImages}: Known): Record<string, string> {
  const ids = [...(source ? [source.id] : []), ...sources.flatMap(({name}) => templateImages.get(name)?.id ?? [])]
  return ids.length > 0 ? {'source image': [...new Set(ids)].join(' ')} : {}
}

/** The inputs that change the image, as far as the template reads them. */
function settingsOf({image}: Inputs, {variables, arguments: given}: Template): Record<string, string> {
  const settings: Readonly<Record<string, readonly [name: string, value: string | number | boolean | undefined]>> = {
    java_version: ['Java', image.javaVersion],
    ami_name: ['ami-name-prefix', image.namePrefix],
    ssh_username: ['ssh-username', image.sshUsername],
    volume_size: ['volume-size', image.volumeSize],
    kms_key_id: ['kms-key-id', image.kmsKeyId],
    instance_profile: ['instance-profile', image.instanceProfile],
    jenkins_repository_url: ['jenkins-repository-url', image.jenkinsRepositoryUrl],
    jenkins_repository_key_fingerprint: ['jenkins-repository-key-fingerprint', image.jenkinsRepositoryKeyFingerprint],
    jenkins_update_center_url: ['jenkins-update-center-url', image.updateCenterUrl],
    allow_anonymous: ['allow-anonymous', image.allowAnonymous]
  }
  const read = Object.entries(settings).flatMap(([variable, [name, value]]): [string, string][] =>
    variables.has(variable) && value !== undefined ? [[name, String(value)]] : []
  )
  const tags = Object.entries(image.tags).map(([key, value]) => `${key}=${value}`)
  return {
    ...Object.fromEntries(read),
    ...(tags.length > 0 ? {tags: digestOfStrings(tags.toSorted())} : {}),
    ...(given.length > 0 ? {'packer-args': given.join(' ')} : {})
  }
}

/** An image that was given to others, or is to be deprecated at another time, is another one. */
function promotionOf({promotion: {copies, shares, deprecateAfterMs}}: Inputs): Record<string, string> {
  const keys = copies.flatMap(({region, kmsKeyId}) => (kmsKeyId === undefined ? [] : [`${region}=${kmsKeyId}`]))
  const sharedWith = shares.flatMap((share) => Object.values(share))
  return {
    ...(keys.length > 0 ? {'the keys of copies': keys.toSorted().join(' ')} : {}),
    ...(sharedWith.length > 0 ? {'share-with': digestOfStrings(sharedWith.toSorted())} : {}),
    ...(deprecateAfterMs === undefined ? {} : {'deprecate-after': `${deprecateAfterMs / 3_600_000} h`})
  }
}

/** What the user gives beside the template, and what may be secret. */
async function digestsOfSecrets(
  {template, image}: Inputs,
  env: NodeJS.ProcessEnv,
  context: string
): Promise<Record<string, string>> {
  const {varFiles, vars, environment, shipped} = template
  const variables = shipped ? [] : variablesIn(env)
  const secrets: Readonly<Record<string, readonly unknown[]>> = {
    'jenkins-casc': image.casc ? [await digestOf([image.casc.folder])] : [],
    'setup-script': image.setupScript ? [await digestOf([image.setupScript])] : [],
    'var-files': varFiles.map((file) => readFileSync(file, 'base64')),
    vars: Object.entries(vars),
    'template-env': [...environment, ...variables].toSorted().map((name) => [name, env[name] ?? null])
  }
  const given = Object.entries(secrets).filter(([, values]) => values.length > 0)
  const digests = given.map(async ([name, values]) => [name, await slowDigestOf(JSON.stringify(values), context)])
  return Object.fromEntries(await Promise.all(digests)) as Record<string, string>
}

/** The values of its variables, as they are written, which may name files. */
function valuesOf({varFiles, vars, environment}: Template, env: NodeJS.ProcessEnv): string[] {
  const names = [...environment, ...variablesIn(env)]
  return [
    ...Object.values(vars),
    ...varFiles.map((file) => readFileSync(file, 'utf8')),
    ...names.flatMap((name) => env[name] ?? [])
  ]
}

const variablesIn = (env: NodeJS.ProcessEnv): string[] => Object.keys(env).filter((name) => name.startsWith('PKR_VAR_'))

/** The checkout that a user's template is in. Absent: it is in none, or every file of the machine is in it. */
function checkoutOf({path: location}: Template, env: NodeJS.ProcessEnv): string | undefined {
  const {GITHUB_WORKSPACE: workspace} = env
  return workspace && isBelow(workspace, location) && path.dirname(workspace) !== workspace ? workspace : undefined
}

/**
 * Everything in the folder of the shipped template. Of a user's template, any file of its checkout may go into the image:
 * scripts copy from where they are, and variables name files.
 */
async function digestOfTemplate(
  {path: location, directory, shipped}: Template,
  checkout: string | undefined,
  outside: readonly string[],
  context: string
): Promise<string> {
  const folder = checkout ?? (statSync(location).isDirectory() ? location : path.dirname(location))
  const isElsewhere = !shipped && !isBelow(folder, directory)
  try {
    const digest = await digestOf([folder, ...(isElsewhere ? [directory] : []), ...outside])
    // Variables files with secrets may be in a checkout.
    return shipped ? digest : await slowDigestOf(digest, context)
  } catch (error) {
    if (!(error instanceof TooMuchError)) throw error
    throw new InputError(
      'skip-unchanged',
      `compares every file of the template's checkout, and ${folder} has ${error.message} in it; check out only what the template needs (sparse-checkout of actions/checkout)`
    )
  }
}

/** What also goes into an image of a user's template. */
function unseenIn(template: Template, {templateImages, jenkins}: Known): string[] {
  const {shipped, sources, dataSources} = template
  if (shipped) return []
  const isKnown = (one: TemplateSource): boolean =>
    templateImages.has(one.name) && sources.filter(({name}) => name === one.name).length === 1
  const open = sources.filter((one) => !isKnown(one))
  // What else a data source answers goes into the image unseen, as in a provisioner's script.
  const seen = new Set(sources.filter(isKnown).map((one) => one.imageQuery()?.dataSource))
  return [
    ...open.map(({name}: TemplateSource) => `the source image of ${name}, which only Packer looks up`),
    ...unseenJenkins(template, jenkins),
    ...[...dataSources].filter((one) => !seen.has(one)).map((one) => `the values of ${asWritten(one)}`)
  ]
}

/** `data.amazon-ami.base` as a template has it. */
function asWritten(dataSource: string): string {
  const [root = '', ...labels] = dataSource.split('.')
  return [root, ...labels.map((label) => `"${label}"`)].join(' ')
}

/** The template's own value is compared with the template, its variables and files; no message shows it. */
function unseenJenkins({declared, unused, jenkinsVersion}: Template, found: Known['jenkins']): string[] {
  if (!declared.has('jenkins_version') || unused.has('jenkins_version')) {
    return ['the version of Jenkins, which the template installs without the variable jenkins_version']
  }
  if (found || exactVersion.test(asText(jenkinsVersion ?? null) ?? '')) return []
  if (jenkinsVersion === unknown) {
    return ["the version of Jenkins, for which only Packer knows the template's own value of jenkins_version"]
  }
  return ["the version of Jenkins, for which the template's own value of jenkins_version is no exact version"]
}

/** Perhaps with the release of a package: `2.568.2-1.1`. */
const exactVersion = /^\d+\.\d+(?:\.\d+)?(?:-\d[\d.]*)?$/
