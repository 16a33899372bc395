/** Measures once. */
export type Measure = () => Promise<number>

interface Interleaving {
  readonly runs: number
  /** Rounds before them that do not count: the system's file cache and the compilers of Node warm up. Default 1. */
  readonly warmUps?: number
  readonly signal: AbortSignal
  /** Called after each round that counts. */
  readonly onRound?: (done: number) => void
}

/**
 * Measures all in turn, round by round, so that whatever else the machine does meets each of them alike. Every other round goes
 * backwards: nobody always comes first.
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Measure>>,
  {runs, warmUps = 1, signal, onRound}: Interleaving
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[]
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -warmUps; round < runs; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      signal.throwIfAborted()
      const value = await contenders[name]()
      if (round >= 0) values[name].push(value)
    }
    if (round >= 0) onRound?.(round + 1)
  }
  return values
}
