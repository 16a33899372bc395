import {resourcesOf, type Resource} from '../aws/resources.ts'
import {tagKeys} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import {messageOf} from '../lib/errors.ts'
import type {Records} from '../ledger/ledger.ts'
import type {Phases} from '../lib/log.ts'
import type {ImageBuild} from '../packer/build-images.ts'
import {withCopies} from '../packer/images.ts'
import {jenkinsPort} from '../smoke/answer.ts'
import {endBake} from '../sweep/end.ts'
import {putTags} from '../sweep/keep.ts'
import {isOneOf} from '../sweep/spared.ts'
import type {SmokeMachines} from '../sweep/take-down.ts'
import {isGone, type Made, type Outcome} from './outcome.ts'

type End = Pick<Outcome, 'deregistered' | 'leftovers' | 'keptUntil'>

/** Ends a bake: removes everything that is not to be kept. What was rejected stays for a while if a person wants to look. */
export async function end(build: ImageBuild, made: Made, phase: Phases): Promise<End> {
  const {inputs, account, plan, ledger, temporaryFolder, deps} = build
  const keepFailedMs = inputs.smoke?.keepFailedMs ?? 0
  const failed = made.failure !== undefined
  const ended = {account, bakeId: plan.bakeId, ledger, temporaryFolder, log: deps.log, failed}
  if (made.verdict !== 'rejected' || failed || keepFailedMs === 0) {
    // A cancelled job is killed after seconds: then the sweep begins at once, with everything.
    const machines = failed ? {} : {machines: machinesOf(build, made)}
    const leftovers = await phase('Sweep', () => endBake({...ended, ...machines}))
    return {deregistered: isGone(made.images, ledger, leftovers), leftovers}
  }
  const keptUntil = await phase('Keep for a look', () => keepForALook(build, made, keepFailedMs))
  ledger.spare(partsOf(build, made))
  const leftovers = await phase('Sweep', () => endBake({...ended, isKept: isOneOf(ledger.spared)}))
  return {deregistered: false, leftovers, keptUntil}
}

/** The images with their snapshots, and the machines of the smoke test with their security groups. */
function partsOf({account, ledger}: ImageBuild, {images, observations = []}: Made): Resource[] {
  return [
    ...images.flatMap(withCopies).flatMap((image) => resourcesOf(image, account.region)),
    ...observations.map(({id}) => ({type: 'instance' as const, id})),
    ...groupsOfTests(ledger)
  ]
}

function machinesOf({ledger}: ImageBuild, {observations = []}: Made): SmokeMachines {
  return {instances: observations.map(({id}) => id), groups: groupsOfTests(ledger)}
}

/** The groups of the build are not in the ledger before its sweep. */
function groupsOfTests({resources}: Records): Resource[] {
  return resources.filter(({type}) => type === 'security-group')
}

/**
 * Leaves a rejected image and its machine, so that a person can look. They carry the tags of a lost bake, and so does now
 * an image of a template that puts none: the sweep action removes them once they have expired. The machine of the shipped
 * template's image ends by itself.
 *
 * @returns until when they stay at least, by AWS's clock
 */
async function keepForALook(
  {account, plan, ledger, deps: {log}}: ImageBuild,
  {images, observations = []}: Made,
  keepFailedMs: number
): Promise<Date> {
  const until = new Date(awsTime(account.ec2).getTime() + keepFailedMs)
  const tags = Object.entries(plan.tags).map(([Key, Value]) => ({Key, Value}))
  // What is released has no expiry, and stays as it is (`deregister: never`).
  const released = new Set(ledger.released.map(({id}) => id))
  const due = images.filter(({id}) => !released.has(id))
  for (const image of due.flatMap(withCopies)) {
    const ids = resourcesOf(image, account.region).map(({id}) => id)
    await putTags(account.inRegion(image.region), ids, tags).catch((error: unknown) =>
      log.warning(`${image.id} stays without an expiry, so that no sweep removes it: ${messageOf(error)}`)
    )
  }
  const machines = observations.map(({id, address}) => `${id} at http://${address}:${jenkinsPort}/`)
  log.warning(
    `${[...due.map(({id}) => id), ...machines].join(', ')} stay until ${until.toISOString()} at least, as 'keep-failed-for' says. ` +
      `The sweep action removes them after ${plan.tags[tagKeys.expires] ?? ''}; or remove them yourself when you have seen enough.`
  )
  return until
}
