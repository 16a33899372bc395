import {accessSync, constants} from 'node:fs'
import {duration, matching, optional, type Parse} from '../lib/parse.ts'
import {fileOf} from '../lib/paths.ts'
import type {ReadInput} from './aws.ts'

export interface SmokeInputs {
  readonly timeoutMs: number
  readonly userData: string
  /** The name of the instance profile of the test's machine. */
  readonly instanceProfile?: string
  /** The user's own check: an executable file. */
  readonly script?: string
  /** How long what was rejected is kept for a person who wants to look. 0: it is removed at once. */
  readonly keepFailedMs: number
  /**
   * Shell functions that read Jenkins's journal, for a machine that reports on its console: the shipped template's
   * `files/jenkins-log.sh`. Absent: the machine gets the user's own data alone.
   */
  readonly jenkinsLog?: string
}

/** The inputs that are about the smoke test alone. */
export const ofSmokeTest = ['smoke-user-data', 'smoke-instance-profile', 'smoke-script', 'keep-failed-for'] as const

export const profileName = matching(/^[A-Za-z0-9+=,.@_-]{1,128}$/, "an instance profile's name, not an ARN")

/** @param workspace where relative paths begin */
export function readSmoke(
  input: ReadInput<(typeof ofSmokeTest)[number] | 'smoke-timeout'>,
  workspace: string
): Omit<SmokeInputs, 'jenkinsLog'> {
  const instanceProfile = input('smoke-instance-profile', optional(profileName))
  const script = input('smoke-script', optional(executable(workspace)))
  return {
    timeoutMs: input('smoke-timeout', duration),
    userData: input('smoke-user-data', userData),
    ...(instanceProfile === undefined ? {} : {instanceProfile}),
    ...(script === undefined ? {} : {script}),
    keepFailedMs: input('keep-failed-for', (value) => (/^0[smh]?$/.test(value) ? 0 : duration(value)))
  }
}

function executable(workspace: string): Parse<string> {
  return (value) => {
    const file = fileOf(workspace)(value)
    try {
      accessSync(file, constants.X_OK)
    } catch (error) {
      throw new Error(
        `${value} is not executable; give it a first line such as #!/bin/sh, and run git update-index --chmod=+x ${value}`,
        {cause: error}
      )
    }
    return file
  }
}

/** EC2 takes 16 KB of user data, counted before its base64 encoding. */
function userData(value: string): string {
  if (Buffer.byteLength(value) > 16_384) throw new Error('is longer than the 16 KB that EC2 allows')
  return value
}
