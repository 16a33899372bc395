import type {Outcome} from '../bake/outcome.ts'
import type {Observation} from '../bake/test-images.ts'
import {sourceOf} from '../bake/source-of.ts'
import {packageChanges, type PackageChanges} from '../bake/package-record.ts'
import {partsIn, tagKeys} from '../aws/tags.ts'
import {messageOf} from '../lib/errors.ts'
import type {Phase} from '../lib/log.ts'
import {withCopies, type BakedImage} from '../packer/images.ts'
import {ofBuild, standardType} from '../plan/machine-types.ts'
import {pluginPrefix} from '../plan/contents/contents.ts'
import {isOfAws} from './console-pages.ts'
import {dollars, machineCost, pricesOf, snapshotCost, type MachineTime} from './cost.ts'
import {failureSection} from './failure-section.ts'
import {code, fenced, foldedAway, idCode, text} from './markdown.ts'
import {
  imageLink,
  inShort,
  launchTemplateRow,
  leftRow,
  listed,
  parameterRow,
  tableOf,
  type Row
} from './summary-rows.ts'
import {duration, timeline} from './timeline.ts'

/** Where a summary takes what is not in the outcome. */
interface Surroundings {
  /** For the addresses of pages. */
  readonly env?: NodeJS.ProcessEnv
  /** The inputs that were given, in lines. */
  readonly inputs?: readonly string[]
}

/** The job summary of a run that was not cut off, in Markdown. */
export function summaryOf(
  outcome: Outcome,
  phases: readonly Phase[],
  {env = process.env, inputs = []}: Surroundings = {}
): string {
  const {failure, reason, evidence} = outcome
  return [
    `## ${headline(outcome)}`,
    '',
    ...verdictLine(outcome),
    ...(failure === undefined ? [] : failureSection(messageOf(failure), env)),
    ...(reason === undefined ? [] : failureSection(reason, env)),
    ...imageTable(outcome, env),
    ...tableOf(rowsOf(outcome, isOfAws(env) ? phases : undefined)),
    ...(isOfAws(env) ? commands(outcome) : []),
    ...(phases.length === 0 ? [] : [timeline(phases), '']),
    ...packagesFold(outcome),
    ...(evidence === undefined ? [] : [foldedAway('The console of the machine', fenced(evidence))]),
    ...(inputs.length === 0 ? [] : [foldedAway('Inputs', fenced(inputs.join('\n')))])
  ].join('\n')
}

function headline({verdict, failure, leftovers, images, skipped}: Outcome): string {
  if (skipped && failure === undefined) return '✅ Nothing changed: the image is used again'
  if (leftovers.length > 0) return '❌ Something is left in the account'
  if (verdict === 'rejected') return '❌ Image rejected'
  if (failure !== undefined) return '❌ Bake failed'
  if (verdict === 'verified') return '✅ Image verified'
  return images.length === 0 ? '⚪ No image made' : '⚪ Image baked, not tested'
}

function verdictLine({verdict, skipped, jenkinsVersion, smokeSeconds, observations = []}: Outcome): string[] {
  if (verdict !== 'verified' || skipped || jenkinsVersion === undefined || smokeSeconds === undefined) return []
  const each = observations.length > 1 ? ' on the slowest machine' : ''
  return [`Jenkins ${code(jenkinsVersion)} was ready ${smokeSeconds.toFixed(1)} s after the launch${each}.`, '']
}

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
/** A table beyond that is not read, and the runner drops a summary beyond 1 MiB whole. */
const mostImages = 20

function imageTable({images, deregistered}: Outcome, env: NodeJS.ProcessEnv): string[] {
  const all = images.flatMap((image) => withCopies(image).map((one) => ({...one, source: image.source})))
  if (all.length === 0) return []
  const several = images.length > 1
  const link = (one: BakedImage | (typeof all)[number]): string => (deregistered ? code(one.id) : imageLink(one, env))
  return [
    rowOf(['Region', 'Image', 'Name', ...(several ? ['Source'] : [])]),
    rowOf(['---', '---', '---', ...(several ? ['---'] : [])]),
    ...all
      .slice(0, mostImages)
      .map((one) => rowOf([text(one.region), link(one), code(one.name), ...(several ? [code(one.source)] : [])])),
    ...(all.length > mostImages ? ['', `and ${all.length - mostImages} more, which the outputs name`] : []),
    ''
  ]
}

/** @param phases for what it costs; undefined where it costs nothing */
function rowsOf(outcome: Outcome, phases: readonly Phase[] | undefined): Row[] {
  const {images, others, leftovers, comparison, skipped} = outcome
  return [
    ['Verified', skipped ? text(comparison?.last?.tags[tagKeys.verified] ?? '') : undefined],
    ['Baked because', listed((skipped ? [] : (comparison?.because ?? [])).map(inShort))],
    ['Compared', skipped ? comparedIn(outcome) : undefined],
    ['Not compared', listed((comparison?.unseen ?? []).map(inShort))],
    ['Packages', packagesRow(outcome)],
    ['Kept', keptRow(outcome)],
    ['Parameter', parameterRow(outcome)],
    ['Launch template', launchTemplateRow(outcome)],
    ['Also made', listed(others.map(({target, id}) => `${code(target)} ${text(id)}`))],
    ['Jenkins', outcome.jenkinsVersion && code(outcome.jenkinsVersion)],
    ['Jenkins was', listed((outcome.observations ?? []).map(historyRow))],
    [images.length > 1 ? 'Source images' : 'Source image', sourceRow(outcome)],
    ['Region, account', `${code(outcome.region)} ${idCode(outcome.accountId)}`],
    ['Packer', outcome.packerVersion && code(outcome.packerVersion)],
    ['Machines', skipped || !phases ? undefined : machinesRow(machinesOf(outcome, phases))],
    ['Snapshots', skipped || !phases ? undefined : snapshotsRow(outcome)],
    ['Left in the account', leftRow(leftovers)]
  ]
}

/** With the last verified image, of the packages of both; undefined if there is no record of its packages. */
function changedPackages({comparison, packages, skipped}: Outcome): PackageChanges | undefined {
  const {tags = {}} = comparison?.last ?? {}
  return packages && !skipped ? packageChanges(partsIn(tags, tagKeys.packages), packages) : undefined
}

function packagesRow(outcome: Outcome): string | undefined {
  const changes = changedPackages(outcome)
  const image = code(outcome.comparison?.last?.images[0]?.id ?? '')
  if (!changes) return undefined
  const {count, fresh, gone} = changes
  if (fresh.length === 0 && gone === 0) return `the same ${count} source packages as in ${image}`
  return `since ${image}: ${fresh.length} of ${count} source packages new or in another version, ${gone} gone or replaced`
}

function packagesFold(outcome: Outcome): string[] {
  const {fresh = []} = changedPackages(outcome) ?? {}
  return fresh.length === 0
    ? []
    : [foldedAway('Source packages that are new or in another version', fenced(fresh.join('\n')))]
}

function keptRow(outcome: Outcome): string | undefined {
  const {skipped, images, deregistered, keptUntil, verdict} = outcome
  if (skipped || images.length === 0) return undefined
  if (isLeft(outcome)) return 'no, but not everything of it could be removed'
  if (deregistered) return 'no: deregistered, with its snapshots'
  if (keptUntil) return `for a look, until ${keptUntil.toISOString()}`
  return {verified: 'yes', unverified: 'yes, without a test', rejected: 'yes, although it was rejected'}[verdict]
}

/** Whether an image is still there that should be gone. */
function isLeft({images, leftovers}: Pick<Outcome, 'images' | 'leftovers'>): boolean {
  const ids = new Set(images.flatMap(withCopies).map(({id}) => id))
  return leftovers.some(({id}) => ids.has(id))
}

/** `booting from 2 s on, starting from 14 s on, ready from 35 s on`. */
function historyRow({source, history}: Observation, _: number, all: readonly Observation[]): string {
  const states = history.map(({state, seconds}) => `${state} from ${Math.round(seconds)} s on`).join(', ')
  return all.length > 1 ? `${code(source)}: ${states}` : states
}

function sourceRow({plan, images}: Outcome): string {
  const sources = images.length > 0 ? images.map((image) => sourceOf(plan, image)) : [sourceOf(plan, undefined)]
  const rows = sources.flatMap((source) =>
    source ? [`${code(source.id)} ${source.name && code(source.name)}`.trim()] : []
  )
  return listed([...new Set(rows)])
}

/** The names of what was compared; all plugins are one. */
function comparedIn({plan}: Outcome): string {
  const names = Object.keys(plan.comparable?.contents ?? {})
  const plugins = names.filter((name) => name.startsWith(pluginPrefix)).length
  const others = names.filter((name) => !name.startsWith(pluginPrefix))
  return text([...others, ...(plugins > 0 ? [`${plugins} plugins`] : [])].join(', '))
}

/** The machines of the build, all for as long as the build took, and those of the smoke test, which run until the sweep has ended. */
function machinesOf({images, plan, buildType, observations = []}: Outcome, phases: readonly Phase[]): Machine[] {
  const build = phases.find(({name}) => name === 'Build')?.seconds
  const untilTheEnd = phases.flatMap(({name}, at) =>
    name.startsWith('Smoke test') ? [phases.slice(at).reduce((sum, {seconds}) => sum + seconds, 0)] : []
  )
  const typeOf = ({source}: BakedImage): string =>
    buildType ?? only(ofBuild(plan.machineTypes.ofSources, source) ?? []) ?? ''
  return [
    ...(build === undefined
      ? []
      : images.map((image) => ({purpose: 'build', instanceType: typeOf(image), seconds: build}))),
    ...observations.map(({instanceType}, at) => ({
      purpose: 'smoke test',
      instanceType,
      seconds: untilTheEnd[at] ?? 0
    }))
  ]
}

interface Machine extends MachineTime {
  readonly purpose: string
}

const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined)

function machinesRow(machines: readonly Machine[]): string {
  const cost = machineCost(machines)
  return listed([
    ...machines.map(({purpose, instanceType, seconds}) =>
      `${purpose}: ${instanceType && code(instanceType)} for about ${duration(seconds)}`.replace(':  ', ': ')
    ),
    ...(machines.length > 0 && cost !== undefined
      ? [`together ${dollars(cost)} at the prices of us-east-1 in ${pricesOf}`]
      : [])
  ])
}

function snapshotsRow({images, deregistered}: Outcome): string | undefined {
  const sizes = images.flatMap(({gibibytes, copies}) =>
    gibibytes === undefined ? [] : [gibibytes * (1 + copies.length)]
  )
  if (deregistered || sizes.length === 0) return undefined
  const sum = sizes.reduce((one, other) => one + other, 0)
  return `of ${sum} GiB of volumes: at most ${dollars(snapshotCost(sum))} a month at the prices of us-east-1 in ${pricesOf}; AWS bills the blocks that were written`
}

/** What a person does next with an image, to be pasted. Only values of a known form are in it. */
function commands(outcome: Outcome): string[] {
  const {images, plan, region, deregistered, verdict, parameter, buildType, observations} = outcome
  const [image] = images
  const instanceType = observations?.[0]?.instanceType ?? buildType ?? standardType(image?.architecture ?? 'x86_64')
  const [subnet] = plan.reach.subnetIds
  const isUsable = image !== undefined && !deregistered && !isLeft(outcome) && verdict !== 'rejected'
  const isPlain = [image?.id, region, instanceType, subnet ?? 'none'].every((value) =>
    /^[a-z0-9.-]+$/.test(value ?? '')
  )
  const launch =
    isUsable && isPlain && images.length === 1
      ? [
          '# Launch it',
          `aws ec2 run-instances --region ${region} \\`,
          `  --image-id ${image.id} --instance-type ${instanceType}${subnet === undefined ? '' : ` --subnet-id ${subnet}`}`
        ]
      : []
  const back =
    parameter?.previous !== undefined &&
    [parameter.previous, parameter.name, parameter.dataType].every((value) => /^[\w./:-]+$/.test(value ?? ''))
      ? [
          '# Go back to the image before',
          `aws ssm put-parameter --region ${region} --name ${parameter.name} \\`,
          `  --value ${parameter.previous} --data-type ${parameter.dataType} --overwrite`
        ]
      : []
  const lines = [...launch, ...back]
  return lines.length === 0 ? [] : ['```sh', ...lines, '```', '']
}
