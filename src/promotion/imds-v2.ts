import {ModifyImageAttributeCommand, type EC2Client} from '@aws-sdk/client-ec2'
import {onceKnown} from '../aws/calls.ts'
import {neverAborted} from '../sweep/keep.ts'

/** Lets machines of an image answer IMDSv2 alone. AWS offers no way back, so that it waits for the verdict. */
export async function demandImdsV2(ec2: EC2Client, imageId: string): Promise<void> {
  const command = new ModifyImageAttributeCommand({ImageId: imageId, ImdsSupport: {Value: 'v2.0'}})
  await onceKnown(neverAborted, () => ec2.send(command))
}
