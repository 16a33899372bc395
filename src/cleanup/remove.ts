import {
  type EC2Client,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  TerminateInstancesCommand
} from '@aws-sdk/client-ec2'
import type {Resource} from './ledger.ts'

/**
 * Asks AWS to remove one resource. Already gone counts as done.
 *
 * @throws what AWS answered otherwise: denied, in use, …
 */
export async function remove(ec2: EC2Client, {type, id}: Resource, abortSignal: AbortSignal): Promise<void> {
  try {
    await removers[type](ec2, id, {abortSignal})
  } catch (error) {
    // `InvalidInstanceID.NotFound`, `InvalidAMIID.Unavailable` (already deregistered), `InvalidGroup.NotFound`, …
    if (error instanceof Error && /\.NotFound$|^InvalidAMIID\.Unavailable$/.test(error.name)) return
    throw error
  }
}

const removers: Record<
  Resource['type'],
  (ec2: EC2Client, id: string, options: {abortSignal: AbortSignal}) => Promise<void>
> = {
  async instance(ec2, id, options) {
    await ec2.send(new TerminateInstancesCommand({InstanceIds: [id]}), options)
  },
  async image(ec2, id, options) {
    const {DeleteSnapshotResults = []} = await ec2.send(
      new DeregisterImageCommand({ImageId: id, DeleteAssociatedSnapshots: true}),
      options
    )
    // The call succeeds even where a snapshot could not be deleted; another image may share it, which is no failure.
    const kept = DeleteSnapshotResults.filter(
      ({ReturnCode}) => !['success', 'skipped'].includes(ReturnCode ?? 'success')
    )
    if (kept.length > 0)
      throw new Error(
        `${id} was deregistered, but ${kept.map((result) => `${result.SnapshotId}: ${result.ReturnCode}`).join(', ')}`
      )
  },
  async snapshot(ec2, id, options) {
    await ec2.send(new DeleteSnapshotCommand({SnapshotId: id}), options)
  },
  async volume(ec2, id, options) {
    await ec2.send(new DeleteVolumeCommand({VolumeId: id}), options)
  },
  async 'security-group'(ec2, id, options) {
    await ec2.send(new DeleteSecurityGroupCommand({GroupId: id}), options)
  },
  async 'key-pair'(ec2, id, options) {
    await ec2.send(new DeleteKeyPairCommand({KeyPairId: id}), options)
  }
}
