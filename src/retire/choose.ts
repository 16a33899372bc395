import type {VerifiedImage} from './images.ts'

export const retirements = ['deregister', 'disable', 'deprecate'] as const

/** What becomes of an old image. */
export type Retirement = (typeof retirements)[number]

/** Which images may go. */
export interface RetirementRule {
  /** Of each kind, the images of so many of the newest bakes stay; at least one. */
  readonly keepLast: number
  /** Images younger than this stay. Absent: of any age. */
  readonly olderThanMs?: number
  /** Images that were launched within this time stay. */
  readonly unusedForMs: number
  /** Also images that other accounts may launch. */
  readonly sharedToo?: boolean
}

/** An image that stays, and why. */
export interface Staying {
  readonly image: VerifiedImage
  readonly why: string
}

export interface Choice {
  /** Oldest first. Whether they are in use is not known yet. */
  readonly candidates: readonly VerifiedImage[]
  readonly staying: readonly Staying[]
}

/**
 * Chooses the images that may go, by what their tags and AWS say of them. Images of the same kind are compared, those of
 * one bake together; those that can no longer be launched by everybody (deprecated, disabled) do not count as kept.
 *
 * @param now by AWS's clock
 */
export function chooseImages(images: readonly VerifiedImage[], rule: RetirementRule, now: Date): Choice {
  const kept = keptBakes(images, rule.keepLast, now)
  const judged = images.map((image) => ({image, why: whyItStays(image, kept, rule, now)}))
  return {
    candidates: judged
      .flatMap(({image, why}) => (why === undefined ? [image] : []))
      .toSorted((one, other) => one.created.getTime() - other.created.getTime()),
    staying: judged.flatMap(({image, why}) => (why === undefined ? [] : [{image, why}]))
  }
}

/** By kind, the newest bakes; the newest of all is among them even if its image cannot be launched any more. */
function keptBakes(
  images: readonly VerifiedImage[],
  keepLast: number,
  now: Date
): ReadonlyMap<string, ReadonlySet<string>> {
  const kinds = [...new Set(images.map(({kind = ''}) => kind))]
  return new Map(
    kinds.map((kind) => {
      const all = images.filter((image) => (image.kind ?? '') === kind && !Number.isNaN(image.baked.getTime()))
      const newestFirst = all.toSorted((one, other) => other.baked.getTime() - one.baked.getTime())
      const usable = newestFirst.filter((image) => isUsable(image, now)).map(({bakeId}) => bakeId)
      const newest = newestFirst.slice(0, 1).map(({bakeId}) => bakeId)
      return [kind, new Set([...newest, ...[...new Set(usable)].slice(0, Math.max(1, keepLast))])]
    })
  )
}

function isUsable({state, deprecated}: VerifiedImage, now: Date): boolean {
  return state === 'available' && !(deprecated !== undefined && deprecated <= now)
}

function whyItStays(
  {kind, bakeId, created, lastLaunched, isProtected, state}: VerifiedImage,
  kept: ReadonlyMap<string, ReadonlySet<string>>,
  {keepLast, olderThanMs = 0, unusedForMs}: RetirementRule,
  now: Date
): string | undefined {
  if (kind === undefined) return 'its tags do not say which kind of image it is'
  if (kept.get(kind)?.has(bakeId) ?? true)
    return keepLast === 1 ? 'it is the newest' : `it is one of the newest ${keepLast}`
  if (state !== 'available' && state !== 'disabled') return `its state is ${state}`
  if (isProtected) return 'it is protected against deregistration'
  // Also if AWS does not say when it was made.
  if (!(now.getTime() - created.getTime() > olderThanMs)) return 'it is not old enough'
  // AWS reports a launch a day later, so that a young image may be in use although no launch of it is known.
  if (!(now.getTime() - (lastLaunched ?? created).getTime() > unusedForMs)) {
    return lastLaunched ? `it was launched at ${lastLaunched.toISOString()}` : "it is younger than 'unused-for'"
  }
  return undefined
}
