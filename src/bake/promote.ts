import type {EC2Client, Tag} from '@aws-sdk/client-ec2'
import {explainRefusal} from '../aws/errors/explain.ts'
import {resourcesOf, type RegionalImage} from '../aws/resources.ts'
import {tagKeys, type Tags} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import type {ImageBuild} from '../packer/build-images.ts'
import {productsOf, withCopies, type BakedImage} from '../packer/images.ts'
import {messageOf} from '../lib/errors.ts'
import type {Plan} from '../plan/plan.ts'
import {keepProducts, putTags, putTagsThatFit, takeExpiryOff} from '../sweep/keep.ts'
import {copyImages} from '../promotion/copies.ts'
import {giftsOf, giveAway} from '../promotion/give-away.ts'
import {demandImdsV2} from '../promotion/imds-v2.ts'
import {comparableTags} from './comparison.ts'
import type {Made} from './outcome.ts'

const policies = 'iam/sharing-permissions.json has what share-with and deprecate-after need'

export interface ReleasableBuild extends ImageBuild {
  /** Writes the outputs, so that resources that stay are named even if this process is killed next. */
  readonly announce: (made: Made) => void
}

/** From here on the images are the user's: no sweep removes them. */
export function releaseImages({announce, ledger, account}: ReleasableBuild, made: Made): void {
  announce(made)
  ledger.release(ownImages(ledger, made).flatMap((image) => resourcesOf(image, account.region)))
}

/** With their copies; a user's template may report an image that was there before. */
function ownImages({resources, released}: ImageBuild['ledger'], made: Made): RegionalImage[] {
  const own = new Set([...resources, ...released].map(({id}) => id))
  return made.images.flatMap(withCopies).filter(({id}) => own.has(id))
}

/** From here on the products of the template's other builders are the user's, and lose their expiry. */
export async function releaseProducts(build: ReleasableBuild, made: Made): Promise<Made> {
  const {account, plan, ledger, deps, announce} = build
  const products = productsOf(made.others, account.region)
  if (products.length === 0 || made.othersStay) return made
  const released = {...made, othersStay: true}
  announce(released)
  const traces = {bakeId: plan.bakeId, records: ledger, announced: ledger.announced}
  // They are released before they lose their expiry, because the role of iam/ may not remove images without one.
  await keepProducts(account, products, traces, {log: deps.log, release: () => ledger.release(products)})
  return released
}

/**
 * Tags the images and their copies, verified ones as such, gives them to those that the inputs name, releases them, and
 * removes their expiry last of all: the role of iam/ cannot change images without one. Images that could not be
 * given away are never used again by a later bake.
 *
 * @throws {UserError} if they could not be given away. They stay all the same.
 */
export async function promote(build: ReleasableBuild, made: Made): Promise<void> {
  const {inputs, account, ledger, deps} = build
  const images = ownImages(ledger, made)
  await markAll(build, made, images)
  const failure = made.verdict === 'verified' ? await giveAndMark(build, made, images) : undefined
  if (inputs.deregister !== 'never') releaseImages(build, made)
  await takeExpiriesOff(account, images)
  for (const {name, id, region} of made.images.flatMap(withCopies)) {
    const isOwn = images.some((image) => image.id === id)
    deps.log.info(`${name} is ${id} in ${region}${isOwn ? '' : ', which this bake did not make, and does not change'}`)
  }
  if (failure) throw failure.error
}

async function giveAndMark(
  build: ReleasableBuild,
  made: Made,
  images: readonly RegionalImage[]
): Promise<{readonly error: unknown} | undefined> {
  const {inputs, account, deps} = build
  try {
    await giveAway({account, log: deps.log, policies}, images, giftsOf(inputs.promotion, awsTime(account.ec2)))
  } catch (error) {
    return {error}
  }
  await markComparable(build, made, images)
  return undefined
}

export function isToCopy(
  {inputs: {promotion}}: Pick<ReleasableBuild, 'inputs'>,
  {verdict}: Pick<Made, 'verdict'>
): boolean {
  return verdict === 'verified' && promotion.copies.length > 0
}

/**
 * Copies verified images to the regions that the inputs name. Either all copies stay or none: until all are there, given
 * away and marked, none is released.
 *
 * @returns the images with their copies, and what failed after the release
 * @throws {UserError} if one of the copies fails
 */
export async function promoteCopies(build: ReleasableBuild, made: Made, signal: AbortSignal): Promise<Made> {
  const {inputs, account, ledger, plan, deps} = build
  const context = {account, ledger, log: deps.log, bakeId: plan.bakeId, tags: plan.tags, policies}
  const isMissing = (image: BakedImage, region: string): boolean => image.copies.every((copy) => copy.region !== region)
  const wanted = made.images.flatMap((image) =>
    inputs.promotion.copies.filter(({region}) => isMissing(image, region)).map((to) => ({image, ...to}))
  )
  const copied = await copyImages(context, wanted, signal)
  const fresh = copied.map(({copy}) => copy)
  const images = made.images.map((image) => ({
    ...image,
    copies: [...image.copies, ...copied.flatMap(({of, copy}) => (of === image.id ? [copy] : []))]
  }))
  const withThem = {...made, images}
  await giveAway(context, fresh, giftsOf(inputs.promotion, awsTime(account.ec2)))
  await markAll(build, withThem, fresh)
  await markComparable(build, withThem, fresh)
  releaseImages(build, withThem)
  try {
    await takeExpiriesOff(account, fresh)
    return withThem
  } catch (error) {
    return {...withThem, failure: explainRefusal('Copy', error)}
  }
}

async function markAll(build: ReleasableBuild, made: Made, images: readonly RegionalImage[]): Promise<void> {
  const {account, plan, packer} = build
  const versions = {[tagKeys.jenkins]: made.jenkinsVersion ?? '', [tagKeys.packer]: packer.version}
  for (const image of images) {
    const ec2 = account.inRegion(image.region)
    if (made.verdict === 'verified') {
      await markVerified(ec2, image, plan, {...versions, ...sourceTag(made, image)})
    } else await mark(ec2, image, plan)
  }
}

/** The source of one of several images of a bake, or of its copy. */
function sourceTag({images}: Made, {id}: RegionalImage): Tags {
  const baked = images.find((image) => withCopies(image).some((one) => one.id === id))
  return images.length > 1 && baked ? {[tagKeys.source]: baked.source} : {}
}

async function takeExpiriesOff(account: ImageBuild['account'], images: readonly RegionalImage[]): Promise<void> {
  for (const image of images) await takeExpiryOff(account.inRegion(image.region), idsOf(image))
}

/**
 * Makes a verified image ready for its release: machines of it require IMDSv2, and its tags say that it was verified, with
 * which Jenkins and Packer, and which kind of image it is.
 */
async function markVerified(ec2: EC2Client, image: RegionalImage, plan: Plan, versions: Tags): Promise<void> {
  await demandImdsV2(ec2, image.id)
  const verified = {[tagKeys.verified]: awsTime(ec2).toISOString(), [tagKeys.name]: plan.kindName}
  await mark(ec2, image, plan, {...verified, ...versions})
}

/**
 * Puts the tags on the images by which the next bake compares its own with them. An image without them is as good, but
 * the next bake makes another one.
 */
async function markComparable(
  {plan, account, deps}: ReleasableBuild,
  {images, packages: installed}: Made,
  own: readonly RegionalImage[]
): Promise<void> {
  if (!plan.comparable) return
  const {main, contents, packages} = comparableTags(plan.comparable, installed)
  if (installed && Object.keys(packages).length === 0) {
    deps.log.info('The image has too many packages for its tags: the next bake cannot say which have changed')
  }
  for (const baked of images) {
    for (const {id, region} of withCopies(baked).filter((one) => own.some((image) => image.id === one.id))) {
      const sets = [{...main, ...contents, ...packages}, {...main, ...contents}, main] as const
      try {
        const refused = await putTagsThatFit(account.inRegion(region), [id], sets)
        if (refused)
          deps.log.info(
            `The next bake cannot say all that changed since ${id}, because not all tags could be put on it: ${refused}`
          )
      } catch (error) {
        deps.log.warning(`The next bake cannot use ${id} again, because it could not be tagged: ${messageOf(error)}`)
      }
    }
  }
}

/**
 * Puts the tags of the bake and its run on an image and its snapshots, also where the template has set none, and more
 * tags where there are any.
 */
async function mark(
  ec2: EC2Client,
  image: RegionalImage,
  {bakeId, began, tags: {[tagKeys.run]: run}}: Plan,
  moreTags: Readonly<Record<string, string>> = {}
): Promise<void> {
  const tags = {
    [tagKeys.bake]: bakeId,
    [tagKeys.began]: began.toISOString(),
    ...(run === undefined ? {} : {[tagKeys.run]: run}),
    ...moreTags
  }
  await putTags(ec2, idsOf(image), listed(tags))
}

const listed = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({Key, Value}))

const idsOf = (image: RegionalImage): string[] => resourcesOf(image, image.region).map(({id}) => id)
