import {randomBytes} from 'node:crypto'
import type {EC2Client} from '@aws-sdk/client-ec2'
import {openAccount, type Account} from '../aws/account.ts'
import {explainingPhases, explainRefusal} from '../aws/errors/explain.ts'
import {resourcesOf, type RegionalImage} from '../aws/resources.ts'
import {runName} from '../aws/run-name.ts'
import {bakeOf, beganIn, lifetimeTags, tagKeys, withoutParts, type Tags} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import {openSession} from '../credentials/session.ts'
import type {PromoteInputs} from '../inputs/promote.ts'
import type {Promotion} from '../inputs/promotion.ts'
import {openLedger, type Ledger} from '../ledger/ledger.ts'
import {stateOf} from '../ledger/state.ts'
import {InputError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {anyOf, timeLimit} from '../lib/wait.ts'
import {checkPromotion} from '../plan/promotion.ts'
import {copyImages} from '../promotion/copies.ts'
import {giftsOf, giveAway} from '../promotion/give-away.ts'
import {demandImdsV2} from '../promotion/imds-v2.ts'
import {verifiedImage, type VerifiedImage} from '../promotion/verified-image.ts'
import {endBake} from '../sweep/end.ts'
import {putTagsThatFit, takeExpiryOff} from '../sweep/keep.ts'
import type {Leftover} from '../sweep/leftovers.ts'
import type {Deps} from './deps.ts'
import {letFollow, type HandedOver} from './hand-over.ts'
import {tookTooLong} from './time-limit.ts'

export interface Promoted extends HandedOver {
  readonly region: string
  readonly accountId: string
  readonly image: VerifiedImage
  readonly leftovers: readonly Leftover[]
}

const policies = 'iam/promote-permissions.json has what the promote action needs'

interface Run {
  readonly inputs: PromoteInputs
  readonly account: Account
  readonly ledger: Ledger
  readonly log: Log
  /** Of this promotion. */
  readonly id: string
  readonly tags: Tags
  /** Writes the outputs, so that copies that stay are named even if this process is killed next. */
  readonly announce: (image: VerifiedImage) => void
}

/**
 * Promotes an image of an earlier bake, as the bake itself would have. Until the ledger begins, errors are thrown; from
 * there on every end goes through the sweep and is returned.
 *
 * @param cancel aborted when the runner cancels the step
 */
export async function promoteLater(
  inputs: PromoteInputs,
  deps: Deps<Promoted>,
  cancel: AbortSignal
): Promise<Promoted> {
  const {log, env} = deps
  const {promotion, imageId, timeoutMs} = inputs
  const {region} = inputs.aws
  const phase = explainingPhases(log, policies)
  const limit = timeLimit(timeoutMs, [cancel], () => tookTooLong(timeoutMs, log.current(), 'timeout'))

  const session = await phase('Credentials', () => openSession(inputs.aws, {env, log}, limit))
  const signal = anyOf(limit, session.lost)
  const account = openAccount(region, session.credentials, env)
  const found = await phase('Plan', async () => {
    await checkPromotion(account, promotion, log, signal)
    const regions = promotion.copies.map((copy) => copy.region)
    const image = await verifiedImage(account, {id: imageId, regions}, signal)
    checkShareable(image, promotion)
    return image
  })

  const id = randomBytes(6).toString('hex')
  const began = awsTime(account.ec2)
  const ledger = openLedger(deps.temporaryFolder, `bake-jenkins-ami-${id}`)
  ledger.begin(began)
  deps.saveState(stateOf(inputs.aws, {bakeId: id, began}, {folder: ledger.folder}))
  const tags = {
    ...originTags(found),
    [tagKeys.bake]: id,
    [tagKeys.run]: runName(env),
    ...lifetimeTags(began, timeoutMs)
  }
  const known = {region, accountId: session.accountId, leftovers: []}
  const announce = (image: VerifiedImage): void => deps.setOutputs({...known, image})
  const run = {inputs, account, ledger, log, id, tags, announce}

  let image = found
  let end: HandedOver = {}
  try {
    await phase('Promote', () => giveAway({...run, policies}, [image, ...image.copies], giftsOf(promotion, began)))
    if (promotion.copies.length > 0) {
      const copied = await phase('Copy', () => copyToRegions(run, image, signal))
      image = copied.image
      if (copied.failure !== undefined) throw copied.failure
      // Copies take long, and somebody may have removed it meanwhile.
      await verifiedImage(account, {id: imageId, regions: []}, signal)
    }
    end = await letFollow({inputs, account, log, phase}, {imageId, origin: 'chosen', bakeId: id}, signal)
  } catch (failure) {
    end = {failure: signal.aborted ? signal.reason : failure}
  }
  const ended = {account, bakeId: id, ledger, log, failed: end.failure !== undefined}
  const leftovers = await phase('Sweep', () => endBake(ended))
  if (leftovers.length === 0) deps.noteSwept()
  const promoted = {...known, image, ...end, leftovers}
  try {
    deps.setOutputs(promoted)
    return promoted
  } catch (failure) {
    return {...promoted, failure: promoted.failure ?? failure}
  }
}

/** @throws {InputError} for copies that AWS would encrypt by a key that cannot be shared */
function checkShareable({isEncrypted, copies}: VerifiedImage, {shares, copies: wanted}: Promotion): void {
  const unshareable = wanted.filter(
    ({region, kmsKeyId}) => kmsKeyId === undefined && copies.every((copy) => copy.region !== region)
  )
  if (!isEncrypted || shares.length === 0 || unshareable.length === 0) return
  const regions = unshareable.map(({region}) => region).join(', ')
  throw new InputError(
    'share-with',
    `needs a key that other accounts may use in ${regions}: the image is encrypted, and AWS shares none that its default key encrypts. Set 'kms-key-id' to a key of yours whose policy lets these accounts use it`
  )
}

/** By them copies are found later, also those of copies: their own bake is this promotion. */
function originTags({tags}: VerifiedImage): Tags {
  const began = beganIn(tags)
  return {
    [tagKeys.origin]: bakeOf(tags) ?? '',
    ...(began === undefined ? {} : {[tagKeys.originBegan]: began.toISOString()})
  }
}

/**
 * Copies the image to the regions where it has no copy. Either all new copies stay or none. They carry the tags of the
 * image, but for that of its bake.
 *
 * @returns the image with its copies, and what failed after their release
 */
async function copyToRegions(
  run: Run,
  image: VerifiedImage,
  signal: AbortSignal
): Promise<{readonly image: VerifiedImage; readonly failure?: unknown}> {
  const {inputs, account, ledger} = run
  const missing = inputs.promotion.copies.filter(({region}) => image.copies.every((copy) => copy.region !== region))
  const context = {...run, bakeId: run.id, policies}
  const wanted = missing.map((to) => ({image, ...to}))
  const fresh = (await copyImages(context, wanted, signal)).map(({copy}) => copy)
  const withThem = {...image, copies: [...image.copies, ...fresh]}
  await giveAway(context, fresh, giftsOf(inputs.promotion, awsTime(account.ec2)))
  for (const copy of fresh) {
    const ec2 = account.inRegion(copy.region)
    await demandImdsV2(ec2, copy.id)
    await markAs(ec2, copy, image)
  }
  run.announce(withThem)
  ledger.release(fresh.flatMap((copy) => resourcesOf(copy, account.region)))
  try {
    for (const copy of fresh) await takeExpiryOff(account.inRegion(copy.region), idsOf(copy))
    return {image: withThem}
  } catch (error) {
    return {image: withThem, failure: explainRefusal('Copy', error, policies)}
  }
}

/** Puts the tags of an image on its copy. Those that say which run may remove the copy stay. */
async function markAs(ec2: EC2Client, copy: RegionalImage, {tags}: VerifiedImage): Promise<void> {
  const own = new Set<string>([tagKeys.bake, tagKeys.began, tagKeys.origin, tagKeys.originBegan])
  const all = Object.fromEntries(Object.entries(tags).filter(([key]) => !own.has(key) && !key.startsWith('aws:')))
  const withoutPackages = withoutParts(all, tagKeys.packages)
  await putTagsThatFit(ec2, idsOf(copy), [all, withoutPackages, withoutParts(withoutPackages, tagKeys.contents)])
}

const idsOf = ({id, snapshotIds}: RegionalImage): string[] => [id, ...snapshotIds]
