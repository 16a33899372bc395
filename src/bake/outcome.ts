import type {Deregister} from '../inputs/inputs.ts'
import type {Records} from '../ledger/ledger.ts'
import {withCopies, type Baked, type BakedImage} from '../packer/images.ts'
import type {InstalledPackages} from '../packer/installed-packages.ts'
import type {Plan} from '../plan/plan.ts'
import type {LaunchVersion} from '../promotion/launch-template-wish.ts'
import type {Named} from '../promotion/parameter.ts'
import type {Leftover} from '../sweep/leftovers.ts'
import type {Comparison} from './comparison.ts'
import type {Observation} from './test-images.ts'

/** The result of a bake, however it ended. */
export interface Outcome {
  readonly region: string
  readonly accountId: string
  readonly plan: Plan
  readonly packerVersion: string
  /** One for each source of the template that made one; empty when the build failed. */
  readonly images: readonly BakedImage[]
  /** Resources other than images that the template made. */
  readonly others: Baked['others']
  /** Of the machine that was built on. Absent: the template chose it, or nothing was built. */
  readonly buildType?: string
  /** Those of the image. Absent: the template does not list them, or nothing was built. */
  readonly packages?: InstalledPackages
  /** Whether they stay: the bake has succeeded. */
  readonly othersStay: boolean
  /** `verified` and `rejected` come from the smoke test; everything else is `unverified`. */
  readonly verdict: 'verified' | 'unverified' | 'rejected'
  /** Why images were rejected. */
  readonly reason?: string
  /** The part of their consoles that shows it. */
  readonly evidence?: string
  readonly jenkinsVersion?: string
  readonly smokeSeconds?: number
  /** With the image of an earlier bake. Absent: it was not asked for. */
  readonly comparison?: Comparison
  /** Whether nothing had changed, and the images are those of the earlier bake. */
  readonly skipped: boolean
  /** The parameter that names the image now, or a newer one, and the image that it named before. */
  readonly parameter?: Named & {readonly name: string}
  /** The version of the launch template that launches the image now, or a newer one. */
  readonly launchTemplate?: LaunchVersion
  /** What each Jenkins was seen to do. Absent: there was no test. */
  readonly observations?: readonly Observation[]
  /** What was rejected stays at least until then, for a person who wants to look. */
  readonly keptUntil?: Date
  /** Whether all images were removed again. */
  readonly deregistered: boolean
  /** The error that occurred before there was a verdict, or after it. */
  readonly failure?: unknown
  /** Resources that could not be removed. Empty in every good run. */
  readonly leftovers: readonly Leftover[]
}

/** The part of an outcome that grows while the bake builds, tests and promotes. */
export type Made = Pick<
  Outcome,
  | 'images'
  | 'others'
  | 'buildType'
  | 'packages'
  | 'othersStay'
  | 'verdict'
  | 'reason'
  | 'evidence'
  | 'jenkinsVersion'
  | 'smokeSeconds'
  | 'observations'
  | 'parameter'
  | 'launchTemplate'
  | 'failure'
>

/** Whether an image with this verdict stays in the account. */
export function keeps(deregister: Deregister, verdict: Outcome['verdict']): boolean {
  return deregister === 'never' || (deregister === 'on-failure' && verdict !== 'rejected')
}

/** Whether there is an image that others may launch: it was not rejected, and is not removed again. */
export function isGivenOut({
  images,
  verdict,
  deregistered
}: Pick<Outcome, 'images' | 'verdict' | 'deregistered'>): boolean {
  return images.length > 0 && verdict !== 'rejected' && !deregistered
}

/**
 * Whether a bake's images, and all copies of them, were removed again.
 *
 * @param records what the bake made and did not release
 * @param leftovers of that, what is still there
 */
export function isGone(
  images: readonly BakedImage[],
  {resources}: Pick<Records, 'resources'>,
  leftovers: readonly Leftover[]
): boolean {
  const all = images.flatMap(withCopies)
  const isIn = (list: readonly {readonly id: string}[], id: string): boolean => list.some((one) => one.id === id)
  return all.length > 0 && all.every(({id}) => isIn(resources, id) && !isIn(leftovers, id))
}
