import {expect, it} from '@jest/globals'
import {filtered, list} from '../../../../../rehearsal/cloud/ec2/descriptions/listing.ts'
import {awsError, launch, startTestCloud} from '../../test-cloud.ts'

const things = [
  {name: 'one', Tags: [{Key: 'bake', Value: 'a'}]},
  {name: 'two', Tags: [{Key: 'bake', Value: ''}]},
  {name: 'three', Tags: [{Key: 'other', Value: 'a'}]},
  {name: 't*', Tags: []}
]
const table = {name: (thing: {readonly name: string}) => thing.name}
const names = (Name: string, ...Values: string[]) => filtered(things, [{Name, Values}], table).map(({name}) => name)

it('filters by values with wildcards, and by tags', () => {
  expect(names('name', 'one', 'two')).toEqual(['one', 'two'])
  expect(names('name', 't*')).toEqual(['two', 'three', 't*'])
  expect(names('name', 't??')).toEqual(['two'])
  expect(names('name', String.raw`t\*`)).toEqual(['t*'])
  expect(names('name', 'ONE')).toEqual([])
  expect(names('tag:bake', '*')).toEqual(['one', 'two'])
  expect(names('tag:bake', '?')).toEqual(['one'])
  expect(names('tag-key', 'b*', 'other')).toEqual(['one', 'two', 'three'])
})

it('wants every filter to match', () => {
  const both = [
    {Name: 'name', Values: ['t*']},
    {Name: 'tag-key', Values: ['bake']}
  ]
  expect(filtered(things, both, table)).toEqual([things[1]])
})

it('refuses a filter that it does not know', () => {
  expect(() => names('constructor', 'x')).toThrow("The filter 'constructor' is invalid")
})

it('answers in pages, and refuses a token that it did not give', () => {
  const rules = {filters: table, limits: {least: 2, most: 3}}
  const first = list(things, {MaxResults: 3}, rules)
  expect(first.items).toHaveLength(3)
  const second = list(things, {MaxResults: 3, NextToken: first.NextToken}, rules)
  expect(second).toEqual({items: [things[3]], NextToken: undefined})
  expect(list(things, {}, rules).items).toHaveLength(4)
  expect(() => list(things, {NextToken: 'mine'}, rules)).toThrow('pagination token')
  expect(() => list(things, {MaxResults: 1}, rules)).toThrow('from 2 to 3')
  expect(() => list(things, {MaxResults: 2}, {...rules, byId: true})).toThrow('cannot be used')
})

it('pages through instances for the SDK', async () => {
  const {ec2, cloud} = await startTestCloud()
  for (let i = 0; i < 7; i += 1) await launch(ec2, cloud)
  const first = await ec2.describeInstances({MaxResults: 5})
  expect(first.Reservations).toHaveLength(5)
  const second = await ec2.describeInstances({MaxResults: 5, NextToken: first.NextToken})
  expect(second.Reservations).toHaveLength(2)
  expect(second.NextToken).toBeUndefined()
  await expect(ec2.describeInstances({Filters: [{Name: 'colour', Values: ['red']}]})).rejects.toMatchObject(
    awsError('InvalidParameterValue')
  )
})
