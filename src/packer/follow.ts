import {open} from 'node:fs/promises'
import {StringDecoder} from 'node:string_decoder'
import {setTimeout as sleep} from 'node:timers/promises'

/**
 * Yields the complete lines of a file while somebody else writes it, and what is left once `ended` is aborted.
 *
 * Packer writes into a file and not into a pipe, because a pipe would end it together with this process, without its
 * cleanup. A file offers no event that says "there is more" on every system, so it is read again every 200 ms.
 */
export async function* follow(file: string, ended: AbortSignal): AsyncGenerator<string> {
  const handle = await open(file, 'r')
  try {
    const decoder = new StringDecoder('utf8')
    const buffer = Buffer.alloc(65_536)
    let rest = ''
    for (;;) {
      // Asked before reading: what was written before the end is then read for certain.
      const last = ended.aborted
      const {bytesRead} = await handle.read(buffer, 0, buffer.length)
      // Only what is new is searched: a line may have many megabytes.
      const [first = '', ...others] = decoder.write(buffer.subarray(0, bytesRead)).split('\n')
      rest += first
      for (const line of others) {
        yield rest
        rest = line
      }
      if (bytesRead > 0) continue
      if (last) break
      await sleep(200, undefined, {signal: ended}).catch(() => undefined)
    }
    if (rest !== '') yield rest
  } finally {
    await handle.close()
  }
}
