import {randomBytes, randomInt} from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** An IAM identifier: a four-letter prefix (AKIA, ASIA, AROA, AIDA) and capitals and digits, as AWS makes them. */
export function iamId(prefix: string, length = 20): string {
  return prefix + Array.from({length: length - prefix.length}, () => alphabet.charAt(randomInt(32))).join('')
}

/** A secret access key: 40 characters. */
export const newSecret = (): string => randomBytes(30).toString('base64')

/** An opaque session token, of the length that AWS's have. */
export const newSessionToken = (): string => `IQoJb3JpZ2luX2Vj${randomBytes(480).toString('base64')}`
