import type {ReportedCall} from '../report.ts'

/** How often somebody called each operation of EC2. Dry runs count as what they are for EC2: calls of the operation. */
export function callsBy(who: ReportedCall['by'], calls: readonly ReportedCall[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const {by, service, action} of calls) {
    if (by !== who || service !== 'ec2') continue
    const name = action.replace(/^DryRun/, '')
    counts[name] = (counts[name] ?? 0) + 1
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** The lower number of each operation that both have. */
export function fewestOf(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>
): Record<string, number> {
  const both = Object.entries(one).map(([name, count]) => [name, Math.min(count, other[name] ?? 0)] as const)
  return Object.fromEntries(both.filter(([, count]) => count > 0))
}
