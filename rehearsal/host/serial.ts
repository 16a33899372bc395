/**
 * Does one piece of work after the other, each after the end of the one before, whatever became of that.
 *
 * @returns what takes the next piece, and hands on what becomes of it
 */
export function serial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }
}
