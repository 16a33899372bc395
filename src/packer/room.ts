import {rmSync, writeFileSync} from 'node:fs'
import * as path from 'node:path'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'

export interface RoomWatch {
  /** Aborted with a UserError when Packer can write its output no more. */
  readonly signal: AbortSignal
  /** Ends the watching. */
  close(): void
}

/** In bytes: more than what is left of the last block of a file. */
const probeSize = 8_192
const betweenLooksMs = 10_000
/** It may be full for a moment: only what stays so for half a minute ends the build. */
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
      // A file that somebody has removed can still be written by whoever has it open.
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
    // On a file system that is read-only now it was not made either.
  }
}
