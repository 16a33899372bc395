import type {Inputs} from '../inputs/inputs.ts'
import type {Phases} from '../lib/log.ts'
import type {ImageBuild} from '../packer/build-images.ts'
import type {BakedImage} from '../packer/images.ts'
import {smokeTypesFor} from '../plan/machine-types.ts'
import type {Seen} from '../smoke/history.ts'
import type {SmokeInstance} from '../smoke/launch.ts'
import {probeFor} from '../smoke/probe.ts'
import type {SmokeScript} from '../smoke/smoke-script.ts'
import {smokeTest, type SmokeResult} from '../smoke/smoke-test.ts'
import {allowedEnvironment} from '../template/allowed-environment.ts'
import {instanceUserData, smokeDeadlineMinutes} from '../smoke/user-data.ts'

/** The combined result of the smoke tests of all images of a bake. */
export interface Judgement {
  /** `verified` only if every image was. */
  readonly verdict: 'verified' | 'rejected'
  /** Of the rejected ones. */
  readonly reason?: string
  readonly evidence?: string
  /** The versions of Jenkins that answered, separated by commas if they differ. */
  readonly jenkinsVersion?: string
  /** Of the longest test. */
  readonly smokeSeconds: number
  /** What each Jenkins was seen to do. */
  readonly observations: readonly Observation[]
}

/** One machine of a smoke test. */
export interface Observation extends SmokeInstance {
  /** The source that the image was built from. */
  readonly source: string
  readonly history: readonly Seen[]
}

/** Launches each image of a bake, each in a phase of its own, and asks its Jenkins. */
export function smokeTestImages(
  build: ImageBuild,
  images: readonly BakedImage[],
  phase: Phases,
  signal: AbortSignal
): Promise<Judgement> {
  return testImages(images, (image, name) => {
    const title = images.length > 1 ? `Smoke test of ${image.source}` : 'Smoke test'
    return phase(title, () => testImage(build, {image, name, count: images.length}, signal))
  })
}

/**
 * Tests one image after the other, also when one was rejected, so that one run reports on all of them.
 *
 * @param test launches one image; the name is unlike those of the bake's other tests
 * @throws what the first test throws that could not be carried out
 */
export async function testImages(
  images: readonly BakedImage[],
  test: (image: BakedImage, name: string) => Promise<SmokeResult>
): Promise<Judgement> {
  const results: Tested[] = []
  for (const [index, image] of images.entries()) {
    results.push({image, result: await test(image, index === 0 ? 'smoke' : `smoke-${index + 1}`)})
  }
  return judge(results)
}

interface Tested {
  readonly image: BakedImage
  readonly result: SmokeResult
}

function judge(results: readonly Tested[]): Judgement {
  const several = results.length > 1
  const rejected = results.flatMap(({image, result}) => (result.verdict === 'rejected' ? [{image, ...result}] : []))
  const named = ({source, id}: BakedImage, text: string, between: string): string =>
    several ? `${source} (${id})${between}${text}` : text
  const versions = [...new Set(results.flatMap(({result}) => result.jenkinsVersion ?? []))]
  return {
    verdict: rejected.length > 0 ? 'rejected' : 'verified',
    ...(rejected.length > 0
      ? {
          reason: rejected.map(({image, reason}) => named(image, reason, ': ')).join('\n'),
          evidence: rejected.map(({image, evidence}) => named(image, evidence, '\n')).join('\n\n')
        }
      : {}),
    ...(versions.length > 0 ? {jenkinsVersion: versions.join(',')} : {}),
    smokeSeconds: Math.max(...results.map(({result}) => result.seconds)),
    observations: results.map(({image: {source}, result: {instance, history}}) => ({source, ...instance, history}))
  }
}

function testImage(
  {inputs, deps, account, plan, ledger}: ImageBuild,
  {image, name, count}: {readonly image: BakedImage; readonly name: string; readonly count: number},
  signal: AbortSignal
): Promise<SmokeResult> {
  const probe = probeFor(account.ec2, plan.reach)
  const {timeoutMs = 0} = inputs.smoke ?? {}
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
    userData: smokeUserData(inputs, probe.key, count),
    timeoutMs,
    reports: inputs.smoke?.jenkinsLog !== undefined,
    // For an image of the user's own template, the user decides whether it may be used without signing in.
    mustBeClosed: inputs.template.shipped && !inputs.image.allowAnonymous,
    ...(plan.jenkins ? {expectedVersion: plan.jenkins.version} : {}),
    ...(inputs.smoke?.instanceProfile ? {instanceProfile: inputs.smoke.instanceProfile} : {}),
    ...(inputs.smoke?.script ? {script: scriptFor({path: inputs.smoke.script, timeoutMs}, {deps, ledger})} : {})
  }
  return smokeTest(account.ec2, request, ledger, deps.log, signal)
}

/** The script sees what Packer may see of the job's environment: no token and no credentials. */
function scriptFor(
  script: Pick<SmokeScript, 'path' | 'timeoutMs'>,
  {deps: {env}, ledger}: Pick<ImageBuild, 'deps' | 'ledger'>
): SmokeScript {
  return {...script, env: allowedEnvironment(env), onStart: (leader) => ledger.started(leader)}
}

/**
 * An image of the shipped template is known to run cloud-init. A user's own image gets only the user's own user data,
 * unless it has to test itself.
 */
function smokeUserData({smoke}: Inputs, probeKey: string | undefined, count: number): string {
  const {userData = '', timeoutMs = 0, keepFailedMs = 0, script, jenkinsLog} = smoke ?? {}
  if (jenkinsLog === undefined) return userData
  const testMs = timeoutMs * (script === undefined ? 1 : 2)
  // What is kept for a look is kept from the end of the last test on.
  const neededMs = keepFailedMs > 0 ? testMs * count + keepFailedMs : testMs
  const deadlineMinutes = smokeDeadlineMinutes(neededMs)
  return instanceUserData({deadlineMinutes, userData, jenkinsLog, ...(probeKey ? {probeKey} : {})})
}
