import {adviceOnFailure, onItsLine} from '../aws/errors/explain.ts'
import {saidOf} from '../aws/errors/said.ts'
import {UserError} from '../lib/errors.ts'
import {namedAs} from './launch-template-versions.ts'
import type {GivenImage} from './launch-template-wish.ts'
import {again} from './newer.ts'

/** How far it has come. */
export interface Progress {
  /** The version that a new one is made from. */
  base?: number
  /** The versions that were made, the last one last. */
  readonly made: number[]
}

/** Explains what has failed, with the command that finishes it. */
export function notGiven(error: unknown, given: GivenImage, progress: Progress, region: string): UserError {
  const {wish, imageId} = given
  return new UserError(
    `The launch template ${wish.template} could not be given ${imageId}: ${saidOf(error)}${adviceFor(error)}\n${imageId} is kept. ${remedyFor(given, progress, region)}`,
    {cause: error}
  )
}

function remedyFor({wish, imageId, origin}: GivenImage, {base, made}: Progress, region: string): string {
  const {template, becomesDefault} = wish
  const [version] = made.slice(-1)
  if (version !== undefined && becomesDefault) {
    return `Version ${version} has it. Correct it, and then make that version the default one:\n${defaultCommand(template, version, region)}`
  }
  if (version !== undefined) {
    return `Version ${version} has it, and is the latest one. Correct the launch template, and make another version.`
  }
  if (base === undefined) return `Correct it, and then run the promote action with 'ami-id: ${imageId}'.`
  return (
    `Correct it, and then make the version yourself, or run ${again(origin)}:\n` +
    `aws ec2 create-launch-template-version --region ${region} ${namedAs(template)} --source-version ${base} --launch-template-data '{"ImageId":"${imageId}"}'` +
    (becomesDefault ? '\nThen make it the default one with modify-launch-template --default-version.' : '')
  )
}

export const defaultCommand = (template: string, version: number, region: string): string =>
  `aws ec2 modify-launch-template --region ${region} ${namedAs(template)} --default-version ${version}`

/** What to change, on a line of its own. Empty if the cause is not known. */
export function adviceFor(error: unknown): string {
  const policies = 'iam/launch-template-permissions.json has what launch-template needs'
  return onItsLine(adviceOnFailure(error, {policies, otherwise: ''}))
}
