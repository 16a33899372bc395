export const resourceTypes = [
  'instance',
  'spot-request',
  'launch-template',
  'volume',
  'image',
  'snapshot',
  'security-group',
  'key-pair',
  'instance-profile',
  'role'
] as const

export type ResourceType = (typeof resourceTypes)[number]

export interface Resource {
  readonly type: ResourceType
  /** An instance profile's and a role's name. */
  readonly id: string
  /** Absent: the bake's own. */
  readonly region?: string
}
