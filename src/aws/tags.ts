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
  jenkins: 'bake-jenkins-ami:jenkins',
  packer: 'bake-jenkins-ami:packer',
  /** What successive images of the same kind have in common: the input `ami-name-prefix`, or the template's path. */
  name: 'bake-jenkins-ami:name',
  /** Of the template, in a bake that makes several images. */
  source: 'bake-jenkins-ami:source',
  fingerprint: 'bake-jenkins-ami:fingerprint',
  /** Of a copy that the promote action made: the bake of its image, and when that bake began. */
  origin: 'bake-jenkins-ami:origin',
  originBegan: 'bake-jenkins-ami:origin-began',
  /** `contents-1` and so on: what went into the image, for the comparison with the next one. */
  contents: 'bake-jenkins-ami:contents',
  /** `packages-1` and so on: digests of its source packages, so that the next bake's summary can say which are new. */
  packages: 'bake-jenkins-ami:packages'
} as const

export type Tags = Readonly<Record<string, string>>

export function tagSpecifications(tags: Tags, ...types: TaggedType[]): TagSpecification[] {
  const list = Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
  return types.map((ResourceType) => ({ResourceType, Tags: list}))
}

/** EC2 allows 256 characters in a tag's value ("Tag your resources", restrictions). */
const longestValue = 256

/** A long value in parts that fit into tags. @returns none if it needs more than `mostTags` */
export function partsForTags(value: string, mostTags: number): string[] {
  const count = Math.ceil(value.length / longestValue)
  if (count > mostTags) return []
  return Array.from({length: count}, (_, at) => value.slice(at * longestValue, (at + 1) * longestValue))
}

/** The parts of a long value as tags: `KEY-1` and so on. */
export function tagsOfParts(key: string, parts: readonly string[]): Tags {
  return Object.fromEntries(parts.map((part, index) => [`${key}-${index + 1}`, part]))
}

/** The parts that {@link tagsOfParts} made tags of. */
export function partsIn(tags: Tags, key: string): string[] {
  const parts: string[] = []
  for (;;) {
    const part = tags[`${key}-${parts.length + 1}`]
    if (part === undefined) return parts
    parts.push(part)
  }
}

/** Without those that {@link tagsOfParts} made for the key. */
export function withoutParts(tags: Tags, key: string): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !name.startsWith(`${key}-`)))
}

/** The times in a bake's tags, by AWS's clock. */
export interface Lifetime {
  /** Absent: an earlier version of this action tagged it. */
  readonly began?: Date
  /** When the bake ends at the latest, by its `bake-timeout`. */
  readonly end: Date
  /** The time from which the sweep action may remove leftovers. */
  readonly expires: Date
}

/** For a bake's own sweep, its post step, and one more sweep by a person. */
const graceMs = 2 * 3_600_000

/** @param began by AWS's clock */
export function lifetimeTags(began: Date, bakeTimeoutMs: number): Tags {
  const expires = new Date(began.getTime() + bakeTimeoutMs + graceMs)
  return {[tagKeys.began]: began.toISOString(), [tagKeys.expires]: expires.toISOString()}
}

/** @returns undefined if the expiry does not have the form in which bakes write it */
export function lifetimeIn(tags: Tags): Lifetime | undefined {
  const [began, expires] = [timeIn(tags[tagKeys.began]), timeIn(tags[tagKeys.expires])]
  if (expires === undefined) return undefined
  return {...(began !== undefined ? {began} : {}), end: new Date(expires.getTime() - graceMs), expires}
}

/** The bake that made an image, also if it is a copy that the promote action made. */
export function bakeOf(tags: Tags): string | undefined {
  return tags[tagKeys.origin] ?? tags[tagKeys.bake]
}

/** When that bake began, by AWS's clock. @returns undefined if the tags do not say */
export function beganIn(tags: Tags): Date | undefined {
  return timeIn(tags[tagKeys.originBegan] ?? tags[tagKeys.began])
}

function timeIn(text = ''): Date | undefined {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms)
}
