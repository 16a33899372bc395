import {expect, it} from '@jest/globals'
import {gaps, type Answered, type Gap} from '../../../../rehearsal/trials/independent/gaps.ts'

const fieldsOf = (fields: Record<string, string>): URLSearchParams => new URLSearchParams(fields)

/** What is asked again after an answer, by an implementation that answers as moto 5.2.5 does. */
async function closed(fields: Record<string, string>, first: Answered, answers: Readonly<Record<string, string>> = {}) {
  const sent: Record<string, string>[] = []
  const send = async (again: URLSearchParams): Promise<Answered> => {
    sent.push(Object.fromEntries(again))
    return {status: 200, body: answers[again.get('Action') ?? ''] ?? ''}
  }
  const hit: Gap[] = []
  for (const gap of gaps) if (await gap.close(fieldsOf(fields), first, send)) hit.push(gap)
  return {sent, hit}
}

const launch = {
  Action: 'RunInstances',
  'BlockDeviceMapping.1.DeviceName': '/dev/xvda',
  'BlockDeviceMapping.1.Ebs.Encrypted': 'true',
  'BlockDeviceMapping.2.Ebs.SnapshotId': 'snap-1'
}
const noSize = {
  status: 400,
  body: '<Error><Code>MissingParameter</Code><Message>The request must contain the parameter size or snapshotId</Message></Error>'
}

it('adds a size to the mapping that has none, and to no other', async () => {
  const {sent} = await closed(launch, noSize)
  expect(sent).toEqual([{...launch, 'BlockDeviceMapping.1.Ebs.VolumeSize': '15'}])
})

it('tags the snapshots of a new image with what was meant for them', async () => {
  const fields = {
    Action: 'CreateImage',
    InstanceId: 'i-1',
    'TagSpecification.1.ResourceType': 'image',
    'TagSpecification.1.Tag.1.Key': 'a',
    'TagSpecification.2.ResourceType': 'snapshot',
    'TagSpecification.2.Tag.1.Key': 'b',
    'TagSpecification.2.Tag.1.Value': 'c'
  }
  const {sent} = await closed(
    fields,
    {status: 500, body: '<!doctype html>'},
    {CreateImage: '<imageId>ami-1</imageId>', DescribeImages: '<imageId>ami-1</imageId><snapshotId>snap-1</snapshotId>'}
  )
  expect(sent).toEqual([
    {
      Action: 'CreateImage',
      InstanceId: 'i-1',
      'TagSpecification.1.ResourceType': 'image',
      'TagSpecification.1.Tag.1.Key': 'a'
    },
    expect.objectContaining({Action: 'DescribeImages', 'ImageId.1': 'ami-1'}),
    expect.objectContaining({Action: 'CreateTags', 'ResourceId.1': 'snap-1', 'Tag.1.Key': 'b', 'Tag.1.Value': 'c'})
  ])
})

it('finds images by a filter that there is not', async () => {
  const images =
    '<item><imageId>ami-1</imageId><snapshotId>snap-1</snapshotId></item><item><imageId>ami-2</imageId><snapshotId>snap-2</snapshotId></item>'
  const fields = {
    Action: 'DescribeImages',
    'Owner.1': 'self',
    'Filter.1.Name': 'block-device-mapping.snapshot-id',
    'Filter.1.Value.1': 'snap-2'
  }
  const {sent} = await closed(fields, {status: 500, body: ''}, {DescribeImages: images})
  expect(sent).toEqual([
    {Action: 'DescribeImages', 'Owner.1': 'self'},
    {
      Action: 'DescribeImages',
      'Owner.1': 'self',
      'Filter.1.Name': 'image-id',
      'Filter.1.Value.1': 'none',
      'Filter.1.Value.2': 'ami-2'
    }
  ])
})

it('deletes a key pair by the name that belongs to its id, also when it has tags', async () => {
  const pairs = ['1', '2'].map(
    (n) =>
      `<item><keyPairId>key-${n}</keyPairId><tagSet><item><key>a</key></item></tagSet><keyName>name-${n}</keyName></item>`
  )
  const deletion = {Action: 'DeleteKeyPair', KeyPairId: 'key-2'}
  const {sent} = await closed(deletion, {status: 200, body: ''}, {DescribeKeyPairs: pairs.join('')})
  expect(sent.at(-1)).toMatchObject({Action: 'DeleteKeyPair', KeyName: 'name-2'})
  expect((await closed({...deletion, KeyPairId: 'key-3'}, {status: 200, body: ''})).hit).toEqual([])
})

it.each([
  [launch, {status: 200, body: '<instanceId>i-1</instanceId>'}],
  [launch, {status: 400, body: '<Code>InvalidAMIID.NotFound</Code>'}],
  [
    {Action: 'CreateImage', 'TagSpecification.1.ResourceType': 'snapshot'},
    {status: 200, body: ''}
  ],
  [
    {Action: 'DescribeImages', 'Filter.1.Name': 'source-image-id'},
    {status: 200, body: ''}
  ],
  [
    {Action: 'DescribeImages', 'Filter.1.Name': 'name'},
    {status: 500, body: ''}
  ],
  [
    {Action: 'DeleteKeyPair', KeyName: 'name'},
    {status: 200, body: ''}
  ]
])('leaves alone what shows no gap: %j %j', async (fields, first) => {
  expect(await closed(fields as Record<string, string>, first)).toEqual({sent: [], hit: []})
})
