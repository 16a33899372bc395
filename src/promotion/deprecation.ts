import {EnableImageDeprecationCommand, type EC2Client} from '@aws-sdk/client-ec2'
import {adviceOnFailure} from '../aws/errors/explain.ts'
import {saidOf} from '../aws/errors/said.ts'
import {onceKnown} from '../aws/calls.ts'
import {UserError} from '../lib/errors.ts'
import type {RegionalImage} from '../aws/resources.ts'
import {neverAborted} from '../sweep/keep.ts'

/**
 * Deprecates an image from a date on: it still launches, and searches leave it out.
 *
 * @throws {UserError} if AWS refuses
 */
export async function deprecateImage(
  ec2: EC2Client,
  {id, region}: RegionalImage,
  {at, policies}: {readonly at: Date; readonly policies: string}
): Promise<void> {
  try {
    await onceKnown(neverAborted, () => ec2.send(new EnableImageDeprecationCommand({ImageId: id, DeprecateAt: at})))
  } catch (error) {
    throw new UserError(
      `No deprecation could be set for ${id} in ${region}: ${saidOf(error)}\n${adviceOnFailure(error, {policies, onlyPolicies: true})}`,
      {cause: error}
    )
  }
}
