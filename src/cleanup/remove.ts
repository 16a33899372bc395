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
    // `InvalidInstanceID.NotFound`, `InvalidGroup.NotFound`, …
    if (error instanceof Error && error.name.endsWith('.NotFound')) return
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
  // Its snapshots are removed one by one after it: DeleteAssociatedSnapshots would take those along that are the user's own.
  async image(ec2, id, options) {
    await ec2.send(new DeregisterImageCommand({ImageId: id}), options)
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
