import type {Tag, TagDescription} from '@aws-sdk/client-ec2'
import {AwsError, missingParameter} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {checkForm, notFound, type ResourceType, typeOfId} from '../state/resources.ts'
import type {Ec2Cloud} from '../state/store.ts'
import {mostTags, putTags, readTags, tooManyTags} from '../state/tags.ts'
import type {Operations} from './operation.ts'

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
        if (new Map([...(cloud.tags.get(id) ?? []), ...tags]).size > mostTags) throw tooManyTags()
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
