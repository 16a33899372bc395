import {DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client, type Image} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {tagKeys} from '../../../src/aws/tags.ts'
import {verifiedImage} from '../../../src/promotion/verified-image.ts'
import {accountOf} from '../../helpers/test-account.ts'

const bakeId = '0123456789ab'
const id = 'ami-0123456789abcdef0'
const {signal} = new AbortController()
const tagged = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
const good = {
  [tagKeys.bake]: bakeId,
  [tagKeys.verified]: '2026-11-27T00:00:00.000Z',
  [tagKeys.began]: '2026-11-26T00:00:00.000Z',
  team: 'ci'
}

const image = (more: Partial<Image> = {}): Image => ({
  ImageId: id,
  Name: 'jenkins',
  State: 'available',
  CreationDate: '2026-11-27T00:00:00.000Z',
  BlockDeviceMappings: [{Ebs: {SnapshotId: 'snap-own'}}, {Ebs: {SnapshotId: 'snap-of-others'}}],
  Tags: tagged(good),
  ...more
})

/** Answers with these whatever is asked for. */
function region(images: readonly Image[]): EC2Client {
  const client = new EC2Client({region: 'eu-west-1'})
  mockClient(client)
    .on(DescribeImagesCommand)
    .resolves({Images: [...images]})
    .on(DescribeSnapshotsCommand)
    .resolves({
      Snapshots: [
        {SnapshotId: 'snap-own', Tags: tagged(good), StartTime: new Date('2026-11-26T12:00:00Z')},
        // Packer puts the bake's tags on it, too (hashicorp/packer#4653).
        {SnapshotId: 'snap-of-others', Tags: tagged(good), StartTime: new Date('2026-11-25T12:00:00Z')}
      ]
    })
  return client
}

const found = (home: readonly Image[], elsewhere: readonly Image[] = []) =>
  verifiedImage(
    accountOf(region(home), {region: 'eu-west-1', others: {'eu-central-1': region(elsewhere)}}),
    {id, regions: elsewhere.length > 0 ? ['eu-central-1'] : []},
    signal
  )

it('finds an image with the snapshots that its bake made, and its copies', async () => {
  const later = {...good, [tagKeys.bake]: 'ba9876543210', [tagKeys.origin]: bakeId}
  const copy = image({
    ImageId: 'ami-copy',
    SourceImageId: 'ami-before-encryption',
    BlockDeviceMappings: [],
    Tags: tagged(later)
  })
  const strangers = [
    image({ImageId: 'ami-1', SourceImageId: id, Tags: tagged({...good, [tagKeys.bake]: 'ba9876543210'})}),
    image({ImageId: 'ami-2', SourceImageId: id, Tags: tagged({...good, [tagKeys.expires]: 'soon'})}),
    image({ImageId: 'ami-3', SourceImageId: id, State: 'pending'}),
    image({ImageId: 'ami-5', SourceImageId: id, Tags: tagged({...good, [tagKeys.source]: 'amazon-ebs.other'})}),
    image({ImageId: 'ami-4', SourceImageId: id, Tags: tagged({[tagKeys.bake]: bakeId})})
  ]
  expect(await found([image()], [...strangers, copy])).toMatchObject({
    id,
    region: 'eu-west-1',
    tags: good,
    snapshotIds: ['snap-own'],
    copies: [{id: 'ami-copy', region: 'eu-central-1', snapshotIds: []}]
  })
})

it.each([
  ['is no image of this account in eu-west-1', []],
  ['is no image of this account', [image({ImageId: 'ami-another'})]],
  ['cannot be promoted: its state is disabled', [image({State: 'disabled'})]],
  ['was not verified by a bake', [image({Tags: tagged({[tagKeys.bake]: bakeId})})]],
  ['was not verified by a bake', [image({Tags: tagged({[tagKeys.verified]: 'yes'})})]],
  ['its bake has not ended yet', [image({Tags: tagged({...good, [tagKeys.expires]: 'soon'})})]]
])('refuses one that %s', async (message, images) => {
  await expect(found(images)).rejects.toThrow(message)
})
