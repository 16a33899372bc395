/** How many values went where. */
export interface Tally {
  readonly refused: number
  readonly arrived: number
}

/**
 * The seed of the made-up values. The same in each run, so that a change is judged by what it changed; the nightly run gives
 * another each time (`PROPERTY_SEED=1234 npm test`).
 */
export const seed = Number(process.env['PROPERTY_SEED'] ?? 20_261_128) % 2 ** 31

/** One line beside jest's own output, which knows tests and no values. */
export function report(what: string, {refused, arrived}: Tally): void {
  const all = refused + arrived
  process.stdout.write(
    `${what}: ${all} values, ${refused} refused, ${arrived} arrived as they are, 0 through (seed ${seed})\n`
  )
}
