import {openAccount} from '../aws/account.ts'
import {explainingPhases} from '../aws/errors/explain.ts'
import {openSession} from '../credentials/session.ts'
import type {Inputs} from '../inputs/inputs.ts'
import {openLedger} from '../ledger/ledger.ts'
import {stateOf} from '../ledger/state.ts'
import type {Phases} from '../lib/log.ts'
import {anyOf, timeLimit} from '../lib/wait.ts'
import {buildImages} from '../packer/build-images.ts'
import {installPacker} from '../packer/install/install.ts'
import {makeTemporaryFolder, temporaryFolderFor} from '../packer/temporary-folder.ts'
import {planImage} from '../plan/plan.ts'
import {preflight} from '../plan/preflight/preflight.ts'
import {preflightOf} from '../plan/preflight/request.ts'
import {compareWithLast} from './comparison.ts'
import type {Deps} from './deps.ts'
import {end} from './end.ts'
import {handOver} from './hand-over.ts'
import {keeps, type Made, type Outcome} from './outcome.ts'
import {releaseImages, releaseProducts, isToCopy, promote, promoteCopies, type ReleasableBuild} from './promote.ts'
import {skip} from './skip.ts'
import {smokeTestImages} from './test-images.ts'
import {tookTooLong} from './time-limit.ts'

/**
 * The whole run as one page. Until the ledger begins, nothing exists and errors are thrown; from there on every end goes through the sweep
 * and is returned.
 *
 * @param cancel aborted when the runner cancels the step
 */
export async function bake(inputs: Inputs, deps: Deps<Outcome>, cancel: AbortSignal): Promise<Outcome> {
  const {log, env} = deps
  const {region} = inputs.aws
  const phase = explainingPhases(log)
  const limit = timeLimit(inputs.bakeTimeoutMs, [cancel], () => tookTooLong(inputs.bakeTimeoutMs, log.current()))

  const session = await phase('Credentials', () => openSession(inputs.aws, {env, log}, limit))
  const signal = anyOf(limit, session.lost)
  const account = openAccount(region, session.credentials, env)
  const plan = await phase('Plan', () => planImage(inputs, {account, env, log}, signal))
  const known = {region, accountId: session.accountId, plan}
  const comparison =
    inputs.reuse && (await phase('Compare', () => compareWithLast(account, inputs, plan, {log, signal})))
  if (comparison?.because.length === 0) return skip({...known, comparison}, {inputs, account, deps, phase}, signal)
  await phase('Preflight', () => preflight(account.ec2, preflightOf(inputs, plan), log, signal))
  const packer = await phase('Install Packer', () => installPacker(inputs.packer, {log, env}, signal))

  const ledger = openLedger(deps.temporaryFolder, `bake-jenkins-ami-${plan.bakeId}`)
  ledger.begin(plan.began)
  const temporaryFolder = temporaryFolderFor(ledger.folder)
  deps.saveState(stateOf(inputs.aws, plan, {folder: ledger.folder, temporaryFolder}))
  makeTemporaryFolder(temporaryFolder)
  const facts = {...known, ...(comparison ? {comparison} : {}), skipped: false, packerVersion: packer.version}
  const announce = (made: Made): void => deps.setOutputs({...facts, ...made, deregistered: false, leftovers: []})
  const build = {inputs, deps, session, account, plan, packer, ledger, temporaryFolder, announce}
  const made = await buildTestAndPromote(build, phase, signal)

  const ended = await end(build, made, phase)
  if (ended.leftovers.length === 0) deps.noteSwept()
  const outcome = {...facts, ...made, ...ended}
  try {
    deps.setOutputs(outcome)
    return outcome
  } catch (failure) {
    return {...outcome, failure: outcome.failure ?? failure}
  }
}

/** Resources that it did not release are still in the ledger: the sweep removes them. */
async function buildTestAndPromote(build: ReleasableBuild, phase: Phases, signal: AbortSignal): Promise<Made> {
  const {deregister, smoke} = build.inputs
  let made: Made = {images: [], others: [], othersStay: false, verdict: 'unverified'}
  try {
    made = {...made, ...(await phase('Build', () => buildImages(build, signal)))}
    if (made.images.length === 0) return made
    if (deregister === 'never') {
      made = await releaseProducts(build, made)
      releaseImages(build, made)
    }
    if (smoke) made = {...made, ...(await smokeTestImages(build, made.images, phase, signal))}
    // The log has said that they are not touched if the bake succeeds, whether or not the image is kept.
    if (made.verdict !== 'rejected') made = await releaseProducts(build, made)
    if (!keeps(deregister, made.verdict)) return made

    signal.throwIfAborted()
    await phase('Promote', () => promote(build, made))
    if (isToCopy(build, made)) made = await phase('Copy', () => promoteCopies(build, made, signal))
    if (made.failure !== undefined) return made
    return {
      ...made,
      ...(await handOver({...build, log: build.deps.log, phase}, {...made, plan: build.plan, skipped: false}, signal))
    }
  } catch (failure) {
    // An aborted call fails with a message of its own; the reason of the abort is the one to report.
    return {...made, failure: signal.aborted ? signal.reason : failure}
  }
}
