import type {EC2Client, Filter} from '@aws-sdk/client-ec2'
import {instancesBy, keyPairsBy, volumesBy, type Search} from '../cleanup/describe.ts'
import type {Ledger} from '../cleanup/ledger.ts'
import {messageOf, UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {poll} from '../wait.ts'

export interface Watch {
  /** For the job that is watched. */
  readonly onKeyPair: (name: string) => void
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
 */
export function watchTemplate(context: WatchContext): Watch {
  const {ec2, region, ledger, log, requests, patienceMs = usualPatienceMs} = context
  const stop = new AbortController()
  const ended = new AbortController()

  // By then Packer has called AWS several times, so it must have asked for its credentials.
  const checkCredentials = (): void => {
    if (requests() === 0) stop.abort(new UserError(bypassAdvice))
  }

  /** Waits until something shows up here. @returns nothing when it does not, or the watching has ended */
  async function appear<T>(look: (abortSignal: AbortSignal) => Promise<T[]>): Promise<T[]> {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(patienceMs)])
    const some = async (): Promise<T[] | undefined> => {
      const found = await look(signal)
      return found.length > 0 ? found : undefined
    }
    try {
      return await poll(some, {signal, slowestMs: 2_000})
    } catch (error) {
      if (signal.aborted) return []
      throw error
    }
  }

  async function checkIsHere(what: string, search: Search, filter: Filter): Promise<void> {
    try {
      const found = await appear((abortSignal) => search({client: ec2, abortSignal}, [filter]))
      if (found.length === 0 && !ended.signal.aborted) stop.abort(new UserError(elsewhereAdvice(what, region)))
    } catch (error) {
      log.warning(`It could not be checked that the template makes its ${what} in ${region}: ${messageOf(error)}`)
    }
  }

  async function recordVolumes(instance: string): Promise<void> {
    const filters = [{Name: 'attachment.instance-id', Values: [instance]}]
    try {
      const volumes = await appear((abortSignal) => volumesBy({client: ec2, abortSignal}, filters))
      volumes
        .filter(({created}) => created !== undefined && created >= ledger.began)
        .forEach(({id}) => ledger.made('volume', id))
    } catch (error) {
      log.warning(`The volumes of ${instance} could not be recorded: ${messageOf(error)}`)
    }
  }

  return {
    signal: stop.signal,
    close: () => ended.abort(),
    onKeyPair(name) {
      checkCredentials()
      void checkIsHere('key pair', keyPairsBy, {Name: 'key-name', Values: [name]})
    },
    onInstance(id) {
      checkCredentials()
      ledger.made('instance', id)
      void checkIsHere('instance', instancesBy, {Name: 'instance-id', Values: [id]})
      void recordVolumes(id)
    }
  }
}

export const bypassAdvice =
  'The template works with AWS credentials of its own, so that what it makes could not be found and removed. ' +
  'Take access_key, secret_key, shared_credentials_file and vault_aws_engine out of it: Packer gets the credentials of this action by itself.'

const elsewhereAdvice = (what: string, region: string): string =>
  `The template makes its ${what} in another region than ${region}, or in another account, where what it makes could not be ` +
  "found and removed. Set 'aws-region' to the template's region, or declare a variable \"region\" in it, which is filled in."
