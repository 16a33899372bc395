import {CreateTagsCommand, type EC2Client, type Filter} from '@aws-sdk/client-ec2'
import {instancesBy, keyPairsBy, securityGroupsBy, volumesBy, type Described, type Search} from '../cleanup/describe.ts'
import type {Ledger} from '../cleanup/ledger.ts'
import {tagKeys, type Tags} from '../image/tags.ts'
import {messageOf, UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {poll, timeLimit} from '../wait.ts'
import {temporaryName} from './announced.ts'

export interface Watch {
  /** For the job that is watched. */
  readonly onKeyPair: (name: string) => void
  readonly onSecurityGroup: (name: string) => void
  readonly onInstance: (id: string) => void
  /** Aborted with a UserError when the template works where we cannot clean up. */
  readonly signal: AbortSignal
  /** Ends the watching. */
  close(): void
}

export interface WatchContext {
  readonly ec2: EC2Client
  readonly region: string
  readonly ledger: Ledger
  /** Ours, for what Packer makes without them. */
  readonly tags: Tags
  readonly log: Log
  /** How often Packer has asked for our credentials so far. */
  readonly requests: () => number
  /** How long what Packer announced may take to show up, in milliseconds. */
  readonly patienceMs?: number
}

/** Packer makes its key pair right after it announced it; throttling may delay that. */
const usualPatienceMs = 60_000

/**
 * Watches what a template does with AWS while it can still be stopped: that it works with the credentials that it was
 * given, and in our region and account, for what it makes elsewhere could not be found and removed.
 *
 * The volumes of its instance are recorded while it lives: a launch mapping without `delete_on_termination` leaves them
 * behind, and once the instance is gone nothing leads to them.
 *
 * What carries no tag of ours (an older Packer tags no key pair and no group, a template of the user's own perhaps nothing)
 * is tagged as soon as it is there: should this runner be lost, nothing else leads the sweep action to it.
 */
export function watchTemplate(context: WatchContext): Watch {
  const {ec2, region, ledger, tags, log, requests, patienceMs = usualPatienceMs} = context
  const stop = new AbortController()
  const ended = new AbortController()

  // By then Packer has called AWS several times, so it must have asked for its credentials.
  const checkCredentials = (): void => {
    if (requests() === 0) stop.abort(new UserError(bypassAdvice))
  }

  /** Waits until something shows up here. @returns nothing when it does not, or the watching has ended */
  async function appear<T>(look: (abortSignal: AbortSignal) => Promise<T[]>): Promise<T[]> {
    const signal = timeLimit(patienceMs, [ended.signal])
    const some = async (): Promise<T[] | undefined> => {
      const found = await look(signal)
      return found.length > 0 ? found : undefined
    }
    try {
      return await poll(some, {signal, firstMs: 200, slowestMs: 2_000})
    } catch (error) {
      if (signal.aborted) return []
      throw error
    }
  }

  async function checkIsHere(what: string, search: Search, filter: Filter): Promise<Described[]> {
    try {
      const found = await appear((abortSignal) => search({client: ec2, abortSignal}, [filter]))
      if (found.length === 0 && !ended.signal.aborted) stop.abort(new UserError(elsewhereAdvice(what, region)))
      return found
    } catch (error) {
      log.warning(`It could not be checked that the template makes its ${what} in ${region}: ${messageOf(error)}`)
      return []
    }
  }

  /** @param found what nobody but this build can have made, if it was made since the bake began */
  async function tag(found: readonly Described[]): Promise<void> {
    const untagged = found.filter((one) => !isTagged(one) && (one.created === undefined || one.created >= ledger.began))
    if (untagged.length === 0) return
    const Tags = Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
    try {
      const Resources = untagged.map(({id}) => id)
      await ec2.send(new CreateTagsCommand({Resources, Tags}), {abortSignal: ended.signal})
    } catch (error) {
      if (ended.signal.aborted) return
      const names = untagged.map(({type, id}) => `${type} ${id}`).join(', ')
      log.info(
        `Not tagged, so that the sweep action could not find it if this runner were lost: ${names}: ${messageOf(error)}`
      )
    }
  }

  async function tagGroup(name: string, keyPair: Promise<readonly Described[]>): Promise<void> {
    // A Packer that tags its key pair tags its group as well.
    if ((await keyPair).some(isTagged)) return
    const filters = [{Name: 'group-name', Values: [name]}]
    try {
      await tag(await appear((abortSignal) => securityGroupsBy({client: ec2, abortSignal}, filters)))
    } catch (error) {
      log.info(`The security group ${name} could not be looked for, to tag it: ${messageOf(error)}`)
    }
  }

  async function recordVolumes(instance: string): Promise<void> {
    const filters = [{Name: 'attachment.instance-id', Values: [instance]}]
    try {
      const volumes = await appear((abortSignal) => volumesBy({client: ec2, abortSignal}, filters))
      const own = volumes.filter(({created}) => created !== undefined && created >= ledger.began)
      own.forEach(({id}) => ledger.made('volume', id))
      await tag(own)
    } catch (error) {
      log.warning(`The volumes of ${instance} could not be recorded: ${messageOf(error)}`)
    }
  }

  let keyPair: Promise<readonly Described[]> = Promise.resolve([])
  return {
    signal: stop.signal,
    close: () => ended.abort(),
    onKeyPair(name) {
      checkCredentials()
      keyPair = checkIsHere('key pair', keyPairsBy, {Name: 'key-name', Values: [name]})
      // With a name that the template chose it may be somebody else's.
      if (temporaryName.test(name)) void keyPair.then(tag)
    },
    onSecurityGroup(name) {
      void tagGroup(name, keyPair)
    },
    onInstance(id) {
      checkCredentials()
      ledger.made('instance', id)
      void checkIsHere('instance', instancesBy, {Name: 'instance-id', Values: [id]}).then(tag)
      void recordVolumes(id)
    }
  }
}

const isTagged = ({tags}: Described): boolean => tags[tagKeys.bake] !== undefined

export const bypassAdvice =
  'The template works with AWS credentials of its own, so that what it makes could not be found and removed. ' +
  'Take access_key, secret_key, shared_credentials_file and vault_aws_engine out of it: Packer gets the credentials of this action by itself.'

const elsewhereAdvice = (what: string, region: string): string =>
  `The template makes its ${what} in another region than ${region}, or in another account, where what it makes could not be ` +
  "found and removed. Set 'aws-region' to the template's region, or declare a variable \"region\" in it, which is filled in."
