import {
  type EC2Client,
  type Tag,
  CreateTagsCommand,
  DeleteTagsCommand,
  ModifyImageAttributeCommand
} from '@aws-sdk/client-ec2'
import {imagesBy, snapshotsBy, volumesBy} from '../cleanup/describe.ts'
import type {Resource} from '../cleanup/resource.ts'
import {onceKnown} from '../ec2/consistency.ts'
import type {Account} from '../ec2/account.ts'
import {awsTime} from '../ec2/time.ts'
import {messageOf, UserError} from '../report/errors.ts'
import {resourcesOf, type RegionalImage} from './images.ts'
import {tagKeys} from './tags.ts'

/** What is given out must not be half given out: a cancel does not interrupt it. */
const never = new AbortController().signal

/**
 * Makes a verified image ready to be given out: machines launched from it demand IMDSv2 (irreversible, which is why it waits for the
 * verdict), and it says that it was verified and with which Jenkins. It still has its expiry: {@link keep} comes last.
 *
 * @param bakeId undefined for an image that was there before the bake
 */
export async function promote(
  ec2: EC2Client,
  image: RegionalImage,
  bakeId: string | undefined,
  jenkinsVersion: string
): Promise<void> {
  const demandImdsV2 = new ModifyImageAttributeCommand({ImageId: image.id, ImdsSupport: {Value: 'v2.0'}})
  await onceKnown(never, () => ec2.send(demandImdsV2))
  await mark(ec2, image, bakeId, {[tagKeys.verified]: awsTime(ec2).toISOString(), [tagKeys.jenkins]: jenkinsVersion})
}

/**
 * Puts the bake's tag on an image and its snapshots, also where the template has set none, and more tags where there are any.
 *
 * @param bakeId undefined for an image that was there before the bake
 */
export async function mark(
  ec2: EC2Client,
  image: RegionalImage,
  bakeId: string | undefined,
  moreTags: Readonly<Record<string, string>> = {}
): Promise<void> {
  const tags = {...(bakeId === undefined ? {} : {[tagKeys.bake]: bakeId}), ...moreTags}
  await putTags(
    ec2,
    idsOf(image),
    Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
  )
}

/**
 * Takes the expiry off an image and its snapshots. From then on no janitor takes them for what an expired bake left behind, and the role of
 * the README can do nothing more to them: it may change and remove only what has an expiry.
 */
export async function keep(ec2: EC2Client, image: RegionalImage): Promise<void> {
  await takeExpiryOff(ec2, idsOf(image))
}

/**
 * Finishes what {@link keep} does, for everything that was given out: after an end in the middle of it, or before it (`deregister: never`
 * gives its images out as soon as they are made). What is kept already is not touched.
 *
 * @param released images, snapshots and volumes; what has been removed since is passed over
 * @throws {UserError} naming what still has its expiry
 */
export async function finishKeeping(
  account: Pick<Account, 'region' | 'inRegion'>,
  released: readonly Resource[],
  bakeId: string
): Promise<void> {
  const regions = [...new Set(released.map(({region = account.region}) => region))]
  for (const region of regions) {
    const ids = released.filter((one) => (one.region ?? account.region) === region).map(({id}) => id)
    try {
      await finishIn(account.inRegion(region), ids, bakeId)
    } catch (error) {
      throw new UserError(
        `Given out, but with an expiry: ${ids.join(', ')} in ${region}. ${messageOf(error)}\n` +
          `Take the tag ${tagKeys.expires} off: without that the sweep action removes them when their time has come.`,
        {cause: error}
      )
    }
  }
}

async function finishIn(ec2: EC2Client, ids: readonly string[], bakeId: string): Promise<void> {
  const tags = await tagsOf(ec2, ids)
  const lacking = ids.filter((id) => tags.has(id) && !tags.get(id)?.has(tagKeys.bake))
  await putTags(ec2, lacking, [{Key: tagKeys.bake, Value: bakeId}])
  await takeExpiryOff(
    ec2,
    ids.filter((id) => tags.get(id)?.has(tagKeys.expires))
  )
}

/** What is there of these, with the keys of its tags. Asked for with filters: an id that is gone would be an error. */
async function tagsOf(client: EC2Client, ids: readonly string[]): Promise<Map<string, Set<string>>> {
  const reader = {client, abortSignal: never}
  const images = await imagesBy(reader, [{Name: 'image-id', Values: [...ids]}])
  const snapshots = await snapshotsBy(reader, [{Name: 'snapshot-id', Values: [...ids]}])
  const volumes = await volumesBy(reader, [{Name: 'volume-id', Values: [...ids]}])
  return new Map([...images, ...snapshots, ...volumes].map(({id, tags}) => [id, new Set(Object.keys(tags))]))
}

const idsOf = (image: RegionalImage): string[] => resourcesOf(image, image.region).map(({id}) => id)

async function putTags(ec2: EC2Client, ids: readonly string[], Tags: Tag[]): Promise<void> {
  if (ids.length === 0 || Tags.length === 0) return
  await onceKnown(never, () => ec2.send(new CreateTagsCommand({Resources: [...ids], Tags})))
}

async function takeExpiryOff(ec2: EC2Client, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const command = new DeleteTagsCommand({Resources: [...ids], Tags: [{Key: tagKeys.expires}]})
  await onceKnown(never, () => ec2.send(command))
}
