import {spellCallPoint, type CallPoint, type Moment} from '../call-point.ts'
import {spellFault, type Fault} from '../cloud/faults/fault.ts'
import {kindsFor} from '../cloud/faults/kinds.ts'
import type {ReportedCall} from '../report.ts'

/** What happens to a run: a fault of the cloud's, or an end of its own at a call. */
export type Section = 'faults' | 'killed' | 'cancelled' | 'lost'

export const sections: readonly Section[] = ['faults', 'killed', 'cancelled', 'lost']

/** One run of the matrix. */
export type Cell =
  | {readonly section: 'faults'; readonly fault: Fault}
  | {readonly section: Exclude<Section, 'faults'>; readonly at: CallPoint; readonly moment: Moment}

/** The cells of a section, from the calls of a run in which nothing went wrong. */
export function cellsOf(section: Section, calls: readonly ReportedCall[]): Cell[] {
  const points = pointsOf(calls)
  if (section === 'faults') return firstAndLast(points).flatMap(faultsAt)
  return points.flatMap((at) =>
    // A machine answers a probe, not the cloud, so that the moment after it is not known.
    (at.action === 'Probe' ? (['before'] as const) : (['before', 'after'] as const)).map((moment) => ({
      section,
      at,
      moment
    }))
  )
}

/** A cell as it is spelled on the command line: `packer:CreateImage#1=throttled*4`, `action:RunInstances#1:after`. */
export function spellCell(cell: Cell): string {
  if (cell.section === 'faults') return spellFault(cell.fault)
  return `${spellCallPoint(cell.at)}${cell.moment === 'after' ? ':after' : ''}`
}

export const pointOf = (cell: Cell): CallPoint => (cell.section === 'faults' ? cell.fault.at : cell.at)

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
  return points.filter((point, i) => point.nth === 1 || !points.slice(i + 1).some((later) => isOf(later, point)))
}

/** What "for a while" means: the call and the next ones of its name, fewer than every retry bridges. */
const aWhile = 3

function faultsAt(at: CallPoint): Cell[] {
  return kindsFor(at.action).flatMap((kind): Cell[] => {
    const cell = (times?: number): Cell => ({
      section: 'faults',
      fault: {at, kind, ...(times !== undefined && {times})}
    })
    switch (kind) {
      case 'throttled':
        return [cell(), cell(aWhile)]
      case 'unavailable':
        return [cell(aWhile)]
      case 'not-found':
        return [cell(2)]
      case 'no-capacity':
        return [cell(), cell(Infinity)]
      case 'issuer-unreachable':
        return [cell(), cell(aWhile)]
      case 'internal-error':
      case 'silent':
      case 'reset-before':
      case 'reset-after':
      case 'denied':
      case 'expired':
        return [cell()]
    }
  })
}
