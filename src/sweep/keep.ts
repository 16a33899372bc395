import {type EC2Client, type Tag, CreateTagsCommand, DeleteTagsCommand} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import {onceKnown} from '../aws/calls.ts'
import {imagesBy, snapshotsBy, volumesBy, type Described, type Resource} from '../aws/resources.ts'
import {tagKeys, type Tags} from '../aws/tags.ts'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {evidenceOf, filter, Look, Sight, type Traces} from './search.ts'

/** A release is not interrupted by a cancel: a half-released image would be worse. */
export const neverAborted = new AbortController().signal

/**
 * Removes the expiry from released resources. From then on no sweep of an account treats them as leftovers of an
 * expired bake, and the role of iam/ cannot change them any more: it may change and remove only resources with an
 * expiry.
 */
export async function takeExpiryOff(ec2: EC2Client, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const command = new DeleteTagsCommand({Resources: [...ids], Tags: [{Key: tagKeys.expires}]})
  await onceKnown(neverAborted, () => ec2.send(command))
}

export async function putTags(ec2: EC2Client, ids: readonly string[], Tags: Tag[]): Promise<void> {
  if (ids.length === 0 || Tags.length === 0) return
  await onceKnown(neverAborted, () => ec2.send(new CreateTagsCommand({Resources: [...ids], Tags})))
}

/**
 * Puts the first of these sets of tags that EC2 takes: it allows 50 on a resource, and an organization's tag policy may refuse
 * some.
 *
 * @returns why EC2 did not take the first one; undefined if it did
 * @throws what EC2 answers to the last set
 */
export async function putTagsThatFit(
  ec2: EC2Client,
  ids: readonly string[],
  [first, ...others]: readonly [Tags, ...Tags[]]
): Promise<string | undefined> {
  try {
    await putTags(ec2, ids, listed(first))
    return undefined
  } catch (error) {
    const [second, ...rest] = others
    if (second === undefined) throw error
    await putTagsThatFit(ec2, ids, [second, ...rest])
    return messageOf(error)
  }
}

const listed = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({Key, Value}))

/**
 * Finishes {@link takeExpiryOff} for everything that was released, after a run that ended in the middle of it or before
 * it (`deregister: never` releases its images as soon as they are made). Resources without an expiry are not touched,
 * nor those of other bakes, nor those that were there before.
 *
 * @param released images, snapshots and volumes; those that have been removed since are skipped
 * @param began when the bake began, by AWS's clock
 * @throws {UserError} naming what still has its expiry
 */
export async function finishKeeping(
  account: Pick<Account, 'region' | 'inRegion'>,
  released: readonly Resource[],
  {bakeId, began}: {readonly bakeId: string; readonly began: Date}
): Promise<void> {
  const regions = [...new Set(released.map(({region = account.region}) => region))]
  for (const region of regions) {
    const ids = released.filter((one) => (one.region ?? account.region) === region).map(({id}) => id)
    try {
      await finishIn(account.inRegion(region), ids, {bakeId, began})
    } catch (error) {
      throw new UserError(
        `Released, but still with an expiry: ${ids.join(', ')} in ${region}. ${messageOf(error)}\n` +
          `Remove the tag ${tagKeys.expires}: otherwise the sweep action removes them when they expire.`,
        {cause: error}
      )
    }
  }
}

async function finishIn(
  ec2: EC2Client,
  ids: readonly string[],
  {bakeId, began}: {readonly bakeId: string; readonly began: Date}
): Promise<void> {
  const mayBeOwn = ({tags, created}: Described): boolean =>
    (tags[tagKeys.bake] ?? bakeId) === bakeId && created !== undefined && created >= began
  const own = (await described(ec2, ids)).filter(mayBeOwn)
  const idsOf = (some: readonly Described[]): string[] => some.map(({id}) => id)
  const lacking = own.filter(({tags}) => tags[tagKeys.bake] === undefined)
  await putTags(ec2, idsOf(lacking), [{Key: tagKeys.bake, Value: bakeId}])
  await takeExpiryOff(ec2, idsOf(own.filter(({tags}) => tags[tagKeys.expires] !== undefined)))
}

/** Those of these resources that exist. Requested with filters: an id that is gone would be an error. */
async function described(client: EC2Client, ids: readonly string[]): Promise<Described[]> {
  const reader = {client, abortSignal: neverAborted}
  const images = await imagesBy(reader, [{Name: 'image-id', Values: [...ids]}])
  const snapshots = await snapshotsBy(reader, [{Name: 'snapshot-id', Values: [...ids]}])
  const volumes = await volumesBy(reader, [{Name: 'volume-id', Values: [...ids]}])
  return [...images, ...snapshots, ...volumes].filter(({id}) => ids.includes(id))
}

/**
 * Releases the products of the template's other builders (amazon-ebsvolume): they get the bake's tag where it is missing,
 * and lose their expiry, so that no sweep action treats them as leftovers. Resources that are not this bake's own are
 * left unchanged.
 *
 * @param products as their artifacts name them
 * @param release called when it is known which of them are the bake's own, and before anything of them is changed
 */
export async function keepProducts(
  account: Account,
  products: readonly Resource[],
  traces: Traces,
  {log, release}: {readonly log: Log; readonly release: () => void}
): Promise<void> {
  const sight = new Sight(evidenceOf(traces, account.region))
  const regions = [...new Set(products.map(({region}) => region))]
  const looks = regions.map((region) => new Look(clientOf(account, region), region, sight, neverAborted))
  await Promise.all(
    looks.map(async (look) => {
      const ids = (type: Resource['type']): string[] =>
        products.flatMap((one) => (one.type === type && one.region === look.region ? [one.id] : []))
      await look.by('volume', volumesBy, [filter('volume-id', ids('volume'))])
      await look.by('snapshot', snapshotsBy, [filter('snapshot-id', ids('snapshot'))])
      await look.by('image', imagesBy, [filter('image-id', ids('image'))])
    })
  )
  looks
    .flatMap((look) => look.unseen)
    .forEach(({type, reason}) => log.warning(`A ${type} that the template made may keep its expiry: ${reason}`))
  const isProduct = ({type, id}: Resource): boolean => products.some((one) => one.type === type && one.id === id)
  const own = sight.proved.own.filter(isProduct)
  release()
  for (const {id, region, tags} of own) {
    const client = clientOf(account, region)
    if (tags[tagKeys.bake] === undefined) {
      // Without it nothing but the log says whose it is; that is no reason to fail.
      await putTags(client, [id], [{Key: tagKeys.bake, Value: traces.bakeId}]).catch((error: unknown) =>
        log.warning(`${id} is kept without the tag of this bake: ${messageOf(error)}`)
      )
    }
    if (tags[tagKeys.expires] !== undefined) await takeExpiryOff(client, [id])
  }
}

const clientOf = (account: Account, region: string | undefined) =>
  region === undefined ? account.ec2 : account.inRegion(region)
