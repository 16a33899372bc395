import {UserError} from '../lib/errors.ts'
import type {Current} from '../lib/log.ts'

/** Ends a run, but not its sweep. @param input the one that sets the limit */
export function tookTooLong(
  ms: number,
  {phase: name, heard}: Current,
  input: 'bake-timeout' | 'timeout' = 'bake-timeout'
): UserError {
  const where = name === undefined ? '' : ` It was in the phase '${name}'.`
  const last =
    heard &&
    ` The last output came from ${heard.source}, ${Math.round(heard.secondsAgo)} s before the end: ${heard.line.slice(0, 500)}`
  return new UserError(
    `The run was ended after ${Math.round(ms / 1000)} s, its '${input}'.${where} Raise it if this needs longer; if something hangs, find out why.` +
      (last ? `\n${last.trim()}` : '')
  )
}
