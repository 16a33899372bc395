import type {Role} from '../aws/account.ts'
import {UserError} from '../lib/errors.ts'
import {identify, isIdentity, type ProcessIdentity} from '../lib/processes.ts'

/**
 * The data that post needs to clean up after a main that was killed. Under 1 KB and without a secret: debug logs print
 * it.
 */
export interface BakeState {
  readonly bakeId: string
  readonly region: string
  readonly role?: Role
  /** Holds the ledger and Packer's output; readable by this user alone. */
  readonly folder: string
  /** Packer's TMPDIR; absent where it is in `folder`. */
  readonly temporaryFolder?: string
  readonly main: ProcessIdentity
  /** When the bake began by AWS's clock, in ISO 8601, should the ledger be lost. */
  readonly began: string
}

/** @throws {UserError} if the system does not show when this process started: post could not tell it from another */
export function stateOf(
  {region, role}: {readonly region: string; readonly role?: Role},
  {bakeId, began}: {readonly bakeId: string; readonly began: Date},
  {folder, temporaryFolder}: {readonly folder: string; readonly temporaryFolder?: string}
): BakeState {
  const main = identify(process.pid)
  if (!main) {
    throw new UserError(
      'Nothing was made, because this system does not show when the process of this step started: the post step could not tell it from other processes. ' +
        'Let this runner read /proc (on macOS: run ps).'
    )
  }
  const isOutside = temporaryFolder !== undefined && !temporaryFolder.startsWith(`${folder}/`)
  return {
    bakeId,
    region,
    ...(role ? {role} : {}),
    folder,
    ...(isOutside ? {temporaryFolder} : {}),
    main,
    began: began.toISOString()
  }
}

export const stateKeys = {bake: 'bake', swept: 'swept', ended: 'ended'} as const

/**
 * The state that main saved, as the runner passes it to post; undefined when main ended before it made anything.
 *
 * @throws {UserError} when it does not have the form that main saves, because resources are removed and a process is
 * killed on its word
 */
export function savedState(env: Readonly<Record<string, string | undefined>>): BakeState | undefined {
  const text = env[`STATE_${stateKeys.bake}`]
  if (!text) return undefined
  const value = parsed(text)
  const fits =
    Object.entries(forms).every(([name, form]) => form.test(String(value[name]))) &&
    mayBeRemoved(value['temporaryFolder'])
  if (!fits || !isIdentity(value['main']) || Number.isNaN(Date.parse(String(value['began'])))) {
    throw new UserError(
      'The state of the bake is damaged, so that this step cannot clean up. The resources of the bake carry the tag bake-jenkins-ami:bake: ' +
        'look for them in the account, or run the sweep action when they have expired.'
    )
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its form has just been checked
  return value as unknown as BakeState
}

/** There must be no wildcard, because the id becomes a filter. */
const forms: Readonly<Record<string, RegExp>> = {
  bakeId: /^[0-9a-f]{12}$/,
  region: /^[a-z0-9-]{1,30}$/,
  folder: /^\//
}

/** As packer/temporary-folder.ts makes it outside of the bake's folder: it is removed as a whole. */
function mayBeRemoved(folder: unknown): boolean {
  return folder === undefined || (typeof folder === 'string' && /^\/tmp\/bake-jenkins-ami-[0-9a-f]{12}$/.test(folder))
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? {...value} : {}
  } catch {
    return {}
  }
}

/** Whether main came to its end, and has written its summary. */
export function hasEnded(env: Readonly<Record<string, string | undefined>>): boolean {
  return env[`STATE_${stateKeys.ended}`] === 'true'
}

/** Whether main's own sweep has already removed everything. */
export function alreadySwept(env: Readonly<Record<string, string | undefined>>): boolean {
  return env[`STATE_${stateKeys.swept}`] === 'true'
}
