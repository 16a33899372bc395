import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

it('makes a snapshot of a root volume, a volume of the snapshot, and removes both', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud)
  const VolumeId = (await describeOne(ec2, id))?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? ''
  const {SnapshotId = '', State} = await ec2.createSnapshot({VolumeId, Description: 'mine'})
  expect(State).toBe('pending')
  const {Snapshots} = await ec2.describeSnapshots({SnapshotIds: [SnapshotId]})
  expect(Snapshots).toMatchObject([{State: 'completed', VolumeId, VolumeSize: 8, Description: 'mine'}])
  const AvailabilityZone = 'us-east-1a'
  await expect(ec2.createVolume({AvailabilityZone, SnapshotId, Size: 4})).rejects.toMatchObject(
    awsError('InvalidParameterValue')
  )
  const made = await ec2.createVolume({AvailabilityZone, SnapshotId, VolumeType: 'gp3'})
  expect(made).toMatchObject({State: 'creating', Size: 8, Iops: 3000})
  expect(cloud.leftovers()).toContainEqual({type: 'volume', id: made.VolumeId})
  await ec2.deleteVolume({VolumeId: made.VolumeId})
  await ec2.deleteSnapshot({SnapshotId})
  expect(cloud.leftovers().map(({type}) => type)).toEqual(['instance', 'volume'])
})

it('does not delete a volume in use, nor what is not there', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud)
  const VolumeId = (await describeOne(ec2, id))?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? ''
  await expect(ec2.deleteVolume({VolumeId})).rejects.toMatchObject(awsError('VolumeInUse'))
  const missing = '0123456789abcdef0'
  await expect(ec2.deleteVolume({VolumeId: `vol-${missing}`})).rejects.toMatchObject(awsError('InvalidVolume.NotFound'))
  await expect(ec2.deleteVolume({VolumeId: 'vol-x'})).rejects.toMatchObject(awsError('InvalidVolumeID.Malformed'))
  await expect(ec2.deleteSnapshot({SnapshotId: `snap-${missing}`})).rejects.toMatchObject(
    awsError('InvalidSnapshot.NotFound')
  )
  await expect(ec2.deleteSnapshot({SnapshotId: 'snap-x'})).rejects.toMatchObject(
    awsError('InvalidSnapshotID.Malformed')
  )
  await expect(ec2.createVolume({AvailabilityZone: 'us-east-1z', Size: 1})).rejects.toMatchObject(
    awsError('InvalidZone.NotFound')
  )
})
