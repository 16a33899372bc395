import type {Tag, TagDescription, TagSpecification} from '@aws-sdk/client-ec2'
import {AwsError, missingParameter} from '../protocol/errors.ts'
import {list, type FilterTable} from './listing.ts'
import type {Operations} from './operation.ts'
import {checkForm, notFound, typeOfId, type ResourceType} from './resources.ts'
import type {Ec2Cloud} from './store.ts'

export type Tags = ReadonlyMap<string, string>

const mostTags = 50

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
  if (result.size > mostTags) throw tooMany()
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

const tooMany = (): AwsError =>
  new AwsError('TagLimitExceeded', `The maximum number of tags for a resource is ${mostTags}.`)

const filters: FilterTable<TagDescription> = {
  key: ({Key}) => Key,
  value: ({Value}) => Value,
  'resource-id': ({ResourceId}) => ResourceId,
  'resource-type': ({ResourceType: type}) => type
}

export function tagOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateTags: async (input, call) => {
      const tags = readTags(input.Tags)
      const ids = input.Resources ?? []
      if (ids.length === 0) throw missingParameter('resourceIdSet')
      if (tags.size === 0) throw missingParameter('tagSet')
      const touched = ids.map((id) => ({
        type: existing(cloud, id),
        id,
        requestTags: tags,
        context: contextOf(cloud, id)
      }))
      for (const id of ids) {
        if (new Map([...(cloud.tags.get(id) ?? []), ...tags]).size > mostTags) throw tooMany()
      }
      await call.permit(touched)
      for (const id of ids) putTags(cloud, id, tags)
      return {}
    },
    DeleteTags: async (input, call) => {
      const ids = input.Resources ?? []
      if (ids.length === 0) throw missingParameter('resourceIdSet')
      const keys = (input.Tags ?? []).flatMap(({Key}) => Key ?? [])
      const context = keys.length > 0 ? {'aws:TagKeys': keys} : {}
      await call.permit(
        ids.map((id) => ({type: existing(cloud, id), id, context: {...contextOf(cloud, id), ...context}}))
      )
      for (const id of ids) {
        const left = [...(cloud.tags.get(id) ?? [])].filter(([key, value]) => !deletes(input.Tags, key, value))
        cloud.tags.set(id, new Map(left))
      }
      return {}
    },
    DescribeTags: async (input, call) => {
      await call.permit()
      const {items, NextToken} = list(describeAll(cloud), input, {filters, limits: {least: 5, most: 1000}})
      return {Tags: items, NextToken}
    }
  }
}

/** Without a list of tags all are deleted; a tag without a value is deleted whatever its value is. */
function deletes(tags: readonly Tag[] | undefined, key: string, value: string): boolean {
  if (!tags || tags.length === 0) return true
  return tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
}

/** What conditions on tags can ask about a snapshot beside its tags (Service Authorization Reference, EC2). */
function contextOf({region, snapshots}: Ec2Cloud, id: string): Readonly<Record<string, string>> {
  const snapshot = snapshots.get(id)
  return snapshot ? {'ec2:ParentVolume': `arn:aws:ec2:${region}:${snapshot.ownerId}:volume/${snapshot.volumeId}`} : {}
}

function existing(cloud: Ec2Cloud, id: string): ResourceType {
  const type = typeOfId(id)
  if (!type) throw new AwsError('InvalidID', `The ID '${id}' is not valid`)
  checkForm(type, id)
  if (!cloud.things(type).has(id)) throw notFound(type, [id])
  return type
}

function describeAll(cloud: Ec2Cloud): TagDescription[] {
  return [...cloud.tags].flatMap(([id, tags]) => {
    const type = typeOfId(id)
    if (!type || cloud.snapshots.get(id)?.hidden === true) return []
    return [...tags].map(([Key, Value]) => ({Key, Value, ResourceId: id, ResourceType: type}))
  })
}
