import {
  type EC2Client,
  CancelSpotInstanceRequestsCommand,
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  DisableImageDeregistrationProtectionCommand,
  TerminateInstancesCommand
} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import type {Resource, ResourceType} from '../aws/resources.ts'

type Ec2Type = Exclude<ResourceType, 'instance-profile' | 'role'>

/**
 * Asks AWS to remove one resource. Already gone counts as done.
 *
 * @throws what AWS answered otherwise: denied, in use, …
 */
export async function remove(account: Account, resource: Resource, abortSignal: AbortSignal): Promise<void> {
  const {type, id, region} = resource
  try {
    if (type === 'instance-profile' || type === 'role') await account.iam().remove(resource, abortSignal)
    else await removers[type](region === undefined ? account.ec2 : account.inRegion(region), id, {abortSignal})
  } catch (error) {
    // `InvalidInstanceID.NotFound`, `InvalidLaunchTemplateId.NotFound`, `NoSuchEntityException`, …
    if (error instanceof Error && /\.NotFound$|^NoSuchEntity/.test(error.name)) return
    throw error
  }
}

const removers: Record<Ec2Type, (ec2: EC2Client, id: string, options: {abortSignal: AbortSignal}) => Promise<void>> = {
  async instance(ec2, id, options) {
    await ec2.send(new TerminateInstancesCommand({InstanceIds: [id]}), options)
  },
  async 'spot-request'(ec2, id, options) {
    await ec2.send(new CancelSpotInstanceRequestsCommand({SpotInstanceRequestIds: [id]}), options)
  },
  async 'launch-template'(ec2, id, options) {
    await ec2.send(new DeleteLaunchTemplateCommand({LaunchTemplateId: id}), options)
  },
  // Its snapshots are removed one by one after it: DeleteAssociatedSnapshots would also delete the user's own.
  async image(ec2, id, options) {
    try {
      await ec2.send(new DeregisterImageCommand({ImageId: id}), options)
    } catch (error) {
      // The template has protected it (deregistration_protection).
      if (!(error instanceof Error && error.name === 'OperationNotPermitted')) throw error
      await ec2.send(new DisableImageDeregistrationProtectionCommand({ImageId: id}), options)
      await ec2.send(new DeregisterImageCommand({ImageId: id}), options)
    }
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
