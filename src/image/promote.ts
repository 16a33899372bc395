import {type EC2Client, CreateTagsCommand, DeleteTagsCommand, ModifyImageAttributeCommand} from '@aws-sdk/client-ec2'
import {onceKnown} from '../ec2/consistency.ts'
import {resourcesOf, type RegionalImage} from './images.ts'
import {tagKeys} from './tags.ts'

/** What is given out must not be half given out: a cancel does not interrupt it. */
const never = new AbortController().signal

/**
 * Gives out a verified image: machines launched from it demand IMDSv2 (irreversible, which is why it waits for the
 * verdict), it says that it was verified and with which Jenkins, and no janitor takes it for a leftover any more.
 */
export async function promote(
  ec2: EC2Client,
  image: RegionalImage,
  bakeId: string | undefined,
  jenkinsVersion: string
): Promise<void> {
  const demandImdsV2 = new ModifyImageAttributeCommand({ImageId: image.id, ImdsSupport: {Value: 'v2.0'}})
  await onceKnown(never, () => ec2.send(demandImdsV2))
  await keep(ec2, image, bakeId, {[tagKeys.verified]: new Date().toISOString(), [tagKeys.jenkins]: jenkinsVersion})
}

/**
 * Marks an image as one that stays, with more tags where there are any: it carries the bake's tag, also where the
 * template has set none, and no expiry. So the janitor can tell it from what an expired instance left behind.
 *
 * @param bakeId undefined for an image that was there before the bake
 */
export async function keep(
  ec2: EC2Client,
  image: RegionalImage,
  bakeId: string | undefined,
  moreTags: Readonly<Record<string, string>> = {}
): Promise<void> {
  const Resources = resourcesOf(image, image.region).map(({id}) => id)
  const tags = {...(bakeId === undefined ? {} : {[tagKeys.bake]: bakeId}), ...moreTags}
  const Tags = Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
  if (Tags.length > 0) await onceKnown(never, () => ec2.send(new CreateTagsCommand({Resources, Tags})))
  await onceKnown(never, () => ec2.send(new DeleteTagsCommand({Resources, Tags: [{Key: tagKeys.expires}]})))
}
