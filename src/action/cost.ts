/** Dollars of an hour of the smallest size named here, on demand with Linux in us-east-1; each size doubles it. */
const ofMedium: Readonly<Record<string, number>> = {t3: 0.0416, t3a: 0.0376, t4g: 0.0336}
const sizes = ['medium', 'large', 'xlarge', '2xlarge']
/** Dollars of a GB and month of a snapshot in the standard tier, in us-east-1. */
const ofSnapshot = 0.05

/** The year of these prices, for the reader. */
export const pricesOf = 2026

/** A machine that ran: how long at most, in seconds. */
export interface MachineTime {
  readonly instanceType: string
  readonly seconds: number
}

/** @returns undefined for an instance type whose price is not known here */
export function machineCost(machines: readonly MachineTime[]): number | undefined {
  let sum = 0
  for (const {instanceType, seconds} of machines) {
    const [family = '', size = ''] = instanceType.split('.')
    const perHour = (ofMedium[family] ?? Number.NaN) * 2 ** sizes.indexOf(size)
    if (!sizes.includes(size) || Number.isNaN(perHour)) return undefined
    // AWS bills a minute at least.
    sum += (Math.max(seconds, 60) / 3600) * perHour
  }
  return sum
}

/** Of a month at most: a snapshot has only the blocks that were written. */
export function snapshotCost(gibibytes: number): number {
  return gibibytes * ofSnapshot
}

/** `$0.40`, `less than $0.01`. */
export function dollars(amount: number): string {
  return amount < 0.01 ? 'less than $0.01' : `$${amount.toFixed(2)}`
}
