import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {Leftover} from '../cloud/cloud.ts'
import type {LocalCloud} from '../local-cloud.ts'
import {runAction} from '../runner/run-action.ts'
import {rehearsalContext, rehearsalEnvironment} from '../settings.ts'
import {createErrorLines} from './error-lines.ts'

const action = join(import.meta.dirname, '../../sweep')

/** Whether there is a janitor to run after a lost runner. */
export const hasJanitor = (): boolean => existsSync(join(action, 'action.yml'))

/** A sweep, and what is left after it. */
export interface Swept {
  readonly exitCode: number
  readonly seconds: number
  /** But for an image that the bake had given out. */
  readonly leftovers: readonly Leftover[]
  /** The error annotations. */
  readonly errors: readonly string[]
}

/** The clock of a cloud in which a bake is lost. */
export interface Clock {
  readonly now: () => Date
  /** Lets so much time pass that what the bake made has expired. */
  readonly expire: () => void
}

export function createClock(): Clock {
  let ahead = 0
  return {now: () => new Date(Date.now() + ahead), expire: () => void (ahead = 4 * 3_600_000)}
}

/**
 * Runs the janitor, as a scheduled workflow does, in the cloud of a run that was lost.
 * @param kill aborted: SIGKILL for the janitor's node
 */
export async function sweepAfterwards(local: LocalCloud, folder: string, kill?: AbortSignal): Promise<Swept> {
  const {cloud} = local
  const inputs = {'aws-region': cloud.region, 'role-to-assume': cloud.roleArn}
  const errors = createErrorLines()
  const {exitCode, seconds} = await runAction({
    action,
    inputs,
    env: rehearsalEnvironment(cloud, inputs, process.env),
    oidc: cloud.oidc,
    context: rehearsalContext(),
    parentFolder: folder,
    onLine: errors.onLine,
    ...(kill && {kill})
  })
  return {exitCode, seconds, leftovers: cloud.leftovers(givenOut(local)), errors: errors.main}
}

/** Taking the expiry off is a bake's last act on its image: from then on the image is verified and its owner's. */
function givenOut({cloud}: LocalCloud): string[] {
  const given = cloud.calls.some(
    ({action: name, by, status}) => name === 'DeleteTags' && by === 'action' && status === 200
  )
  return given ? cloud.leftovers().flatMap(({type, id}) => (type === 'image' ? [id] : [])) : []
}
