import {DeleteTagsCommand, type EC2Client} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import {tagKeys} from '../aws/tags.ts'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import type {Described} from '../aws/resources.ts'

/** The resources whose tags are removed, and the calls for it. */
interface Untagging {
  readonly account: Account
  readonly log: Log
  readonly limit: AbortSignal
}

/**
 * Removes this action's tags from resources that carry them but are not the bake's, each once: a snapshot of the user's
 * own that the template maps into the image gets them from Packer, and the sweep action would treat it as a leftover.
 * The user's own tags are left on it.
 */
export function untagging({account, log, limit}: Untagging): (strangers: readonly Described[]) => Promise<void> {
  const known = new Set<string>()
  return async (strangers) => {
    const fresh = strangers.filter(({id, region}) => !known.has(`${id} ${region}`))
    fresh.forEach(({id, region}) => known.add(`${id} ${region}`))
    const regions = [...new Set(fresh.map(({region}) => region))]
    await Promise.all(
      regions.map((region) => {
        const ec2 = region === undefined ? account.ec2 : account.inRegion(region)
        return untag(
          ec2,
          fresh.filter((one) => one.region === region),
          log,
          limit
        )
      })
    )
  }
}

async function untag(
  ec2: EC2Client,
  strangers: readonly Described[],
  log: Log,
  abortSignal: AbortSignal
): Promise<void> {
  const names = strangers.map(({type, id}) => `${type} ${id}`).join(', ')
  log.info(`These resources carry the tags of this bake but are older, so that they stay and lose the tags: ${names}`)
  const keys = [tagKeys.bake, tagKeys.run, tagKeys.began, tagKeys.expires]
  const Resources = strangers.map(({id}) => id)
  try {
    await ec2.send(new DeleteTagsCommand({Resources, Tags: keys.map((Key) => ({Key}))}), {abortSignal})
  } catch (error) {
    log.info(`The tags of the bake could not be removed from ${names}: ${messageOf(error)}`)
  }
}
