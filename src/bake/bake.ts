import {clearFolder} from '../ledger/folder.ts'
import {openLedger, type Ledger} from '../ledger/ledger.ts'
import {identify} from '../lib/processes.ts'
import type {BakeState} from '../ledger/state.ts'
import type {Leftover} from '../sweep/leftovers.ts'
import type {Resource} from '../aws/resources.ts'
import {sweep} from '../sweep/sweep.ts'
import {openSession} from '../credentials/session.ts'
import {openAccount, parameterReader, type Account} from '../aws/account.ts'
import {explainRefusal} from '../aws/errors/explain.ts'
import {awsTime} from '../aws/time.ts'
import {everywhere, productsOf, resourcesOf, type Baked, type BakedImage, type RegionalImage} from '../packer/images.ts'
import {smokeTypesFor} from '../plan/machine-types.ts'
import {planImage, type Plan} from '../plan/plan.ts'
import {finishKeeping, keepProducts} from '../sweep/keep.ts'
import {keep, mark, promote} from './promote.ts'
import {bytesReader, fileOpener, textReader} from '../lib/http.ts'
import type {Deregister, Inputs} from '../inputs/inputs.ts'
import {buildImages, type ImageBuild} from '../packer/build-images.ts'
import {installPacker} from '../packer/install/install.ts'
import type {PreflightRequest} from '../plan/preflight/creates.ts'
import {preflight} from '../plan/preflight/preflight.ts'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Current, Log} from '../lib/log.ts'
import {instanceUserData, smokeDeadlineMinutes} from '../smoke/user-data.ts'
import {probeFor} from '../smoke/probe.ts'
import {smokeTest, type SmokeResult} from '../smoke/smoke-test.ts'
import {testImages} from './test-images.ts'
import {anyOf, timeLimit} from '../lib/wait.ts'

export interface Deps {
  readonly log: Log
  readonly env: NodeJS.ProcessEnv
  /** A folder that lives as long as the job; the bake makes one of its own in it. */
  readonly temporaryFolder: string
  /** Keeps what post needs; called before anything is made. */
  readonly saveState: (state: BakeState) => void
  /** Called when everything has been removed that is not to stay, so that post has nothing to do. */
  readonly noteSwept: () => void
  /** Called before an image is let go, so that an image which stays is named even if this process is killed next. */
  readonly setOutputs: (outcome: Outcome) => void
}

/** What is known of a bake at its end, however it ended. */
export interface Outcome {
  readonly region: string
  readonly accountId: string
  readonly plan: Plan
  readonly packerVersion: string
  /** One for each source of the template that made one; empty when the build failed. */
  readonly images: readonly BakedImage[]
  /** What the template made beside images. */
  readonly others: Baked['others']
  /** Whether that stays: the bake has succeeded. */
  readonly othersStay: boolean
  /** `verified` and `rejected` are the smoke test's word; everything else is `unverified`. */
  readonly verdict: 'verified' | 'unverified' | 'rejected'
  /** Why images were rejected. */
  readonly reason?: string
  /** What their consoles show of it. */
  readonly evidence?: string
  readonly jenkinsVersion?: string
  readonly smokeSeconds?: number
  /** Whether all images were removed again. */
  readonly deregistered: boolean
  /** What went wrong before there was a verdict, or after it. */
  readonly failure?: unknown
  /** What could not be removed. Empty in every good run. */
  readonly leftovers: readonly Leftover[]
}

/** In bytes. Jenkins's package indexes have less than 2 MB, those of a mirror of many packages may have more. */
const longestIndex = 50_000_000
const sweepLimitMs = 10 * 60_000

/**
 * The whole run as one page. Until the ledger begins, nothing exists and errors are thrown; from there on every end
 * goes through the sweep and is returned.
 *
 * @param cancel aborted when the runner cancels the step
 */
export async function bake(inputs: Inputs, deps: Deps, cancel: AbortSignal): Promise<Outcome> {
  const {log, env} = deps
  const {region} = inputs.aws
  const limit = timeLimit(inputs.bakeTimeoutMs, [cancel], () => tookTooLong(inputs.bakeTimeoutMs, log.current()))

  const session = await phase(log, 'Credentials', () => openSession(inputs.aws, {env, log}, limit))
  const signal = anyOf(limit, session.lost)
  const account = openAccount(region, session.credentials, env)
  const {ec2} = account
  const plan = await phase(log, 'Plan', () =>
    planImage(
      inputs,
      {
        ec2,
        read: textReader(env, longestIndex),
        readBytes: bytesReader(env, longestIndex),
        open: fileOpener(env),
        readParameter: parameterReader(region, session.credentials, env),
        now: () => awsTime(ec2),
        env,
        log
      },
      signal
    )
  )
  await phase(log, 'Preflight', () => preflight(ec2, preflightOf(inputs, plan), log, signal))
  const packer = await phase(log, 'Install Packer', () => installPacker(inputs.packer, {log, env}, signal))

  const ledger = openLedger(deps.temporaryFolder, `bake-jenkins-ami-${plan.bakeId}`)
  ledger.begin(plan.began)
  deps.saveState(stateOf(inputs, plan, ledger))
  const facts = {region, accountId: session.accountId, plan, packerVersion: packer.version}
  const release = (made: Made): void => {
    deps.setOutputs({...facts, ...made, deregistered: false, leftovers: []})
    ledger.release(made.images.flatMap(everywhere).flatMap((image) => resourcesOf(image, region)))
  }
  const releaseOthers = async (made: Made): Promise<Made> => {
    const products = productsOf(made.others, region)
    if (products.length === 0) return made
    const traces = {bakeId: plan.bakeId, records: ledger, announced: ledger.announced}
    const released = {...made, othersStay: true}
    deps.setOutputs({...facts, ...released, deregistered: false, leftovers: []})
    // Before they lose their expiry, without which the role of the README may not remove them.
    ledger.release(products)
    await keepProducts(account, products, traces, log)
    return released
  }
  const context = {inputs, deps, session, account, plan, packer, ledger, release, releaseOthers}
  const made = await makeImages(context, signal)
  const unwritten = ledger.flush()
  if (unwritten !== undefined) log.warning(unwritten)
  if (made.failure !== undefined) {
    await finishKeeping(account, ledger.released, plan.bakeId).catch((error: unknown) => log.warning(messageOf(error)))
  }
  let leftovers: readonly Leftover[] | undefined
  try {
    leftovers = await phase(log, 'Sweep', () =>
      sweep({account, bakeId: plan.bakeId, ledger, log, limit: AbortSignal.timeout(sweepLimitMs)})
    )
    if (leftovers.length === 0) deps.noteSwept()
  } finally {
    // Post, which sweeps once more where something is left, reads what is kept then.
    clearFolder(ledger.folder, leftovers?.length === 0 ? 'everything' : 'what may be secret', log)
  }
  const isIn = (list: readonly Resource[], {id}: RegionalImage): boolean => list.some((one) => one.id === id)
  const isGone = (image: RegionalImage): boolean => isIn(ledger.resources, image) && !isIn(leftovers, image)
  const images = made.images.flatMap(everywhere)
  const deregistered = images.length > 0 && images.every(isGone)
  const outcome = {...facts, ...made, deregistered, leftovers}
  try {
    deps.setOutputs(outcome)
    return outcome
  } catch (failure) {
    return {...outcome, failure: outcome.failure ?? failure}
  }
}

function preflightOf({aws, template, image, smoke}: Inputs, plan: Plan): PreflightRequest {
  const {bakeId, tags, source, templateImages, architecture, reach, machineTypes} = plan
  const [own] = templateImages.values()
  const tested = [...templateImages].flatMap(([name, one]) =>
    smokeTypesFor(machineTypes, {source: name, architecture: one.architecture}, reach.via === 'session-manager')
  )
  const ofSmoke = source ? plan.buildTypes : tested.length > 0 ? tested : image.instanceTypes
  const ofBuild = template.variables.has('instance_type') ? plan.buildTypes : []
  return {
    bakeId,
    tags,
    region: aws.region,
    ...((source ?? own) ? {source: source ?? own} : {}),
    ...(architecture ? {architecture} : {}),
    instanceTypes: [...new Set([...ofBuild, ...(smoke ? ofSmoke : [])])],
    reach,
    ...(image.instanceProfile ? {instanceProfile: image.instanceProfile} : {}),
    ...(image.volumeSize ? {volumeSize: image.volumeSize} : {}),
    ...(image.kmsKeyId ? {kmsKeyId: image.kmsKeyId} : {}),
    shipped: template.shipped,
    smoke: smoke !== undefined
  }
}

interface BakeContext extends ImageBuild {
  readonly inputs: Inputs
  readonly deps: Deps
  /** From here on the images are the user's. */
  readonly release: (made: Made) => void
  /** And from here on what other builders made. */
  readonly releaseOthers: (made: Made) => Promise<Made>
}

type Made = Pick<
  Outcome,
  'images' | 'others' | 'othersStay' | 'verdict' | 'reason' | 'evidence' | 'jenkinsVersion' | 'smokeSeconds' | 'failure'
>

/** Builds, tests and promotes. What it made and did not release is still in the ledger: the sweep removes it. */
async function makeImages(context: BakeContext, signal: AbortSignal): Promise<Made> {
  const {inputs, deps, release, releaseOthers} = context
  const {log} = deps
  let made: Made = {images: [], others: [], othersStay: false, verdict: 'unverified'}
  try {
    made = {...made, ...(await phase(log, 'Build', () => buildImages(context, signal)))}
    const {images} = made
    if (images.length === 0) return made
    if (inputs.deregister === 'never') {
      made = await releaseOthers(made)
      // It loses its expiry last of all: without one nothing more can be done to it.
      release(made)
    }

    if (inputs.smoke) {
      const test = (image: BakedImage, name: string): Promise<SmokeResult> => {
        const title = images.length > 1 ? `Smoke test of ${image.source}` : 'Smoke test'
        return phase(log, title, () => testImage(context, image, name, signal))
      }
      made = {...made, ...(await testImages(images, test))}
    }
    // The log has said that they are not touched if the bake succeeds, whatever becomes of the image.
    if (made.verdict !== 'rejected') made = await releaseOthers(made)
    if (!keeps(inputs.deregister, made.verdict)) return made

    signal.throwIfAborted()
    await phase(log, 'Promote', async () => {
      await forEachImage(context, images, (ec2, image, bakeId) =>
        made.verdict === 'verified' ? promote(ec2, image, bakeId, made.jenkinsVersion ?? '') : mark(ec2, image, bakeId)
      )
      if (inputs.deregister !== 'never') release(made)
      await forEachImage(context, images, keep)
    })
    images.flatMap(everywhere).forEach(({name, id, region}) => log.info(`${name} is ${id} in ${region}`))
    return made
  } catch (failure) {
    // What was cut off fails with words of its own; why it was cut off is what counts.
    return {...made, failure: signal.aborted ? signal.reason : failure}
  }
}

/** Does something with every image and copy, in its region. */
async function forEachImage(
  {account, ledger, plan}: BakeContext,
  images: readonly BakedImage[],
  work: (ec2: Account['ec2'], image: RegionalImage, bakeId: string | undefined) => Promise<void>
): Promise<void> {
  for (const image of images.flatMap(everywhere)) {
    // A user's template may report an image that was there before.
    const isOurs = [...ledger.resources, ...ledger.released].some(({id}) => id === image.id)
    const bakeId = isOurs ? plan.bakeId : undefined
    await work(account.inRegion(image.region), image, bakeId)
  }
}

function testImage(
  {inputs, deps, account, plan, ledger}: BakeContext,
  image: BakedImage,
  name: string,
  signal: AbortSignal
): Promise<SmokeResult> {
  const probe = probeFor(account.ec2, plan.reach)
  const request = {
    bakeId: plan.bakeId,
    imageId: image.id,
    name,
    instanceTypes: smokeTypesFor(
      plan.machineTypes,
      {source: image.source, architecture: image.architecture},
      plan.reach.via === 'session-manager'
    ),
    reach: plan.reach,
    probe,
    tags: plan.tags,
    userData: smokeUserData(inputs, probe.key),
    timeoutMs: inputs.smoke?.timeoutMs ?? 0,
    reports: inputs.smoke?.jenkinsLog !== undefined,
    // Whether strangers may come into an image of the user's own template is the user's decision.
    mustBeClosed: inputs.template.shipped && !inputs.image.allowAnonymous,
    ...(plan.jenkins ? {expectedVersion: plan.jenkins.version} : {})
  }
  return smokeTest(account.ec2, request, ledger, deps.log, signal)
}

/**
 * An image of the shipped template is known to run cloud-init; what a user's image makes of user data is the user's, unless it has to
 * ask itself.
 */
function smokeUserData({smoke}: Inputs, probeKey: string | undefined): string {
  const {userData = '', timeoutMs = 0, jenkinsLog} = smoke ?? {}
  if (jenkinsLog === undefined) return userData
  const deadlineMinutes = smokeDeadlineMinutes(timeoutMs)
  return instanceUserData({deadlineMinutes, userData, jenkinsLog, ...(probeKey ? {probeKey} : {})})
}

/** A phase of the log, with what AWS refuses in it explained to the user. */
async function phase<T>(log: Log, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await log.phase(name, work)
  } catch (error) {
    throw explainRefusal(name, error)
  }
}

/** Whether an image with this verdict stays in the account. */
function keeps(deregister: Deregister, verdict: Outcome['verdict']): boolean {
  return deregister === 'never' || (deregister === 'on-failure' && verdict !== 'rejected')
}

function stateOf(inputs: Inputs, plan: Plan, ledger: Ledger): BakeState {
  const {region, role} = inputs.aws
  const main = identify(process.pid)
  if (!main) {
    throw new UserError(
      'This system does not tell when the process of this step started, so that its post step could not tell it from others; nothing was made. ' +
        'Let this runner read /proc (on macOS: run ps).'
    )
  }
  return {
    bakeId: plan.bakeId,
    region,
    ...(role ? {role} : {}),
    folder: ledger.folder,
    main,
    began: plan.began.toISOString()
  }
}

/** Ends the bake, but not its sweep. */
function tookTooLong(ms: number, {phase: name, heard}: Current): UserError {
  const where = name === undefined ? '' : ` It was in the phase '${name}'.`
  const last =
    heard &&
    ` ${heard.source} was heard last, ${Math.round(heard.secondsAgo)} s before the end: ${heard.line.slice(0, 500)}`
  return new UserError(
    `The bake was ended after ${Math.round(ms / 1000)} s, its 'bake-timeout'.${where} Raise it if this bake needs longer; if something hangs, that is what to mend.` +
      (last ? `\n${last.trim()}` : '')
  )
}
