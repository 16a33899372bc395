import {paginateDescribeImages, type EC2Client, type Image} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import {allPages, pageSize} from '../aws/calls.ts'
import {tagsOf, type RegionalImage} from '../aws/resources.ts'
import {bakeOf, partsIn, tagKeys, tagsOfParts, type Tags} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import type {Inputs} from '../inputs/inputs.ts'
import type {Log} from '../lib/log.ts'
import type {BakedImage} from '../packer/images.ts'
import type {InstalledPackages} from '../packer/installed-packages.ts'
import {changesBetween} from '../plan/contents/changes.ts'
import type {ComparableContents} from '../plan/contents/contents.ts'
import type {Plan} from '../plan/plan.ts'
import {fromRecord, recorded} from '../plan/contents/record.ts'
import {recordedPackages} from './package-record.ts'

/** The comparison of what is to be baked with the newest verified image of the same repository and name. */
export interface Comparison {
  /** Absent: there is none. */
  readonly last?: LastBake
  /** Why an image is baked all the same. Empty: nothing has changed. */
  readonly because: readonly string[]
  /** What was not compared. */
  readonly unseen: readonly string[]
}

/** A bake whose images were verified and are still there. */
interface LastBake {
  readonly images: readonly BakedImage[]
  /** When its newest image was made. */
  readonly created: Date
  readonly tags: Tags
}

/**
 * Compares with the newest verified image. Images that are unverified, deprecated, disabled or not available, and those
 * of other repositories, do not count.
 *
 * @returns undefined if it was not asked for
 */
export async function compareWithLast(
  account: Account,
  {template, reuse}: Pick<Inputs, 'template' | 'reuse'>,
  {comparable}: Pick<Plan, 'comparable'>,
  {log, signal}: {readonly log: Pick<Log, 'info'>; readonly signal: AbortSignal}
): Promise<Comparison | undefined> {
  if (!comparable) return undefined
  const last = await lastBake(account, comparable, signal)
  const unseen = [
    ...comparable.unseen,
    ...(template.names.copiesAnywhere ? ['the regions of copies, which only Packer knows'] : [])
  ]
  const because = last
    ? [
        ...differences(last, comparable),
        ...missing(last, comparable),
        ...tooOld(last, awsTime(account.ec2), reuse?.maxAgeMs),
        ...(reuse?.maxAgeMs === undefined ? unseen.map((one) => `it is not known whether this changed: ${one}`) : [])
      ]
    : [`${comparable.repository} has no verified image named ${comparable.name} in ${account.region} yet`]
  const comparison = {...(last ? {last} : {}), because, unseen}
  log.info(sentenceOf(comparison))
  return comparison
}

/**
 * The tags by which the next bake knows an image: those of its contents and of its packages say what has changed, and can
 * be left out.
 */
export function comparableTags(
  {fingerprint, name, contents}: ComparableContents,
  packages: InstalledPackages | undefined
): ComparableTags {
  return {
    main: {[tagKeys.name]: name, [tagKeys.fingerprint]: fingerprint},
    contents: tagsOfParts(tagKeys.contents, recorded(contents)),
    packages: tagsOfParts(tagKeys.packages, packages ? recordedPackages(packages) : [])
  }
}

interface ComparableTags {
  readonly main: Tags
  readonly contents: Tags
  readonly packages: Tags
}

async function lastBake(
  account: Account,
  wanted: ComparableContents,
  signal: AbortSignal
): Promise<LastBake | undefined> {
  const now = awsTime(account.ec2)
  const named: readonly [string, string] = [`tag:${tagKeys.name}`, wanted.name]
  const found = (await imagesIn(account.ec2, account.region, [named], signal)).filter(
    ({tags, deprecated}) => isOurs(tags, wanted) && !(deprecated !== undefined && deprecated <= now)
  )
  const newest = found.toSorted((one, other) => other.created.getTime() - one.created.getTime())[0]
  if (!newest) return undefined
  const bakeId = bakeOf(newest.tags)
  const copies = await Promise.all(
    wanted.copyRegions.map((region) => imagesIn(account.inRegion(region), region, [named], signal))
  )
  const isOfBake = ({tags}: Found): boolean => bakeOf(tags) === bakeId && isReleased(tags)
  const ofBake = found.filter(isOfBake).toSorted((one, other) => (one.source < other.source ? -1 : 1))
  const images = ofBake.map((image) => ({
    ...image,
    copies: copies.flat().filter((copy) => isOfBake(copy) && copy.source === image.source)
  }))
  return {images, created: newest.created, tags: newest.tags}
}

/** Asked for with filters, and checked: whoever answers may ignore them. */
function isOurs(tags: Tags, {name, repository}: ComparableContents): boolean {
  return (
    isReleased(tags) &&
    tags[tagKeys.bake] !== undefined &&
    // Baked without a comparison: nothing is known of what went into it.
    tags[tagKeys.fingerprint] !== undefined &&
    tags[tagKeys.name] === name &&
    (tags[tagKeys.run] ?? '').startsWith(`${repository}/`)
  )
}

function isReleased(tags: Tags): boolean {
  return tags[tagKeys.verified] !== undefined && tags[tagKeys.expires] === undefined
}

type Found = BakedImage & {readonly tags: Tags; readonly deprecated?: Date}

async function imagesIn(
  client: EC2Client,
  region: string,
  filters: readonly (readonly [string, string])[],
  abortSignal: AbortSignal
): Promise<Found[]> {
  const Filters = [
    {Name: 'tag-key', Values: [tagKeys.verified]},
    {Name: 'state', Values: ['available']},
    // A star, a question mark and a backslash have a meaning in filters.
    ...filters.map(([Name, value]) => ({Name, Values: [value.replace(/[*?\\]/g, String.raw`\$&`)]}))
  ]
  const pages = await allPages(paginateDescribeImages({client, pageSize}, {Owners: ['self'], Filters}, {abortSignal}))
  return pages
    .flatMap(({Images = []}) => Images)
    .filter(({State}) => State === 'available')
    .map((image) => foundImage(image, region))
}

function foundImage(image: Image, region: string): Found {
  const {ImageId: id = '', Name: name = '', CreationDate, DeprecationTime, Architecture} = image
  const tags = tagsOf(image.Tags)
  return {
    region,
    id,
    name,
    created: new Date(CreationDate ?? 0),
    snapshotIds: [],
    architecture: Architecture === 'arm64' ? 'arm64' : 'x86_64',
    source: tags[tagKeys.source] ?? '',
    copies: [],
    tags,
    ...(DeprecationTime ? {deprecated: new Date(DeprecationTime)} : {})
  }
}

function differences({tags}: LastBake, {contents, fingerprint}: ComparableContents): string[] {
  if (tags[tagKeys.fingerprint] === fingerprint) return []
  const before = fromRecord(partsIn(tags, tagKeys.contents))
  const changes = before ? changesBetween(before, contents) : []
  return changes.length > 0 ? changes : ['something has changed, and the tags of that image do not say what']
}

function missing({images}: LastBake, {count, copyRegions}: ComparableContents): string[] {
  const lacking = copyRegions.filter((region) =>
    images.some(({copies}) => copies.every((copy: RegionalImage) => copy.region !== region))
  )
  return [
    ...(images.length === count ? [] : [`of the ${count} images of that bake ${images.length} are there`]),
    ...lacking.map((region) => `that image has no copy in ${region}`)
  ]
}

function tooOld({created}: LastBake, now: Date, maxAgeMs: number | undefined): string[] {
  const ageMs = now.getTime() - created.getTime()
  if (maxAgeMs === undefined || ageMs <= maxAgeMs) return []
  return [`that image is ${hours(ageMs)} old, and 'max-image-age' allows ${hours(maxAgeMs)}`]
}

function hours(ms: number): string {
  const whole = Math.floor(ms / 3_600_000)
  return whole < 48 ? `${whole} h` : `${Math.floor(whole / 24)} days`
}

function sentenceOf({last, because}: Pick<Comparison, 'last' | 'because'>): string {
  const [image] = last?.images ?? []
  if (!image) return `An image is baked: ${because.join('; ')}`
  const since = `${image.id} (${image.name}), verified ${last?.tags[tagKeys.verified] ?? ''}`
  return because.length === 0
    ? `Nothing has changed since ${since}: that image is used again`
    : `An image is baked, because since ${since}: ${because.join('; ')}`
}
