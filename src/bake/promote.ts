import {type EC2Client, ModifyImageAttributeCommand, type Tag} from '@aws-sdk/client-ec2'
import {onceKnown} from '../aws/calls.ts'
import {tagKeys} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import type {ImageBuild} from '../packer/build-images.ts'
import {productsOf, resourcesOf, withCopies, type RegionalImage} from '../packer/images.ts'
import {messageOf} from '../lib/errors.ts'
import type {Plan} from '../plan/plan.ts'
import {keepProducts, neverAborted, putTags, takeExpiryOff} from '../sweep/keep.ts'
import {comparableTags} from './comparison.ts'
import type {Made} from './outcome.ts'

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
  // They are released before they lose their expiry, because the role of the README may not remove images without one.
  await keepProducts(account, products, traces, {log: deps.log, release: () => ledger.release(products)})
  return released
}

/**
 * Tags the images and their copies, verified ones as such, releases them, and removes their expiry last of all: the
 * role of the README cannot change images without one.
 */
export async function promote(build: ReleasableBuild, made: Made): Promise<void> {
  const {inputs, account, ledger, plan, deps} = build
  const images = ownImages(ledger, made)
  for (const image of images) {
    const ec2 = account.inRegion(image.region)
    await (made.verdict === 'verified'
      ? markVerified(ec2, image, plan, made.jenkinsVersion ?? '')
      : mark(ec2, image, plan))
  }
  if (made.verdict === 'verified') await markComparable(build, made, images)
  if (inputs.deregister !== 'never') releaseImages(build, made)
  for (const image of images) await takeExpiryOff(account.inRegion(image.region), idsOf(image))
  for (const {name, id, region} of made.images.flatMap(withCopies)) {
    const isOwn = images.some((image) => image.id === id)
    deps.log.info(`${name} is ${id} in ${region}${isOwn ? '' : ', which this bake did not make, and does not change'}`)
  }
}

/**
 * Makes a verified image ready for its release: machines launched from it require IMDSv2 (irreversible, which is why it
 * waits for the verdict), and it says that it was verified and with which Jenkins.
 */
async function markVerified(ec2: EC2Client, image: RegionalImage, plan: Plan, jenkinsVersion: string): Promise<void> {
  const demandImdsV2 = new ModifyImageAttributeCommand({ImageId: image.id, ImdsSupport: {Value: 'v2.0'}})
  await onceKnown(neverAborted, () => ec2.send(demandImdsV2))
  await mark(ec2, image, plan, {[tagKeys.verified]: awsTime(ec2).toISOString(), [tagKeys.jenkins]: jenkinsVersion})
}

/**
 * Puts the tags on the images by which the next bake finds them and compares its own with them. An image without them
 * is as good, but the next bake makes another one.
 */
async function markComparable(
  {plan, packer, account, deps}: ReleasableBuild,
  {images}: Made,
  own: readonly RegionalImage[]
): Promise<void> {
  if (!plan.comparable) return
  const {main, contents} = comparableTags(plan.comparable)
  for (const baked of images) {
    const source = images.length > 1 ? {[tagKeys.source]: baked.source} : {}
    const all = {...main, ...source, [tagKeys.packer]: packer.version}
    for (const {id, region} of withCopies(baked).filter((one) => own.some((image) => image.id === one.id))) {
      const put = (some: Readonly<Record<string, string>>) => putTags(account.inRegion(region), [id], listed(some))
      await put({...all, ...contents})
        // EC2 allows 50 tags.
        .catch(() => put(all))
        .catch((error: unknown) =>
          deps.log.warning(`The next bake cannot use ${id} again, because it could not be tagged: ${messageOf(error)}`)
        )
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
  {bakeId, tags: {[tagKeys.run]: run}}: Plan,
  moreTags: Readonly<Record<string, string>> = {}
): Promise<void> {
  const tags = {[tagKeys.bake]: bakeId, ...(run === undefined ? {} : {[tagKeys.run]: run}), ...moreTags}
  await putTags(ec2, idsOf(image), listed(tags))
}

const listed = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({Key, Value}))

const idsOf = (image: RegionalImage): string[] => resourcesOf(image, image.region).map(({id}) => id)
