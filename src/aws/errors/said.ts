import {messageOf, UserError} from '../../lib/errors.ts'
import {inertText} from '../../lib/untrusted.ts'

/** What AWS answered, with the code of its error; of an error of our own, its message. */
export function saidOf(error: unknown): string {
  const isOwn = error instanceof UserError
  return isOwn || !(error instanceof Error) ? messageOf(error) : `${error.name}: ${inertText(error.message)}`
}
