import {DeleteTagsCommand} from '@aws-sdk/client-ec2'
import {imagesBy, snapshotsBy, volumesBy} from '../cleanup/describe.ts'
import {evidenceOf, filter, Look, Sight, type Traces} from '../cleanup/look.ts'
import type {Resource} from '../cleanup/resource.ts'
import type {Account} from '../ec2/account.ts'
import {onceKnown} from '../ec2/consistency.ts'
import type {Log} from '../report/log.ts'
import {tagKeys} from './tags.ts'

/** What is given out must not be half given out: a cancel does not interrupt it. */
const never = new AbortController().signal

/**
 * Marks what other builders of the template made (amazon-ebsvolume) as something that stays: it loses its expiry, so that no janitor takes
 * it for a leftover. What is not this bake's own is left as it is.
 *
 * @param products as their artifacts name them
 */
export async function keepProducts(
  account: Account,
  products: readonly Resource[],
  traces: Traces,
  log: Log
): Promise<void> {
  const sight = new Sight(evidenceOf(traces, account.region))
  const regions = [...new Set(products.map(({region}) => region))]
  const looks = regions.map((region) => new Look(clientOf(account, region), region, sight, never))
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
  const expiring = sight.proved.own.filter((one) => isProduct(one) && one.tags[tagKeys.expires] !== undefined)
  for (const {id, region} of expiring) {
    const untag = new DeleteTagsCommand({Resources: [id], Tags: [{Key: tagKeys.expires}]})
    await onceKnown(never, () => clientOf(account, region).send(untag))
  }
}

const clientOf = (account: Account, region: string | undefined) =>
  region === undefined ? account.ec2 : account.inRegion(region)
