import {
  type EC2Client,
  type Filter,
  type Image,
  type DescribeImagesCommandInput,
  DescribeImagesCommand
} from '@aws-sdk/client-ec2'
import type {ImageQuery, TemplateSource} from '../template/sources.ts'
import {fits} from '../lib/pattern.ts'
import {publisherOf, type SourceImage} from './source.ts'
import type {ReadParameter} from '../aws/account.ts'
import type {Architecture, PackageKind} from '../inputs/distributions.ts'

/** The source image of a builder. */
export interface TemplateImage {
  readonly id: string
  readonly name: string
  readonly architecture: Architecture
  /** Absent: it has no root volume to be named. */
  readonly rootDeviceName?: string
  /** The login user. Absent: it is not known. */
  readonly loginUser?: string
  /** The kind of packages that its package manager installs. Absent: it is not known. */
  readonly packages?: PackageKind
}

/** What source images are looked up with. */
export interface Lookup {
  readonly ec2: EC2Client
  readonly readParameter: ReadParameter
}

/** By the builders' names. A builder of which it is not known has none. */
export type TemplateImages = ReadonlyMap<string, TemplateImage>

/**
 * The source images of a template's builders, as far as they can be known without Packer: the one that the action gives
 * to the variable source_ami, or one by an id, a filter or a parameter that the template spells out. The rest is left to
 * Packer.
 */
export async function templateImages(
  lookup: Lookup,
  {sources, given}: {readonly sources: readonly TemplateSource[]; readonly given: SourceImage | undefined},
  signal: AbortSignal
): Promise<TemplateImages> {
  const found = await Promise.all(
    sources.map(async (source): Promise<[string, TemplateImage][]> => {
      if (given && source.isVariable('source_ami')) return [[source.name, given]]
      const query = source.imageQuery()
      const image = query && (await newest(lookup, query, signal))
      return image ? [[source.name, image]] : []
    })
  )
  // Builders may have one name, and what is known of one is not known of the other.
  const isSame = (name: string, id: string): boolean =>
    sources.every((source, at) => source.name !== name || found[at]?.[0]?.[1].id === id)
  return new Map(found.flat().filter(([name, {id}]) => isSame(name, id)))
}

/** What the source images of all these builders have in common; undefined if they differ, or one is not known. */
export function commonTo<T>(
  sources: readonly TemplateSource[],
  {images, given}: {readonly images: TemplateImages; readonly given: SourceImage | undefined},
  fact: (image: TemplateImage) => T | undefined
): T | undefined {
  const imageOf = (source: TemplateSource): TemplateImage | undefined =>
    images.get(source.name) ?? (source.reads('source_ami', 'source_ami') ? given : undefined)
  const all = sources.length === 0 ? [given] : sources.map(imageOf)
  const found = new Set(all.map((image) => image && fact(image)))
  return found.size === 1 ? [...found][0] : undefined
}

async function newest(
  {ec2, readParameter}: Lookup,
  {parameter, ...given}: ImageQuery,
  abortSignal: AbortSignal
): Promise<TemplateImage | undefined> {
  try {
    const query = parameter === undefined ? given : {id: await readParameter(parameter, abortSignal)}
    const {Images = []} = await ec2.send(new DescribeImagesCommand(asked(query)), {abortSignal})
    const [image] = Images.filter((one) => isAskedFor(one, query)).toSorted((one, other) =>
      (one.CreationDate ?? '') < (other.CreationDate ?? '') ? 1 : -1
    )
    return image && known(image)
  } catch (error) {
    // The template may name an image or a parameter that this role cannot see, or a filter that EC2 does not have.
    if (abortSignal.aborted) throw error
    return undefined
  }
}

function asked({id, owners = [], filters = [], includeDeprecated}: ImageQuery): DescribeImagesCommandInput {
  if (id !== undefined) return {ImageIds: [id]}
  const Filters: Filter[] = filters.map(([Name, Values]) => ({Name, Values: [...Values]}))
  return {Owners: [...owners], Filters, ...(includeDeprecated ? {IncludeDeprecated: true} : {})}
}

/** An answer may have more. Of a filter's conditions it compares those that decide whose image it is: owner and name. */
function isAskedFor(image: Image, {id, owners = [], filters = []}: ImageQuery): boolean {
  if (id !== undefined) return image.ImageId === id
  // An owner may be an alias, such as `amazon`.
  const isTheirs = owners.length === 0 || owners.some((owner) => !/^\d{12}$/.test(owner) || owner === image.OwnerId)
  const names = filters.filter(([name]) => name === 'name')
  return isTheirs && names.every(([, values]) => values.some((one) => fits(one, image.Name ?? '') ?? true))
}

function known({
  ImageId: id,
  Name: name = '',
  Architecture: architecture,
  RootDeviceName: rootDeviceName,
  OwnerId: owner
}: Image): TemplateImage | undefined {
  if (id === undefined || (architecture !== 'x86_64' && architecture !== 'arm64')) return undefined
  return {id, name, architecture, ...(rootDeviceName ? {rootDeviceName} : {}), ...publisherOf(owner)}
}
