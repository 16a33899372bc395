import {spawn} from 'node:child_process'
import {once} from 'node:events'

interface Source {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Two strings in its output, of which the time between is measured. */
  readonly first: string
  readonly last: string
}

/**
 * Runs a program and throws its output away, as fast as it comes. How it ends does not matter.
 *
 * @returns the seconds between the first mark and the last in its output
 * @throws Error where they are not in it
 */
export async function drain({command, args, env, first, last}: Source): Promise<number> {
  const child = spawn(command, args, {env, stdio: ['ignore', 'pipe', 'inherit']})
  const [began, ended] = [first, last].map((mark) => createMark(mark, () => performance.now()))
  child.stdout.on('data', (chunk: Buffer) => {
    began?.push(chunk)
    ended?.push(chunk)
  })
  await once(child, 'close')
  const [from, to] = [began?.seenAt(), ended?.seenAt()]
  if (from === undefined || to === undefined) throw new Error(`${command} has not printed all that it should`)
  return (to - from) / 1_000
}

/** Looks for a string in a stream of bytes. */
export interface Mark {
  push(chunk: Buffer): void
  /** When it was seen first. */
  seenAt(): number | undefined
}

export function createMark(mark: string, now: () => number): Mark {
  let seen: number | undefined
  // A pipe may cut it in two.
  let rest = Buffer.alloc(0)
  return {
    push(chunk) {
      if (seen !== undefined) return
      const joint = Buffer.concat([rest, chunk.subarray(0, mark.length)])
      if (joint.includes(mark) || chunk.includes(mark)) seen = now()
      rest = Buffer.from(Buffer.concat([rest, chunk.subarray(-mark.length)]).subarray(-mark.length))
    },
    seenAt: () => seen
  }
}
