import {
  type EC2Client,
  type Filter,
  type Image,
  type DescribeImagesCommandInput,
  DescribeImagesCommand
} from '@aws-sdk/client-ec2'
import type {ImageQuery, TemplateSource} from '../template/sources.ts'
import {fits} from '../lib/pattern.ts'
import {loginUserOf} from './source.ts'
import type {ReadParameter} from '../aws/account.ts'
import type {Architecture} from '../inputs/distributions.ts'

/** A source image of a user's template. */
export interface TemplateImage {
  readonly id: string
  readonly name: string
  readonly architecture: Architecture
  /** Absent: it has no root volume to be named. */
  readonly rootDeviceName?: string
  /** The login user. Absent: it is not known. */
  readonly loginUser?: string
}

/** What source images are looked up with. */
export interface Lookup {
  readonly ec2: EC2Client
  readonly readParameter: ReadParameter
}

/**
 * The source images of the builders of a user's template, by the builders' names, as far as they can be known without
 * Packer: by an id, a filter or a parameter that the template spells out. The rest is left to Packer.
 */
export async function templateImages(
  lookup: Lookup,
  sources: readonly TemplateSource[],
  signal: AbortSignal
): Promise<ReadonlyMap<string, TemplateImage>> {
  const found = await Promise.all(
    sources.map(async (source): Promise<[string, TemplateImage][]> => {
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

function asked({id, owners = [], filters = []}: ImageQuery): DescribeImagesCommandInput {
  if (id !== undefined) return {ImageIds: [id]}
  const Filters: Filter[] = filters.map(([Name, Values]) => ({Name, Values: [...Values]}))
  return {Owners: [...owners], Filters}
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
  const loginUser = loginUserOf(owner)
  return {id, name, architecture, ...(rootDeviceName ? {rootDeviceName} : {}), ...(loginUser ? {loginUser} : {})}
}
