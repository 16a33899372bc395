import {type EC2Client, CreateTagsCommand, DeleteTagsCommand, ModifyImageAttributeCommand} from '@aws-sdk/client-ec2'
import {resourcesOf, type BakedImage} from './images.ts'
import {tagKeys} from './tags.ts'

/**
 * Gives out a verified image: machines launched from it demand IMDSv2 (irreversible, which is why it waits for the
 * verdict), it says that it was verified and with which Jenkins, and no janitor takes it for a leftover any more.
 */
export async function promote(ec2: EC2Client, image: BakedImage, jenkinsVersion: string): Promise<void> {
  await ec2.send(new ModifyImageAttributeCommand({ImageId: image.id, ImdsSupport: {Value: 'v2.0'}}))
  await keep(ec2, image, {[tagKeys.verified]: new Date().toISOString(), [tagKeys.jenkins]: jenkinsVersion})
}

/** Marks an image as one that stays, with more tags where there are any. */
export async function keep(
  ec2: EC2Client,
  image: BakedImage,
  moreTags: Readonly<Record<string, string>> = {}
): Promise<void> {
  const Resources = resourcesOf(image).map(({id}) => id)
  const Tags = Object.entries(moreTags).map(([Key, Value]) => ({Key, Value}))
  if (Tags.length > 0) await ec2.send(new CreateTagsCommand({Resources, Tags}))
  await ec2.send(new DeleteTagsCommand({Resources, Tags: [{Key: tagKeys.expires}]}))
}
