import {expect, it} from '@jest/globals'
import {awsError, launch, startTestCloud} from '../test-cloud.ts'

it('adds, overwrites, describes and deletes tags', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud, {
    TagSpecifications: [{ResourceType: 'instance', Tags: [{Key: 'a', Value: '1'}]}]
  })
  const tagsOf = async () =>
    (await ec2.describeTags({Filters: [{Name: 'resource-id', Values: [id]}]})).Tags?.map(({Key, Value}) => [Key, Value])
  await ec2.createTags({
    Resources: [id],
    Tags: [
      {Key: 'a', Value: '2'},
      {Key: 'b', Value: ''}
    ]
  })
  expect(await tagsOf()).toEqual([
    ['a', '2'],
    ['b', '']
  ])
  await ec2.deleteTags({Resources: [id], Tags: [{Key: 'a', Value: '1'}, {Key: 'b'}]})
  expect(await tagsOf()).toEqual([['a', '2']])
  await ec2.deleteTags({Resources: [id]})
  expect(await tagsOf()).toEqual([])
})

it('refuses tags that AWS refuses', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud)
  const put = (Key: string, Value = '', resource = id) => ec2.createTags({Resources: [resource], Tags: [{Key, Value}]})
  await expect(put('aws:x')).rejects.toMatchObject(awsError('InvalidParameterValue'))
  await expect(put('x'.repeat(129))).rejects.toMatchObject(awsError('InvalidParameterValue'))
  await expect(put('x', 'x'.repeat(257))).rejects.toMatchObject(awsError('InvalidParameterValue'))
  await expect(put('x', '', 'nonsense')).rejects.toMatchObject(awsError('InvalidID'))
  await expect(put('x', '', 'snap-0123456789abcdef0')).rejects.toMatchObject(awsError('InvalidSnapshot.NotFound'))
  const many = Array.from({length: 51}, (_, index) => ({Key: `k${index}`, Value: ''}))
  await expect(ec2.createTags({Resources: [id], Tags: many})).rejects.toMatchObject(awsError('TagLimitExceeded'))
})
