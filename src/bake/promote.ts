import {type EC2Client, ModifyImageAttributeCommand} from '@aws-sdk/client-ec2'
import {onceKnown} from '../aws/consistency.ts'
import {tagKeys} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import {resourcesOf, type RegionalImage} from '../packer/images.ts'
import {neverAborted, putTags, takeExpiryOff} from '../sweep/keep.ts'

/**
 * Makes a verified image ready to be given out: machines launched from it demand IMDSv2 (irreversible, which is why it waits for the
 * verdict), and it says that it was verified and with which Jenkins. It still has its expiry: {@link keep} comes last.
 *
 * @param bakeId undefined for an image that was there before the bake
 */
export async function promote(
  ec2: EC2Client,
  image: RegionalImage,
  bakeId: string | undefined,
  jenkinsVersion: string
): Promise<void> {
  const demandImdsV2 = new ModifyImageAttributeCommand({ImageId: image.id, ImdsSupport: {Value: 'v2.0'}})
  await onceKnown(neverAborted, () => ec2.send(demandImdsV2))
  await mark(ec2, image, bakeId, {[tagKeys.verified]: awsTime(ec2).toISOString(), [tagKeys.jenkins]: jenkinsVersion})
}

/**
 * Puts the bake's tag on an image and its snapshots, also where the template has set none, and more tags where there are any.
 *
 * @param bakeId undefined for an image that was there before the bake
 */
export async function mark(
  ec2: EC2Client,
  image: RegionalImage,
  bakeId: string | undefined,
  moreTags: Readonly<Record<string, string>> = {}
): Promise<void> {
  const tags = {...(bakeId === undefined ? {} : {[tagKeys.bake]: bakeId}), ...moreTags}
  await putTags(
    ec2,
    idsOf(image),
    Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
  )
}

/** Takes the expiry off an image and its snapshots: the last that is done to them. */
export async function keep(ec2: EC2Client, image: RegionalImage): Promise<void> {
  await takeExpiryOff(ec2, idsOf(image))
}

const idsOf = (image: RegionalImage): string[] => resourcesOf(image, image.region).map(({id}) => id)
