import {type EC2Client, EC2ServiceException} from '@aws-sdk/client-ec2'
import {awsCause} from '../../aws/errors/causes.ts'
import {denialAdvice, denialIn, describeDenials, type Denial} from '../../aws/errors/denial.ts'
import {restrictedTagging, tagsAtCreation} from '../../aws/restricted-tagging.ts'
import {pointer} from '../../lib/advice.ts'
import {messageOf, UserError} from '../../lib/errors.ts'
import type {Log} from '../../lib/log.ts'
import {dryRunsOf, type DryRun} from './creates.ts'
import type {PreflightRequest} from './request.ts'
import {checkInstanceTypes, freePlanTypes} from './instance-types.ts'
import {timeLimit} from '../../lib/wait.ts'

/** The result of one check. */
type Finding =
  | {readonly kind: 'denied'; readonly denial: Denial}
  | {readonly kind: 'problem'; readonly text: string; readonly change?: string; readonly cause?: string}
  | {readonly kind: 'warning'; readonly text: string}

/** A slow AWS is no reason not to bake. */
const limitMs = 30_000
const longestMessage = 3_400

/**
 * Asks AWS beforehand whether it would let the bake make what it makes, and whether the instance types can do it.
 * Nothing is made. Calls on resources that do not exist yet cannot be tried: on the image, and on the instance.
 *
 * @throws {UserError} with all denials and the statements that allow them, and with everything else that would fail
 */
export async function preflight(
  ec2: EC2Client,
  request: PreflightRequest,
  log: Log,
  signal: AbortSignal
): Promise<void> {
  const limit = timeLimit(limitMs, [signal])
  const checks = [
    ...dryRunsOf(request).map((dryRun) => tryCreate(ec2, dryRun, request, limit)),
    ...(request.instanceTypes.length > 0 ? [checkTypes(ec2, request, limit)] : [])
  ]
  const findings = await withFreePlanTypes(ec2, request, (await Promise.all(checks)).flat(), limit)
  signal.throwIfAborted()
  const restricted = request.shipped ? restrictedTagging(request.region) : undefined
  const warnings = [
    ...(restricted === undefined ? [] : [restricted]),
    ...findings.flatMap((finding) => (finding.kind === 'warning' ? [finding.text] : []))
  ]
  new Set(warnings).forEach((text) => log.warning(text))
  const message = explain(findings, tagsAtCreation(request.region) === 'everything')
  if (message !== undefined) throw new UserError(message.text, {id: message.id})
  if (warnings.length === 0)
    log.info(`AWS would allow the resources of the bake (${checks.length} checks, nothing was made)`)
}

async function tryCreate(
  ec2: EC2Client,
  {attempt, send}: DryRun,
  {reach, instanceTypes}: PreflightRequest,
  signal: AbortSignal
): Promise<Finding[]> {
  try {
    await send(ec2, signal)
    return [{kind: 'warning', text: `${attempt}: AWS answered a dry run as if it had been done`}]
  } catch (error) {
    // This is AWS's yes (EC2 API reference, common parameters, DryRun).
    if (error instanceof Error && error.name === 'DryRunOperation') return []
    // If there are several places, only the first was tried, and another one may have what it lacks.
    return [findingOf(attempt, error, {subnet: reach.subnetIds.length > 1, type: instanceTypes.length > 1})]
  }
}

async function checkTypes(ec2: EC2Client, request: PreflightRequest, signal: AbortSignal): Promise<Finding[]> {
  const {instanceTypes, architecture, smoke, reach, isDistribution} = request
  const nitro = smoke && reach.via === 'session-manager'
  try {
    const {problems, warnings} = await checkInstanceTypes(ec2, instanceTypes, {architecture, nitro}, signal)
    const [examples, other] =
      architecture === 'arm64' ? ['t4g.medium or m7g.large', 'x86_64'] : ['t3.medium or m7i.large', 'arm64']
    const change =
      `Give ${architecture === undefined ? '' : `${architecture} `}types of this region with at least 4 GB of memory in 'instance-types', such as ${examples}` +
      (isDistribution ? `; for types of the other architecture, set 'architecture: ${other}'.` : '.')
    return [
      ...problems.map((text) => ({kind: 'problem' as const, text, change})),
      ...warnings.map((text) => ({kind: 'warning' as const, text}))
    ]
  } catch (error) {
    return [findingOf('The instance types', error)]
  }
}

/** Only AWS's judgement of the request itself ends a bake; temporary errors do not. */
function findingOf(attempt: string, error: unknown, others: Others = {subnet: false, type: false}): Finding {
  const passing = {kind: 'warning', text: `${attempt} could not be tried beforehand: ${messageOf(error)}`} as const
  if (!(error instanceof EC2ServiceException) || error.$fault !== 'client') return passing
  const {name, message} = error
  const denial = denialIn(`${name}: ${message}`)
  if (denial) return {kind: 'denied', denial}
  const cause = awsCause(name, message)
  if (cause?.id === 'throttled' || cause?.id === 'no-capacity') return passing
  if ((cause?.id === 'type-not-offered' || cause?.id === 'subnet-full') && others.subnet) return passing
  if (cause?.id === 'free-plan' && others.type) return passing
  return {
    kind: 'problem',
    text: `${attempt}: AWS answered ${name}: ${message}`,
    ...(cause ? {change: cause.change, cause: cause.id} : {})
  }
}

/** There are more of these to try than the first. */
interface Others {
  readonly subnet: boolean
  readonly type: boolean
}

/** Adds the types that the account's plan allows, if AWS lists them. */
async function withFreePlanTypes(
  ec2: EC2Client,
  {architecture, smoke, reach}: PreflightRequest,
  findings: readonly Finding[],
  signal: AbortSignal
): Promise<readonly Finding[]> {
  const isOfPlan = (finding: Finding): boolean => finding.kind === 'problem' && finding.cause === 'free-plan'
  if (!findings.some(isOfPlan)) return findings
  const nitro = smoke && reach.via === 'session-manager'
  const types = await freePlanTypes(ec2, {architecture, nitro}, signal).catch(() => [])
  if (types.length === 0) return findings
  const change = `Set 'instance-types' to ${types.join(', ')}: AWS lists them as types of the free plan, and they have enough memory for Jenkins. Or upgrade the account to the paid plan.`
  return findings.map((finding) => (isOfPlan(finding) ? {...finding, change} : finding))
}

function explain(
  findings: readonly Finding[],
  tagged: boolean
): {readonly id: string; readonly text: string} | undefined {
  const denials = findings.flatMap((finding) => (finding.kind === 'denied' ? [finding.denial] : []))
  const problems = findings.flatMap((finding) => (finding.kind === 'problem' ? [finding] : []))
  if (denials.length === 0 && problems.length === 0) return undefined
  const id = denials.length > 0 ? 'preflight-denied' : 'preflight-refused'
  const lines = [
    'The bake would fail; nothing has been made.',
    ...(problems.length > 0 ? ['These problems must be solved first:'] : []),
    ...unique(problems.map(({text}) => `- ${text}`)),
    ...unique(problems.flatMap(({change}) => change ?? [])),
    ...(denials.length > 0 ? ['AWS denies calls that the bake needs:', ...describeDenials(denials)] : []),
    ...(denials.length > 0
      ? [
          denialAdvice(denials, {
            tagged,
            policies: 'iam/permissions.json also has the permissions that cannot be tried beforehand'
          })
        ]
      : []),
    pointer(id)
  ]
  const text = lines.join('\n')
  return {id, text: text.length > longestMessage ? `${text.slice(0, longestMessage)}…\n${pointer(id)}` : text}
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)]
}
