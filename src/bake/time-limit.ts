import {UserError} from '../lib/errors.ts'
import type {Current} from '../lib/log.ts'

/** Ends the bake, but not its sweep. */
export function tookTooLong(ms: number, {phase: name, heard}: Current): UserError {
  const where = name === undefined ? '' : ` It was in the phase '${name}'.`
  const last =
    heard &&
    ` The last output came from ${heard.source}, ${Math.round(heard.secondsAgo)} s before the end: ${heard.line.slice(0, 500)}`
  return new UserError(
    `The bake was ended after ${Math.round(ms / 1000)} s, its 'bake-timeout'.${where} Raise it if this bake needs longer; if something hangs, find out why.` +
      (last ? `\n${last.trim()}` : '')
  )
}
