import type {ResourceType as TaggedType, TagSpecification} from '@aws-sdk/client-ec2'

/**
 * The action's own tags, on everything that a bake makes: an id of the bake, the workflow run, when the bake began by
 * AWS's clock, and when the sweep action may remove it.
 */
export const tagKeys = {
  bake: 'bake-jenkins-ami:bake',
  run: 'bake-jenkins-ami:run',
  began: 'bake-jenkins-ami:began',
  expires: 'bake-jenkins-ami:expires',
  verified: 'bake-jenkins-ami:verified',
  jenkins: 'bake-jenkins-ami:jenkins'
} as const

export type Tags = Readonly<Record<string, string>>

export function tagSpecifications(tags: Tags, ...types: TaggedType[]): TagSpecification[] {
  const list = Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
  return types.map((ResourceType) => ({ResourceType, Tags: list}))
}
