import {CreateTagsCommand, type EC2Client, type Filter} from '@aws-sdk/client-ec2'
import {
  imagesBy,
  instancesBy,
  keyPairsBy,
  securityGroupsBy,
  snapshotsBy,
  volumesBy,
  type Described,
  type Search
} from '../aws/resources.ts'
import type {Ledger} from '../ledger/ledger.ts'
import {evidenceOf, filter, Sight} from '../sweep/search.ts'
import {tagKeys, type Tags} from '../aws/tags.ts'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {poll, timeLimit} from '../lib/wait.ts'
import {announcedBy, type Hint} from '../packer-output/created.ts'
import {temporaryName} from '../packer-output/build-announcements.ts'

export interface Watch {
  /** Callbacks for the job that is watched. */
  readonly onKeyPair: (name: string) => void
  /** Packer has gone on after it made this key pair, so that it must be found. */
  readonly onKeyPairMade: (name: string) => void
  readonly onSecurityGroup: (name: string) => void
  readonly onInstance: (id: string) => void
  readonly onHint: (hint: Hint) => void
  /** Aborted with a UserError when the template works where the action cannot clean up. */
  readonly signal: AbortSignal
  /** Ends the watching. */
  close(): void
}

export interface WatchContext {
  readonly ec2: EC2Client
  readonly bakeId: string
  readonly region: string
  readonly ledger: Ledger
  /** The bake's tags, for resources that Packer makes without them. */
  readonly tags: Tags
  readonly log: Log
  /** How often Packer has asked for the action's credentials so far. */
  readonly requests: () => number
  /** How long announced resources may take to show up, in milliseconds. */
  readonly patienceMs?: number
}

/** A new resource may be missing from AWS's answers for a moment. */
const usualPatienceMs = 60_000

/**
 * Watches a template's use of AWS while it can still be stopped: it must work with the given credentials, and in the
 * bake's region and account, because resources elsewhere could not be found and removed.
 *
 * The volumes of its instance are recorded while it lives: a launch mapping without `delete_on_termination` leaves them
 * behind, and once the instance is gone they can no longer be found. The same holds for the image of an instance.
 *
 * Resources without the bake's tags (an older Packer tags no key pair and no group, a template of the user's own
 * perhaps nothing) are tagged as soon as they exist: if this runner is lost, the sweep action finds them only by their
 * tags.
 */
export function watchTemplate(context: WatchContext): Watch {
  const {ec2, bakeId, region, ledger, tags, log, requests, patienceMs = usualPatienceMs} = context
  const stop = new AbortController()
  const ended = new AbortController()

  // By then Packer has called AWS several times, so it must have asked for its credentials.
  const checkCredentials = (): void => {
    if (requests() === 0) stop.abort(new UserError(bypassAdvice))
  }

  /** Aborted when the patience has ended, which may begin later. */
  function patience(begin?: AbortSignal): AbortSignal {
    if (begin === undefined) return timeLimit(patienceMs, [ended.signal])
    const over = new AbortController()
    const start = (): void =>
      timeLimit(patienceMs, [ended.signal]).addEventListener('abort', () => over.abort(), {once: true})
    begin.addEventListener('abort', start, {once: true})
    ended.signal.addEventListener('abort', () => over.abort(), {once: true})
    return over.signal
  }

  /** Waits until something shows up here. @returns nothing when it does not, or the watching has ended */
  async function appear<T>(look: (abortSignal: AbortSignal) => Promise<T[]>, begin?: AbortSignal): Promise<T[]> {
    const signal = patience(begin)
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

  const temporary = {keyPairs: new Set<string>(), securityGroups: new Set<string>()}

  /** The bake's resources among the given ones, as far as is known by now. */
  function ownOf(found: readonly Described[]): readonly Described[] {
    const announced = {
      ...announcedBy(),
      keyPairs: [...temporary.keyPairs],
      securityGroups: [...temporary.securityGroups],
      volumes: ledger.announced.volumes
    }
    const sight = new Sight(evidenceOf({bakeId, records: ledger, announced}, region))
    sight.add(found)
    return sight.proved.own
  }

  /**
   * @param isIt selects the wanted resources: an answer may have more than was asked for
   * @param made aborted once it is made. Until then its absence proves nothing: AWS may have denied it, and Packer tries
   *   that again and again before it says so.
   */
  async function checkIsHere(
    what: string,
    search: Search,
    by: Filter,
    isIt: (one: Described) => boolean,
    made?: AbortSignal
  ): Promise<readonly Described[]> {
    try {
      const look = async (abortSignal: AbortSignal) =>
        (await search({client: ec2, abortSignal}, [by])).filter((one) => isIt(one))
      const found = await appear(look, made)
      if (found.length === 0 && !ended.signal.aborted) stop.abort(new UserError(elsewhereAdvice(what, region)))
      return found
    } catch (error) {
      log.warning(`It could not be checked that the template makes its ${what} in ${region}: ${messageOf(error)}`)
      return []
    }
  }

  async function tag(found: readonly Described[]): Promise<void> {
    const untagged = ownOf(found).filter((one) => !isTagged(one))
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
    const filters = [filter('group-name', [name])]
    try {
      await tag(await appear((abortSignal) => securityGroupsBy({client: ec2, abortSignal}, filters)))
    } catch (error) {
      log.info(`The security group ${name} could not be looked for, to tag it: ${messageOf(error)}`)
    }
  }

  async function recordVolumes(instance: string): Promise<void> {
    const filters = [filter('attachment.instance-id', [instance])]
    try {
      const own = ownOf(await appear((abortSignal) => volumesBy({client: ec2, abortSignal}, filters)))
      own.forEach(({id}) => ledger.made('volume', id))
      await tag(own)
    } catch (error) {
      log.warning(`The volumes of ${instance} could not be recorded: ${messageOf(error)}`)
    }
  }

  /**
   * The machine may have named another person's resource: it is looked up, and is the bake's only if it descends from
   * one of the bake's.
   */
  async function follow({type, id}: Hint): Promise<void> {
    // A Packer that tags its key pair tags its image as well.
    if (type === 'image' && (await keyPair).some(isTagged)) return
    const [search, by] = lookups[type]
    try {
      const described = await appear((abortSignal) => search({client: ec2, abortSignal}, [filter(by, [id])]))
      const found = described.find((one) => one.id === id)
      if (found === undefined) return
      const mapped = type === 'image' ? await mappedIn(found) : []
      const own = ownOf([found, ...mapped])
      if (!own.includes(found)) return
      ledger.made(type, id)
      await tag(own)
      if (type === 'instance') await recordVolumes(id)
    } catch (error) {
      log.info(`The ${type} ${id} could not be looked at: ${messageOf(error)}`)
    }
  }

  async function mappedIn({snapshotIds = []}: Described): Promise<Described[]> {
    if (snapshotIds.length === 0) return []
    return snapshotsBy({client: ec2, abortSignal: ended.signal}, [filter('snapshot-id', snapshotIds)])
  }

  let keyPair: Promise<readonly Described[]> = Promise.resolve([])
  const onceMade = new Map<string, () => void>()
  return {
    signal: stop.signal,
    close: () => ended.abort(),
    onKeyPair(name) {
      checkCredentials()
      // Packer hides sensitive values: a hidden name cannot be looked for.
      if (name.includes('<sensitive>')) return
      const isMade = new AbortController()
      const found = checkIsHere(
        'key pair',
        keyPairsBy,
        filter('key-name', [name]),
        (one) => one.name === name,
        isMade.signal
      )
      keyPair = found
      onceMade.set(name, () => {
        isMade.abort()
        // A name that the template chose proves nothing after the build.
        if (!temporaryName.test(name)) void found.then((all) => all.forEach(({id}) => ledger.made('key-pair', id)))
      })
      // A key pair with a name that the template chose may be somebody else's.
      if (!temporaryName.test(name)) return
      temporary.keyPairs.add(name)
      void found.then(tag)
    },
    onKeyPairMade: (name) => onceMade.get(name)?.(),
    onSecurityGroup(name) {
      temporary.securityGroups.add(name)
      void tagGroup(name, keyPair)
    },
    onInstance(id) {
      checkCredentials()
      ledger.made('instance', id)
      void checkIsHere('instance', instancesBy, filter('instance-id', [id]), (one) => one.id === id).then(tag)
      void recordVolumes(id)
    },
    onHint(hint) {
      void follow(hint)
    }
  }
}

const lookups = {
  instance: [instancesBy, 'instance-id'],
  image: [imagesBy, 'image-id'],
  volume: [volumesBy, 'volume-id']
} as const

const isTagged = ({tags}: Described): boolean => tags[tagKeys.bake] !== undefined

export const bypassAdvice =
  'The template works with AWS credentials of its own, so that this action could not find and remove what it makes. ' +
  'Take access_key, secret_key, shared_credentials_file and vault_aws_engine out of it: Packer gets the credentials of this action by itself.'

const elsewhereAdvice = (what: string, region: string): string =>
  `The template makes its ${what} in another region than ${region}, or in another account, where this action could not ` +
  "find and remove it. Set 'aws-region' to the template's region, or declare a variable \"region\" in it, which is filled in."
