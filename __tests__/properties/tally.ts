/** How many values went where. */
export interface Tally {
  readonly refused: number
  readonly arrived: number
}

/** The seed of a run, for a run that is to be the same: `PROPERTY_SEED=1 npm test`. */
export const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31)

/** One line beside jest's own output, which knows tests and no values. */
export function report(what: string, {refused, arrived}: Tally): void {
  const all = refused + arrived
  process.stdout.write(
    `${what}: ${all} values, ${refused} refused, ${arrived} arrived as they are, 0 through (seed ${seed})\n`
  )
}
