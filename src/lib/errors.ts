export interface UserErrorOptions extends ErrorOptions {
  /** The entry of docs/troubleshooting.md that the error belongs to. */
  readonly id?: string
}

/**
 * An error that the user, or the administrators of the AWS account, can correct. Its message is shown without a stack.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError'
  readonly id?: string

  constructor(message: string, {id, ...options}: UserErrorOptions = {}) {
    super(message, options)
    if (id !== undefined) this.id = id
  }
}

/** An input whose value cannot be used. The message says what is wrong with it and what is allowed. */
export class InputError extends UserError {
  override readonly name = 'InputError'
  readonly input: string

  constructor(input: string, message: string) {
    super(`Input '${input}': ${message}`)
    this.input = input
  }
}

/** All unusable inputs of a run together, so that one run is enough to learn of them. */
export class InputErrors extends UserError {
  override readonly name = 'InputErrors'
  readonly errors: readonly InputError[]

  constructor(errors: readonly InputError[]) {
    super(errors.map((error) => error.message).join('\n'))
    this.errors = errors
  }
}

/** Some resources could not be removed. The message names each of them and says why. */
export class LeftoverError extends UserError {
  override readonly name = 'LeftoverError'
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The advice when the runner's own files cannot be used. */
export const roomAdvice =
  'Give this runner free disk space and write permission in RUNNER_TEMP, and let nothing else empty that folder while a job runs.'

/** Why the system refused to work with a file, by its code. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that',
  EDQUOT: 'the quota for this user is used up',
  EEXIST: 'something else exists at that path',
  EIO: 'the disk has an error',
  EISDIR: 'it is a folder',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'this user may not do that',
  EROFS: 'the file system is read-only'
}

/**
 * The message of an error, in plain English if the system refused to work with a file: `/tmp/x: the disk is full
 * (ENOSPC)`.
 */
export function systemProblem(error: unknown): string {
  return refusalOf(error) ?? messageOf(error)
}

/** @returns undefined for an error that is not the system's, or not about a file */
function refusalOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return undefined
  const why = refusals[String(error.code)]
  const what = 'path' in error ? `${String(error.path)}: ` : ''
  return why === undefined ? undefined : `${what}${why} (${String(error.code)})`
}

/**
 * The explanation of any thrown value: the message of a user's error, a sentence for a refusal of the system, the stack
 * for a defect of the action.
 */
export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message
  const refusal = refusalOf(error)
  if (refusal !== undefined) return `A file of this run could not be used: ${refusal}. ${roomAdvice}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
