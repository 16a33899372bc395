import {AwsError} from '../protocol/errors.ts'
import {alreadyExists, checkName, deleteConflict, describeInstanceProfile, findInstanceProfile, findRole, noSuchEntity} from './entities.ts'
import {pageOf} from './listing.ts'
import type {IamOperations, TouchedEntity} from './operation.ts'
import {addInstanceProfile, arnOf, type IamStore, type InstanceProfileRecord} from './store.ts'
import {readTags, tagList, withTags, withoutTags} from './tags.ts'

export function instanceProfileOperations(store: IamStore): IamOperations {
  const touched = (name = ''): TouchedEntity =>
    store.instanceProfiles.get(name) ?? {arn: arnOf('instance-profile', '/', name)}
  const describe = (profile: InstanceProfileRecord) => describeInstanceProfile(store, profile)
  const profilesOf = (prefix: string): InstanceProfileRecord[] =>
    [...store.instanceProfiles.values()].filter(({path}) => path.startsWith(prefix))
  return {
    CreateInstanceProfile: async (input, call) => {
      const {InstanceProfileName: name = '', Path: path = '/'} = input
      checkName(name, 'instanceProfileName')
      const tags = readTags(input.Tags)
      await call.permit({arn: arnOf('instance-profile', path, name), requestTags: tags})
      if (store.instanceProfiles.has(name)) throw alreadyExists(`Instance Profile ${name} already exists.`)
      const profile = addInstanceProfile(store, {name, path, tags})
      return {InstanceProfile: {...describe(profile), Tags: tagList(tags)}}
    },
    GetInstanceProfile: async (input, call) => {
      await call.permit(touched(input.InstanceProfileName))
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      return {InstanceProfile: {...describe(profile), Tags: tagList(profile.tags)}}
    },
    ListInstanceProfiles: async (input, call) => {
      const prefix = input.PathPrefix ?? '/'
      await call.permit({arn: arnOf('instance-profile', prefix, '')})
      const {items, ...page} = pageOf(profilesOf(prefix), input)
      return {InstanceProfiles: items.map(describe), ...page}
    },
    ListInstanceProfilesForRole: async (input, call) => {
      const name = input.RoleName ?? ''
      await call.permit(store.roles.get(name) ?? {arn: arnOf('role', '/', name)})
      const role = findRole(store, name)
      const {items, ...page} = pageOf(profilesOf('/').filter(({roleName}) => roleName === role.name), input)
      return {InstanceProfiles: items.map(describe), ...page}
    },
    AddRoleToInstanceProfile: async (input, call) => {
      const passed = store.roles.get(input.RoleName ?? '')?.arn ?? arnOf('role', '/', input.RoleName ?? '')
      await call.permit(touched(input.InstanceProfileName), passed)
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      const role = findRole(store, input.RoleName)
      if (profile.roleName !== undefined) {
        throw new AwsError('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409)
      }
      profile.roleName = role.name
      return {}
    },
    RemoveRoleFromInstanceProfile: async (input, call) => {
      await call.permit(touched(input.InstanceProfileName))
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      const role = findRole(store, input.RoleName)
      if (profile.roleName !== role.name) {
        throw noSuchEntity(`Role ${role.name} does not exist in Instance Profile ${profile.name}.`)
      }
      delete profile.roleName
      return {}
    },
    DeleteInstanceProfile: async (input, call) => {
      await call.permit(touched(input.InstanceProfileName))
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      if (profile.roleName !== undefined) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
      }
      store.instanceProfiles.delete(profile.name)
      return {}
    },
    TagInstanceProfile: async (input, call) => {
      const added = readTags(input.Tags)
      await call.permit({...touched(input.InstanceProfileName), requestTags: added})
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      profile.tags = withTags(profile.tags, added)
      return {}
    },
    UntagInstanceProfile: async (input, call) => {
      await call.permit(touched(input.InstanceProfileName))
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      profile.tags = withoutTags(profile.tags, input.TagKeys)
      return {}
    },
    ListInstanceProfileTags: async (input, call) => {
      await call.permit(touched(input.InstanceProfileName))
      const profile = findInstanceProfile(store, input.InstanceProfileName)
      const {items, ...page} = pageOf(tagList(profile.tags), input)
      return {Tags: items, ...page}
    }
  }
}
