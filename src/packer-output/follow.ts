import {open, type FileHandle} from 'node:fs/promises'
import {StringDecoder} from 'node:string_decoder'
import {setTimeout as sleep} from 'node:timers/promises'

/** In characters. No line that means anything is as long as this; of a longer one the rest is left out. */
export const longestLine = 65_536

/** In bytes. One piece is processed in one turn of the event loop; it may have thousands of short lines. */
const pieceSize = 4_096

/**
 * Yields the complete lines of a file while somebody else writes it, as many as come in one piece, and what is left
 * once `ended` is aborted. Other work of this process has its turn in between.
 *
 * Packer writes into a file and not into a pipe, because a pipe would end it together with this process, without its
 * cleanup. A file offers no event that says "there is more" on every system, so it is read again every 200 ms.
 */
export async function* follow(handle: FileHandle, ended: AbortSignal): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  const buffer = Buffer.alloc(pieceSize)
  let rest = ''
  for (;;) {
    // Checked before reading, so that everything written before the end is read.
    const last = ended.aborted
    const {bytesRead} = await handle.read(buffer, 0, buffer.length)
    // Only what is new is searched: a line may have many megabytes.
    const [first = '', ...others] = decoder.write(buffer.subarray(0, bytesRead)).split('\n')
    rest = `${rest}${first}`.slice(0, longestLine)
    const next = others.pop()
    if (next !== undefined) {
      yield [rest, ...others]
      rest = next
    }
    if (bytesRead > 0) continue
    if (last) break
    await sleep(200, undefined, {signal: ended}).catch(() => undefined)
  }
  if (rest !== '') yield [rest]
}

/** In bytes, of a file's beginning and of its end. */
const endBytes = 256 * 1024

/** A file's beginning and its end, where it is longer than half a megabyte; nothing where it cannot be read. */
export async function endsOfFile(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return ''
  try {
    const {size} = await handle.stat()
    const read = async (from: number, length: number): Promise<string> => {
      const {buffer, bytesRead} = await handle.read(Buffer.alloc(length), 0, length, from)
      return buffer.toString('utf8', 0, bytesRead)
    }
    if (size <= 2 * endBytes) return await read(0, size)
    return `${await read(0, endBytes)}\n${await read(size - endBytes, endBytes)}`
  } finally {
    await handle.close()
  }
}
