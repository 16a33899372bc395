/** What is said of a row of measurements. */
export interface Summary {
  readonly median: number
  readonly minimum: number
  readonly maximum: number
  /** The ninth decile less the first: where four fifths of the measurements are. */
  readonly spread: number
  readonly runs: number
}

/** @throws Error where nothing was measured */
export function summarise(values: readonly number[]): Summary {
  const [minimum] = values.toSorted((a, b) => a - b)
  if (minimum === undefined) throw new Error('nothing was measured')
  return {
    median: quantile(values, 0.5),
    minimum,
    maximum: Math.max(...values),
    spread: quantile(values, 0.9) - quantile(values, 0.1),
    runs: values.length
  }
}

/** Between two measurements, the value is in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
