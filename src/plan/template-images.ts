import {
  type EC2Client,
  type Filter,
  type Image,
  type DescribeImagesCommandInput,
  DescribeImagesCommand
} from '@aws-sdk/client-ec2'
import type {TemplateSource} from '../template/sources.ts'
import type {ImageQuery} from '../template/image-query.ts'
import {loginUserOf} from './source.ts'
import {type Architecture} from '../inputs/distributions.ts'

/** An image that a user's template bakes on. */
export interface TemplateImage {
  readonly id: string
  readonly name: string
  readonly architecture: Architecture
  /** Absent: the image does not say whom it lets in. */
  readonly loginUser?: string
}

/**
 * What the builders of a user's template are going to bake on, by their names, as far as that can be known without Packer: by an id or
 * a filter that the template spells out. What is not found, Packer has the word on.
 */
export async function templateImages(
  ec2: EC2Client,
  sources: readonly TemplateSource[],
  signal: AbortSignal
): Promise<ReadonlyMap<string, TemplateImage>> {
  const found = await Promise.all(
    sources.map(async (source): Promise<[string, TemplateImage][]> => {
      const query = source.imageQuery()
      const image = query && (await newest(ec2, query, signal))
      return image ? [[source.name, image]] : []
    })
  )
  return new Map(found.flat())
}

async function newest(ec2: EC2Client, query: ImageQuery, abortSignal: AbortSignal): Promise<TemplateImage | undefined> {
  try {
    const {Images = []} = await ec2.send(new DescribeImagesCommand(asked(query)), {abortSignal})
    const [image] = Images.toSorted((one, other) => ((one.CreationDate ?? '') < (other.CreationDate ?? '') ? 1 : -1))
    return image && known(image)
  } catch (error) {
    // The template may name what this role cannot see, or what no filter of EC2 is called.
    if (abortSignal.aborted) throw error
    return undefined
  }
}

function asked({id, owners = [], filters = []}: ImageQuery): DescribeImagesCommandInput {
  if (id !== undefined) return {ImageIds: [id]}
  const Filters: Filter[] = filters.map(([Name, Values]) => ({Name, Values: [...Values]}))
  return {Owners: [...owners], Filters}
}

function known({
  ImageId: id,
  Name: name = '',
  Architecture: architecture,
  OwnerId: owner
}: Image): TemplateImage | undefined {
  if (id === undefined || (architecture !== 'x86_64' && architecture !== 'arm64')) return undefined
  const loginUser = loginUserOf(owner)
  return {id, name, architecture, ...(loginUser ? {loginUser} : {})}
}
