import {spawn} from 'node:child_process'
import {once} from 'node:events'

/** What came out of a program between two marks. */
export interface Drained {
  readonly seconds: number
  readonly exitCode: number | null
}

interface Source {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly first: string
  readonly last: string
}

/**
 * Runs a program and throws its output away, as fast as it comes.
 *
 * @returns the seconds between the first mark and the last in its output
 * @throws Error where they are not in it
 */
export async function drain({command, args, env, cwd, first, last}: Source): Promise<Drained> {
  const child = spawn(command, args, {env, cwd, stdio: ['ignore', 'pipe', 'inherit']})
  let began: number | undefined
  let ended: number | undefined
  // A mark may be cut in two by the pipe.
  let rest = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    const seen = Buffer.concat([rest, chunk])
    if (began === undefined && seen.includes(first)) began = performance.now()
    if (seen.includes(last)) ended = performance.now()
    rest = seen.subarray(-Math.max(first.length, last.length))
  })
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (began === undefined || ended === undefined) throw new Error(`${command} has not printed all that it should`)
  return {seconds: (ended - began) / 1_000, exitCode}
}
