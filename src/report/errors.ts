export interface UserErrorOptions extends ErrorOptions {
  /** The entry of docs/troubleshooting.md that the error belongs to. */
  readonly id?: string
}

/** Something that the user, or the AWS account in use, must change. Its message is shown without a stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
  readonly id?: string

  constructor(message: string, {id, ...options}: UserErrorOptions = {}) {
    super(message, options)
    if (id !== undefined) this.id = id
  }
}

/** An input whose value cannot be used. The message says what was wrong with it and what is allowed. */
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

/** Something was made and could not be removed. The message names each resource and says why. */
export class LeftoverError extends UserError {
  override readonly name = 'LeftoverError'
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What to show for anything that was thrown: the message of a user's error, the stack of a defect of ours. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
