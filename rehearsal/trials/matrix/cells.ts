import {spellCallPoint, type CallPoint, type Moment} from '../../cloud/call-point.ts'
import {spellFault, type Fault} from '../../cloud/faults/fault.ts'
import {kindsFor, type FaultKind} from '../../cloud/faults/kinds.ts'
import type {ReportedCall} from '../report.ts'

/** What happens to a run: a fault of the cloud's, an end of its own at a call, or that the sweep after a lost runner meets either. */
export type Section = 'faults' | 'killed' | 'cancelled' | 'lost' | 'swept'

export const sections: readonly Section[] = ['faults', 'killed', 'cancelled', 'lost', 'swept']

/** An end at a call, before or after its answer. */
export interface End {
  readonly at: CallPoint
  readonly moment: Moment
}

/** One run of the matrix. */
export type Cell =
  | {readonly section: 'faults'; readonly fault: Fault}
  | ({readonly section: 'killed' | 'cancelled' | 'lost'} & End)
  | {
      readonly section: 'swept'
      /** Where the bake is lost, as `npm run rehearse -- --lose-at` takes it. */
      readonly lostAt: string
      /** What befalls the sweep action, whose calls are counted from its start: a fault, or SIGKILL. */
      readonly trial: Fault | End
    }

/** A place to lose a bake at. */
export interface Loss {
  /** As `npm run rehearse -- --lose-at` takes it. */
  readonly lostAt: string
  /** Which of the sweep's calls of each name meet something. */
  readonly calls: 'first and last' | 'first'
}

/** Where most is there: the build's things with a new image, and the smoke test's. */
export const losses: readonly Loss[] = [
  {lostAt: 'packer:CreateImage#1:after', calls: 'first and last'},
  {lostAt: 'action:Probe#1', calls: 'first'}
]

/**
 * The cells of a section, from the calls of a run in which nothing went wrong.
 *
 * @param from where the calls begin that are disturbed. Default: with the first one
 */
export function cellsOf(
  section: Exclude<Section, 'swept'>,
  calls: readonly ReportedCall[],
  from: (point: CallPoint) => boolean = () => true
): Cell[] {
  const all = pointsOf(calls)
  const points = all.slice(all.findIndex(from))
  if (section === 'faults') {
    return firstAndLast(points)
      .flatMap((at) => faultsAt(at, kindsFor(at.action), timesOf))
      .map((fault) => ({section, fault}))
  }
  return points.flatMap(endsAt).map((end) => ({section, ...end}))
}

/** The cells of a sweep after a loss, from the calls of one in which nothing went wrong. */
export function sweepCells({lostAt, calls: which}: Loss, calls: readonly ReportedCall[]): Cell[] {
  const points = firstAndLast(pointsOf(calls)).filter(({nth}) => nth === 1 || which === 'first and last')
  return points.flatMap((at) =>
    [...faultsAt(at, sweepKinds, sweepTimesOf), ...endsAt(at)].map((trial) => ({section: 'swept', lostAt, trial}))
  )
}

/**
 * A cell as it is spelled on the command line: `packer:CreateImage#1=throttled*4`, `action:RunInstances#1:after`,
 * `packer:CreateImage#1:after, then action:DeleteVolume#1=denied*`.
 */
export function spellCell(cell: Cell): string {
  if (cell.section === 'faults') return spellFault(cell.fault)
  return cell.section === 'swept' ? `${cell.lostAt}, then ${spellTrial(cell.trial)}` : spellEnd(cell)
}

const spellEnd = ({at, moment}: End): string => `${spellCallPoint(at)}${moment === 'after' ? ':after' : ''}`

/** `action:DeleteVolume#1=denied*`, `action:DeleteVolume#1=killed-after`. */
export function spellTrial(trial: Fault | End): string {
  return 'kind' in trial ? spellFault(trial) : `${spellCallPoint(trial.at)}=killed-${trial.moment}`
}

export function pointOf(cell: Cell): CallPoint {
  if (cell.section === 'faults') return cell.fault.at
  return cell.section === 'swept' ? cell.trial.at : cell.at
}

/** Every call, counted by caller: what the action and Packer do at the same time comes in no certain order. */
function pointsOf(calls: readonly ReportedCall[]): CallPoint[] {
  const seen = new Map<string, number>()
  return calls.flatMap(({action, by}) => {
    if (by === 'other') return []
    const nth = (seen.get(`${by} ${action}`) ?? 0) + 1
    seen.set(`${by} ${action}`, nth)
    return [{by, action, nth}]
  })
}

function firstAndLast(points: readonly CallPoint[]): CallPoint[] {
  const isOf = (a: CallPoint, b: CallPoint): boolean => a.by === b.by && a.action === b.action
  return points.filter(
    (point, i) =>
      !points.slice(0, i).some((earlier) => isOf(earlier, point)) ||
      !points.slice(i + 1).some((later) => isOf(later, point))
  )
}

/** A machine answers a probe, not the cloud, so that the moment after it is not known. */
function endsAt(at: CallPoint): End[] {
  const moments = at.action === 'Probe' ? (['before'] as const) : (['before', 'after'] as const)
  return moments.map((moment) => ({at, moment}))
}

function faultsAt(at: CallPoint, kinds: readonly FaultKind[], timesOfKind: (kind: FaultKind) => number[]): Fault[] {
  return kinds.flatMap((kind) => timesOfKind(kind).map((times) => ({at, kind, ...(times > 1 ? {times} : {})})))
}

/** What "for a while" means: the call and the next ones of its name, fewer than every retry bridges. */
const aWhile = 3

function timesOf(kind: FaultKind): number[] {
  switch (kind) {
    case 'throttled':
    case 'issuer-unreachable':
      return [1, aWhile]
    case 'unavailable':
      return [aWhile]
    case 'not-found':
      return [2]
    case 'no-capacity':
      return [1, Infinity]
    default:
      return [1]
  }
}

/** What a call can meet that makes nothing. */
const sweepKinds: readonly FaultKind[] = [
  'throttled',
  'unavailable',
  'silent',
  'reset-before',
  'reset-after',
  'denied',
  'expired'
]

/** More than the attempts of one call, but fewer than those of a sweep that asks again. */
const beyondRetries = 10

function sweepTimesOf(kind: FaultKind): number[] {
  if (kind === 'throttled') return [1, beyondRetries]
  if (kind === 'unavailable') return [aWhile]
  // What a policy denies, it denies every time.
  return [kind === 'denied' ? Infinity : 1]
}
