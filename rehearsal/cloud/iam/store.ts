import {accountId} from '../account.ts'
import {iamId} from '../auth/ids.ts'

export type Tags = ReadonlyMap<string, string>

/** A role as IAM keeps it. */
export interface RoleRecord {
  readonly name: string
  readonly id: string
  readonly path: string
  readonly arn: string
  readonly createDate: Date
  readonly trustPolicy: string
  readonly description?: string
  readonly maxSessionSeconds: number
  /** Inline policies by name, each a JSON text. */
  readonly policies: Map<string, string>
  tags: Tags
}

export interface InstanceProfileRecord {
  readonly name: string
  readonly id: string
  readonly path: string
  readonly arn: string
  readonly createDate: Date
  /** The role in it, of which there is one at most. */
  roleName?: string
  tags: Tags
}

/** What the account's IAM keeps. It is the same in all regions. */
export interface IamStore {
  readonly now: () => Date
  readonly roles: Map<string, RoleRecord>
  readonly instanceProfiles: Map<string, InstanceProfileRecord>
  /** The roles that the account had before anybody called. */
  readonly givenRoles: ReadonlySet<string>
}

interface GivenRole {
  readonly name: string
  readonly id: string
  readonly trustPolicy: string
}

export function createIamStore(now: () => Date, given: GivenRole): IamStore {
  const store: IamStore = {now, roles: new Map(), instanceProfiles: new Map(), givenRoles: new Set([given.name])}
  addRole(store, given)
  return store
}

type NewRole = Pick<RoleRecord, 'name' | 'trustPolicy'> & Partial<RoleRecord>

export function addRole({roles, now}: IamStore, role: NewRole): RoleRecord {
  const path = role.path ?? '/'
  const record: RoleRecord = {
    id: iamId('AROA', 21),
    path,
    arn: arnOf('role', path, role.name),
    createDate: now(),
    maxSessionSeconds: 3600,
    policies: new Map(),
    tags: new Map(),
    ...role
  }
  roles.set(record.name, record)
  return record
}

export function addInstanceProfile(
  {instanceProfiles, now}: IamStore,
  profile: Pick<InstanceProfileRecord, 'name' | 'path' | 'tags'>
): InstanceProfileRecord {
  const arn = arnOf('instance-profile', profile.path, profile.name)
  const record = {id: iamId('AIPA', 21), arn, createDate: now(), ...profile}
  instanceProfiles.set(record.name, record)
  return record
}

/** IAM's ARNs have no region. A name that nobody has yet is judged by the ARN that it would have. */
export function arnOf(type: 'role' | 'instance-profile', path: string, name: string): string {
  return `arn:aws:iam::${accountId}:${type}${path}${name}`
}
