import {EC2} from '@aws-sdk/client-ec2'
import type {LocalCloud} from '../../rehearsal/index.ts'

/** The names of the tags on every image and snapshot of the account's own, each thing's in a list. */
export async function productTags({cloud}: Pick<LocalCloud, 'cloud'>): Promise<string[][]> {
  const ec2 = new EC2({endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.administrator})
  try {
    const {Images = []} = await ec2.describeImages({Owners: ['self']})
    const {Snapshots = []} = await ec2.describeSnapshots({OwnerIds: ['self']})
    return [...Images, ...Snapshots].map(({Tags = []}) => Tags.flatMap(({Key = ''}) => Key).toSorted())
  } finally {
    ec2.destroy()
  }
}
