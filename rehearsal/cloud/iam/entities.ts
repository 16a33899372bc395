import type {InstanceProfile, Role} from '@aws-sdk/client-iam'
import {AwsError, constraintViolated} from '../protocol/errors.ts'
import type {IamStore, InstanceProfileRecord, RoleRecord} from './store.ts'

/** @throws AwsError NoSuchEntity */
export function findRole({roles}: IamStore, name = ''): RoleRecord {
  const role = roles.get(name)
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`)
  return role
}

/** @throws AwsError NoSuchEntity */
export function findInstanceProfile({instanceProfiles}: IamStore, name = ''): InstanceProfileRecord {
  const profile = instanceProfiles.get(name)
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`)
  return profile
}

export const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', message, 404)

export const alreadyExists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message, 409)

export const deleteConflict = (message: string): AwsError => new AwsError('DeleteConflict', message, 409)

/** @throws AwsError ValidationError */
export function checkName(name: string, member: 'roleName' | 'instanceProfileName' | 'policyName'): void {
  const most = member === 'roleName' ? 64 : 128
  if (!/^[\w+=,.@-]+$/u.test(name)) {
    const pattern = String.raw`Member must satisfy regular expression pattern: [\w+=,.@-]+`
    throw constraintViolated(name, member, pattern)
  }
  if (name.length > most) {
    throw constraintViolated(name, member, `Member must have length less than or equal to ${most}`)
  }
}

/** IAM looks at a document's grammar; this cloud at its being a JSON object with statements. */
export function checkDocument(text: string): void {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document === 'object' && document !== null && 'Statement' in document) return
  } catch {
    // Not JSON: the same answer.
  }
  throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.')
}

/** IAM gives policy documents percent-encoded (RFC 3986). */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/gu, (one) => `%${one.codePointAt(0)?.toString(16).toUpperCase()}`)

/** A role without its tags and its last use, which the lists leave out. */
export function describeRole(role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createDate,
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds
  }
}

/** An instance profile without its tags, which the lists leave out. */
export function describeInstanceProfile(store: IamStore, profile: InstanceProfileRecord): InstanceProfile {
  const role = profile.roleName === undefined ? undefined : store.roles.get(profile.roleName)
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: profile.createDate,
    Roles: role ? [describeRole(role)] : []
  }
}
