import {
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type EC2Client,
  type LaunchPermission
} from '@aws-sdk/client-ec2'
import {adviceOnFailure} from '../aws/errors/explain.ts'
import {saidOf} from '../aws/errors/said.ts'
import {onceKnown} from '../aws/calls.ts'
import {UserError} from '../lib/errors.ts'
import type {RegionalImage} from '../aws/resources.ts'
import {neverAborted} from '../sweep/keep.ts'

/** Who may launch an image of this account. The organization and the unit are ARNs. */
export type Share = {readonly account: string} | {readonly organization: string} | {readonly unit: string}

/**
 * Lets others launch an image. Accounts may also make volumes of its snapshots, and so copy it; AWS does not offer that
 * to organizations and their units (EC2 user guide, "Share an AMI with organizations and organizational units").
 *
 * @throws {UserError} if AWS refuses
 */
export async function shareImage(
  ec2: EC2Client,
  image: RegionalImage,
  {shares, policies}: {readonly shares: readonly Share[]; readonly policies: string}
): Promise<void> {
  const Add = shares.map(permissionFor)
  const accounts = shares.flatMap((share) => ('account' in share ? [{UserId: share.account}] : []))
  try {
    const share = new ModifyImageAttributeCommand({ImageId: image.id, LaunchPermission: {Add}})
    await onceKnown(neverAborted, () => ec2.send(share))
    for (const SnapshotId of accounts.length > 0 ? image.snapshotIds : []) {
      const add = new ModifySnapshotAttributeCommand({SnapshotId, CreateVolumePermission: {Add: accounts}})
      await onceKnown(neverAborted, () => ec2.send(add))
    }
  } catch (error) {
    throw notShared(error, image, policies)
  }
}

function permissionFor(share: Share): LaunchPermission {
  if ('account' in share) return {UserId: share.account}
  return 'organization' in share ? {OrganizationArn: share.organization} : {OrganizationalUnitArn: share.unit}
}

function notShared(error: unknown, {id, region}: RegionalImage, policies: string): UserError {
  const otherwise =
    "Check 'share-with': an image that AWS's default key encrypts cannot be shared ('kms-key-id'), nor can one with an account or an organization that does not exist."
  return new UserError(
    `${id} in ${region} could not be shared: ${saidOf(error)}\n${adviceOnFailure(error, {policies, onlyPolicies: true, otherwise})}`,
    {cause: error}
  )
}
