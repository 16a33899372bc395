import {rmSync, writeFileSync} from 'node:fs'
import * as path from 'node:path'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'

export interface RoomWatch {
  /** Aborted with a UserError when Packer can no longer write its output. */
  readonly signal: AbortSignal
  /** Ends the watching. */
  close(): void
}

/** In bytes: more than the free part of a file's last block. */
const probeSize = 8_192
const betweenLooksMs = 10_000
/** The disk may be full for a moment: the build is ended only if it stays full for half a minute. */
const mostFailures = 3

/**
 * Watches that there is room for Packer's output. Where it cannot be written Packer breaks down and often does not end (packer,
 * machine_readable.go): its machine would then run on until the bake's time is up.
 *
 * @param folder where the output is written
 */
export function watchRoom(folder: string, everyMs = betweenLooksMs): RoomWatch {
  const full = new AbortController()
  const probe = path.join(folder, 'room')
  let failures = 0
  const look = (): void => {
    try {
      writeFileSync(probe, Buffer.alloc(probeSize), {mode: 0o600})
      failures = 0
    } catch (error) {
      // A file that was removed can still be written by a process that has it open.
      failures = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : failures + 1
      if (failures < mostFailures) return
      full.abort(
        new UserError(
          `The build was ended, because Packer's output cannot be written any more: ${systemProblem(error)}. ${roomAdvice}`
        )
      )
    } finally {
      removeProbe(probe)
    }
  }
  const looking = setInterval(look, everyMs).unref()
  return {signal: full.signal, close: () => clearInterval(looking)}
}

function removeProbe(probe: string): void {
  try {
    rmSync(probe, {force: true})
  } catch {
    // If the file system is read-only now, the file was not made, either.
  }
}
