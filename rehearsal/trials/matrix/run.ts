import type {Cell} from './cells.ts'
import type {Result} from './result.ts'

/**
 * Plays all cells, several at a time, and returns their results in the cells' order.
 *
 * @param parallel how many at a time; most of a run's time is waiting
 * @param onResult called with each result as it comes
 * @param signal aborted: the cells that have not begun are left out
 */
export async function playAll(
  cells: readonly Cell[],
  {
    play,
    parallel,
    onResult,
    signal
  }: {
    play: (cell: Cell) => Promise<Result>
    parallel: number
    onResult: (result: Result, done: number) => void
    signal: AbortSignal
  }
): Promise<Result[]> {
  const results = new Map<Cell, Result>()
  const waiting = cells.values()
  const worker = async (): Promise<void> => {
    for (const cell of waiting) {
      if (signal.aborted) return
      const result = await play(cell)
      results.set(cell, result)
      onResult(result, results.size)
    }
  }
  await Promise.all(Array.from({length: parallel}, worker))
  return cells.flatMap((cell) => results.get(cell) ?? [])
}
