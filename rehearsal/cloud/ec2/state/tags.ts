import type {Tag, TagSpecification} from '@aws-sdk/client-ec2'
import {AwsError, missingParameter} from '../../protocol/errors.ts'
import type {ResourceType} from './resources.ts'
import type {Ec2Cloud, Tags} from './store.ts'

export const mostTags = 50

export function tagSet(cloud: Ec2Cloud, id: string): Tag[] {
  return [...(cloud.tags.get(id) ?? [])].map(([Key, Value]) => ({Key, Value}))
}

/** Puts tags on a thing, over those that it has. */
export function putTags(cloud: Ec2Cloud, id: string, tags: Tags): void {
  cloud.tags.set(id, new Map([...(cloud.tags.get(id) ?? []), ...tags]))
}

/**
 * Reads a list of tags.
 *
 * @throws AwsError InvalidParameterValue, TagLimitExceeded
 */
export function readTags(tags: readonly Tag[] | undefined): Tags {
  const result = new Map<string, string>()
  for (const {Key: key, Value: value = ''} of tags ?? []) {
    if (key === undefined) throw missingParameter('Tag.Key')
    if (key.length > 128) throw tagError(`Tag key exceeds the maximum length of 128 characters`)
    if (value.length > 256) throw tagError(`Tag value exceeds the maximum length of 256 characters`)
    if (/^aws:/iu.test(key)) throw tagError(`Tag keys starting with 'aws:' are reserved for internal use`)
    if (result.has(key)) throw tagError(`Duplicate tag key '${key}' specified.`)
    result.set(key, value)
  }
  if (result.size > mostTags) throw tooManyTags()
  return result
}

/**
 * What a creating call's tag specifications put on each kind of thing that it makes.
 *
 * @throws AwsError InvalidParameterValue for a kind that the call does not make
 */
export function tagsAtCreation(
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly ResourceType[]
): (type: ResourceType) => Tags {
  const byType = new Map<string, Tags>()
  for (const {ResourceType: type, Tags: tags} of specifications ?? []) {
    if (type === undefined) throw missingParameter('TagSpecification.ResourceType')
    if (!allowed.some((one) => one === type)) {
      throw tagError(`'${type}' is not a valid taggable resource type for this operation.`)
    }
    if (byType.has(type)) throw tagError(`The tag specification for '${type}' is given twice.`)
    byType.set(type, readTags(tags))
  }
  return (type) => byType.get(type) ?? new Map()
}

const tagError = (message: string): AwsError => new AwsError('InvalidParameterValue', message)

export const tooManyTags = (): AwsError =>
  new AwsError('TagLimitExceeded', `The maximum number of tags for a resource is ${mostTags}.`)
