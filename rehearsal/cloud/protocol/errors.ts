/** An error that AWS documents: its code, the HTTP status it comes with, and the message the caller reads. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
  }
}

export const missingParameter = (name: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${name}`)

export const invalidValue = (value: string, parameter: string, why: string): AwsError =>
  new AwsError('InvalidParameterValue', `Value (${value}) for parameter ${parameter} is invalid. ${why}`)

export const invalidCombination = (message: string): AwsError => new AwsError('InvalidParameterCombination', message)

/** STS's and IAM's form of a refused parameter. */
export const constraintViolated = (value: string, member: string, constraint: string): AwsError =>
  new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`
  )

/** For what AWS offers and this cloud does not: the caller must not take it for AWS's own refusal. */
export const notOffered = (what: string): AwsError =>
  new AwsError('UnsupportedOperation', `The rehearsal's local cloud does not offer ${what}. AWS does.`)
