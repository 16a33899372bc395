import {alreadyExists, checkDocument, checkName, deleteConflict, describeRole, encodeDocument, findRole, noSuchEntity} from './entities.ts'
import {pageOf} from './listing.ts'
import type {IamOperations, TouchedEntity} from './operation.ts'
import {addRole, arnOf, type IamStore, type RoleRecord} from './store.ts'
import {readTags, tagList, withTags, withoutTags} from './tags.ts'

export function roleOperations(store: IamStore): IamOperations {
  const touched = (name = ''): TouchedEntity => store.roles.get(name) ?? {arn: arnOf('role', '/', name)}
  return {
    CreateRole: async (input, call) => {
      const {RoleName: name = '', AssumeRolePolicyDocument: trustPolicy = '', Path: path = '/'} = input
      checkName(name, 'roleName')
      const tags = readTags(input.Tags)
      await call.permit({arn: arnOf('role', path, name), requestTags: tags})
      checkDocument(trustPolicy)
      if (store.roles.has(name)) throw alreadyExists(`Role with name ${name} already exists.`)
      const role = addRole(store, {
        name,
        path,
        trustPolicy,
        tags,
        ...(input.Description !== undefined ? {description: input.Description} : {}),
        ...(input.MaxSessionDuration !== undefined ? {maxSessionSeconds: input.MaxSessionDuration} : {})
      })
      return {Role: {...describeRole(role), Tags: tagList(tags)}}
    },
    GetRole: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      return {Role: {...describeRole(role), Tags: tagList(role.tags), RoleLastUsed: {}}}
    },
    ListRoles: async (input, call) => {
      const prefix = input.PathPrefix ?? '/'
      await call.permit({arn: arnOf('role', prefix, '')})
      const {items, ...page} = pageOf([...store.roles.values()].filter(({path}) => path.startsWith(prefix)), input)
      return {Roles: items.map(describeRole), ...page}
    },
    DeleteRole: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      const inProfile = [...store.instanceProfiles.values()].some(({roleName}) => roleName === role.name)
      if (inProfile) throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
      if (role.policies.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
      store.roles.delete(role.name)
      return {}
    },
    PutRolePolicy: async (input, call) => {
      const {PolicyName: name = '', PolicyDocument: document = ''} = input
      checkName(name, 'policyName')
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      checkDocument(document)
      role.policies.set(name, document)
      return {}
    },
    GetRolePolicy: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      const document = policyOf(role, input.PolicyName)
      return {RoleName: role.name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(document)}
    },
    ListRolePolicies: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      const {items, ...page} = pageOf([...role.policies.keys()], input)
      return {PolicyNames: items, ...page}
    },
    // Managed policies cannot be attached here, so that no role has any.
    ListAttachedRolePolicies: async (input, call) => {
      await call.permit(touched(input.RoleName))
      findRole(store, input.RoleName)
      return {AttachedPolicies: [], IsTruncated: false}
    },
    DeleteRolePolicy: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      policyOf(role, input.PolicyName)
      role.policies.delete(input.PolicyName ?? '')
      return {}
    },
    TagRole: async (input, call) => {
      const added = readTags(input.Tags)
      await call.permit({...touched(input.RoleName), requestTags: added})
      const role = findRole(store, input.RoleName)
      role.tags = withTags(role.tags, added)
      return {}
    },
    UntagRole: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      role.tags = withoutTags(role.tags, input.TagKeys)
      return {}
    },
    ListRoleTags: async (input, call) => {
      await call.permit(touched(input.RoleName))
      const role = findRole(store, input.RoleName)
      const {items, ...page} = pageOf(tagList(role.tags), input)
      return {Tags: items, ...page}
    }
  }
}

function policyOf({policies}: RoleRecord, name = ''): string {
  const document = policies.get(name)
  if (document === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`)
  return document
}
