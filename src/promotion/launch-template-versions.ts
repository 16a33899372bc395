import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
  paginateDescribeLaunchTemplateVersions,
  type EC2Client,
  type LaunchTemplateVersion
} from '@aws-sdk/client-ec2'
import {allPages, templatePageSize} from '../aws/calls.ts'
import {inertText} from '../lib/untrusted.ts'

/** A version of a launch template. */
export interface Version {
  readonly number: number
  /** Absent: whoever launches with it names the image. */
  readonly imageId?: string
  /** Why a bake has made it. Absent: no bake has. */
  readonly madeFor?: Purpose
  readonly created?: Date
}

/** What a bake's version is to become. */
export type Purpose = '$Default' | '$Latest'

const descriptionOf = (imageId: string, purpose: Purpose): string => `${imageId} by bake-jenkins-ami for ${purpose}`

/** Its versions from a number on, the oldest first. */
export async function versionsFrom(client: EC2Client, template: string, first: number): Promise<Version[]> {
  const query = {...named(template), MinVersion: String(first)}
  const pages = await allPages(paginateDescribeLaunchTemplateVersions({client, pageSize: templatePageSize}, query))
  return pages
    .flatMap(({LaunchTemplateVersions: versions = []}) => versions)
    .flatMap((version) => versionIn(version) ?? [])
    .filter(({number}) => number >= first)
    .toSorted((one, other) => one.number - other.number)
}

/** The numbers of its versions that have the image. */
export async function versionsWith(
  client: EC2Client,
  template: string,
  imageId: string,
  abortSignal: AbortSignal
): Promise<number[]> {
  const query = {...named(template), Filters: [{Name: 'image-id', Values: [imageId]}]}
  const paging = {client, pageSize: templatePageSize}
  const pages = await allPages(paginateDescribeLaunchTemplateVersions(paging, query, {abortSignal}))
  return pages
    .flatMap(({LaunchTemplateVersions: versions = []}) => versions)
    .flatMap(({VersionNumber: number, LaunchTemplateData: data}) =>
      number !== undefined && data?.ImageId === imageId ? [number] : []
    )
}

/** @throws what AWS answers to the attempt to make a version */
export async function tryVersion(ec2: EC2Client, template: string, {number, imageId}: Version): Promise<void> {
  if (imageId === undefined) return
  const data = {SourceVersion: String(number), LaunchTemplateData: {ImageId: imageId}}
  await dryRun(() => ec2.send(new CreateLaunchTemplateVersionCommand({...named(template), ...data, DryRun: true})))
}

/** @throws what AWS answers to the attempt, before a version is made that could not become the default */
export async function tryDefault(ec2: EC2Client, template: string, version: number): Promise<void> {
  const change = {...named(template), DefaultVersion: String(version)}
  await dryRun(() => ec2.send(new ModifyLaunchTemplateCommand({...change, DryRun: true})))
}

async function dryRun(send: () => Promise<unknown>): Promise<void> {
  try {
    await send()
  } catch (error) {
    // This is AWS's yes (EC2 API reference, common parameters, DryRun).
    if (!(error instanceof Error && error.name === 'DryRunOperation')) throw error
  }
}

/** @returns the new version, and what AWS finds wrong with it */
export async function addVersion(
  ec2: EC2Client,
  {
    template,
    imageId,
    purpose,
    from,
    token
  }: {
    readonly template: string
    readonly imageId: string
    readonly purpose: Purpose
    readonly from: number
    readonly token: string
  }
): Promise<{readonly number: number; readonly problem?: string}> {
  const command = new CreateLaunchTemplateVersionCommand({
    ...named(template),
    SourceVersion: String(from),
    LaunchTemplateData: {ImageId: imageId},
    VersionDescription: descriptionOf(imageId, purpose),
    // A repeated request with the same token makes no second version.
    ClientToken: token
  })
  const {LaunchTemplateVersion: made, Warning: warning} = await ec2.send(command)
  if (made?.VersionNumber === undefined) throw new Error('AWS answered without the number of the new version')
  const [{Message, Code} = {}] = warning?.Errors ?? []
  const said = Message ?? Code
  return {number: made.VersionNumber, ...(said === undefined ? {} : {problem: inertText(said)})}
}

export async function setDefault(ec2: EC2Client, template: string, version: number): Promise<void> {
  await ec2.send(new ModifyLaunchTemplateCommand({...named(template), DefaultVersion: String(version)}))
}

export async function versionOf(
  ec2: EC2Client,
  template: string,
  version: string,
  abortSignal: AbortSignal
): Promise<Version> {
  const query = new DescribeLaunchTemplateVersionsCommand({...named(template), Versions: [version]})
  const {LaunchTemplateVersions: [found] = []} = await ec2.send(query, {abortSignal})
  const known = found && versionIn(found)
  if (!known) throw new Error(`AWS answered without the version ${version} of ${template}`)
  return known
}

function versionIn(version: LaunchTemplateVersion): Version | undefined {
  const {VersionNumber: number, LaunchTemplateData: {ImageId: imageId} = {}, VersionDescription, CreateTime} = version
  if (number === undefined) return undefined
  const madeFor = purposes.find(
    (purpose) => imageId !== undefined && VersionDescription === descriptionOf(imageId, purpose)
  )
  return {
    number,
    ...(imageId === undefined ? {} : {imageId}),
    ...(madeFor === undefined ? {} : {madeFor}),
    ...(CreateTime === undefined ? {} : {created: CreateTime})
  }
}

const purposes: readonly Purpose[] = ['$Default', '$Latest']

function named(template: string): {LaunchTemplateId: string} | {LaunchTemplateName: string} {
  return isId(template) ? {LaunchTemplateId: template} : {LaunchTemplateName: template}
}

export function namedAs(template: string): string {
  return isId(template) ? `--launch-template-id ${template}` : `--launch-template-name '${template}'`
}

const isId = (template: string): boolean => /^lt-([0-9a-f]{8}|[0-9a-f]{17})$/.test(template)
