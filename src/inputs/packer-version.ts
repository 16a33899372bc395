import semver from 'semver'
import {quoted} from '../lib/parse.ts'

export interface PackerRequest {
  /** An exact version, a semver range, `latest`, or `system` for the Packer on PATH. */
  readonly version: string
  /** `https://releases.hashicorp.com`, or a mirror of its layout. */
  readonly releasesUrl: string
}

/**
 * Reads the requested version of Packer: an exact version, a range of versions, `latest`, or `system` for the one on
 * PATH.
 *
 * @throws {Error} that names the allowed forms
 */
export function packerVersion(value: string): string {
  if (value === 'system' || value === 'latest') return value
  const exact = semver.valid(value)
  // A number in it: `*` and `x` are called `latest` here.
  if (exact === null ? semver.validRange(value) !== null && /\d/.test(value) : exact === value) return value
  throw new Error(
    `${quoted(value)} is not allowed; expected an exact version such as 1.16.0, a range such as ^1.15, 1.x or '>=1.14 <2', 'latest', ` +
      "or 'system' for the Packer on PATH"
  )
}

/** Whether a version must first be looked up: a range, or `latest`. */
export function isRange(version: string): boolean {
  return semver.valid(version) === null
}

/** In semver's words: any version that is no pre-release for `latest`. */
export function rangeOf(version: string): string {
  return version === 'latest' ? '*' : version
}
