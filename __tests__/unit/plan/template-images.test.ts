import {DescribeImagesCommand, EC2Client, type Image} from '@aws-sdk/client-ec2'
import {describe, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {commonTo, templateImages, type TemplateImage} from '../../../src/plan/template-images.ts'
import type {ImageQuery, TemplateSource} from '../../../src/template/sources.ts'

const image: Image = {
  ImageId: 'ami-0aaaaaaaaaaaaaaaa',
  Name: 'debian-13-amd64-20260101',
  OwnerId: '136693071363',
  Architecture: 'x86_64',
  CreationDate: '2026-01-01T00:00:00.000Z'
}
const late = '2026-11-01T00:00:00.000Z'
const others: Image[] = [
  {...image, ImageId: 'ami-0bbbbbbbbbbbbbbbb', OwnerId: '123456789012', CreationDate: late},
  {...image, ImageId: 'ami-0cccccccccccccccc', Name: 'ubuntu', CreationDate: late}
]

const readParameter = async (name: string) => {
  if (name !== '/base') throw new Error('ParameterNotFound')
  return 'ami-0aaaaaaaaaaaaaaaa'
}

const signal = new AbortController().signal

/** @param reads how its source_ami reads the variable of that name */
function builder({
  name = 'amazon-ebs.own',
  query,
  reads
}: {
  name?: string
  query?: ImageQuery | undefined
  reads?: 'alone' | 'among others'
}): TemplateSource {
  const isVariable = (): boolean => reads === 'alone'
  return {name, imageQuery: () => query, isVariable, reads: () => reads !== undefined} as unknown as TemplateSource
}

const given = {
  id: 'ami-0eeeeeeeeeeeeeeee',
  name: 'debian-13-amd64',
  rootDeviceName: '/dev/xvda',
  architecture: 'x86_64',
  loginUser: 'admin',
  packages: 'deb'
} as const

/** @param query as a source of a template spells it out */
async function found(query: ImageQuery, images: Image[]): Promise<string | undefined> {
  return (await look(query, images))?.id
}

async function look(query: ImageQuery, images: Image[]): Promise<TemplateImage | undefined> {
  const ec2 = new EC2Client({region: 'us-east-1'})
  mockClient(ec2).on(DescribeImagesCommand).resolves({Images: images})
  const known = await templateImages({ec2, readParameter}, {sources: [builder({query})], given: undefined}, signal)
  return known.get('amazon-ebs.own')
}

it.each<[string, ImageQuery]>([
  ['an id', {id: 'ami-0aaaaaaaaaaaaaaaa'}],
  ['a parameter', {parameter: '/base'}],
  ['an owner and a name', {owners: ['136693071363'], filters: [['name', ['other', 'debian-13-amd64-*']]]}]
])('takes no other image than was asked for by %s', async (_, query) => {
  expect(await found(query, [...others, image])).toBe(image.ImageId)
  expect(await found(query, others)).toBeUndefined()
})

it('takes the newest where it cannot compare', async () => {
  const query: ImageQuery = {owners: ['amazon'], filters: [['name', ['debian-1?-*']]]}
  expect(await found(query, [image, {...image, ImageId: 'ami-0dddddddddddddddd', CreationDate: late}])).toBe(
    'ami-0dddddddddddddddd'
  )
})

it('asks for deprecated images where the template does', async () => {
  const ec2 = new EC2Client({region: 'us-east-1'})
  const calls = mockClient(ec2)
    .on(DescribeImagesCommand)
    .resolves({Images: [image]})
  const query: ImageQuery = {owners: ['136693071363'], filters: [['name', ['debian-13-*']]]}
  for (const one of [query, {...query, includeDeprecated: true} as const]) {
    await templateImages({ec2, readParameter}, {sources: [builder({query: one})], given: undefined}, signal)
  }
  const asked = {Owners: ['136693071363'], Filters: [{Name: 'name', Values: ['debian-13-*']}]}
  expect(calls.commandCalls(DescribeImagesCommand).map(({args}) => args[0].input)).toEqual([
    asked,
    {...asked, IncludeDeprecated: true}
  ])
})

it('knows no image of a parameter that cannot be read', async () => {
  expect(await found({parameter: '/other'}, [image])).toBeUndefined()
})

it('knows what the image says of its machine', async () => {
  const query: ImageQuery = {id: 'ami-0aaaaaaaaaaaaaaaa'}
  expect(await look(query, [{...image, Architecture: 'arm64', RootDeviceName: '/dev/sda1'}])).toEqual({
    id: 'ami-0aaaaaaaaaaaaaaaa',
    name: 'debian-13-amd64-20260101',
    architecture: 'arm64',
    rootDeviceName: '/dev/sda1',
    loginUser: 'admin',
    packages: 'deb'
  })
  expect(await look(query, [{...image, OwnerId: '123456789012'}])).toEqual({
    id: 'ami-0aaaaaaaaaaaaaaaa',
    name: 'debian-13-amd64-20260101',
    architecture: 'x86_64'
  })
})

it('knows the image of builders with one name only if it is the same', async () => {
  const ec2 = new EC2Client({region: 'us-east-1'})
  mockClient(ec2)
    .on(DescribeImagesCommand)
    .resolves({Images: [image, ...others]})
  const idOf = async (...queries: (ImageQuery | undefined)[]) => {
    const sources = queries.map((query) => builder({query}))
    const images = await templateImages({ec2, readParameter}, {sources, given: undefined}, signal)
    return images.get('amazon-ebs.own')?.id
  }
  const [one, other] = [{id: 'ami-0aaaaaaaaaaaaaaaa'}, {id: 'ami-0cccccccccccccccc'}]
  expect(await idOf(one, one)).toBe(one.id)
  expect(await idOf(one, other)).toBeUndefined()
  expect(await idOf(one, undefined)).toBeUndefined()
  expect(await idOf(undefined, one)).toBeUndefined()
})

it('gives its own image only to the builders that ask for it', async () => {
  const ec2 = new EC2Client({region: 'us-east-1'})
  mockClient(ec2)
    .on(DescribeImagesCommand)
    .resolves({Images: [image]})
  const sources = [
    builder({name: 'amazon-ebs.ours', reads: 'alone'}),
    builder({name: 'amazon-ebs.perhaps', reads: 'among others'}),
    builder({name: 'amazon-ebs.own', query: {id: 'ami-0aaaaaaaaaaaaaaaa'}})
  ]
  const images = await templateImages({ec2, readParameter}, {sources, given}, signal)
  expect([...images].map(([name, {id}]) => [name, id])).toEqual([
    ['amazon-ebs.ours', given.id],
    ['amazon-ebs.own', 'ami-0aaaaaaaaaaaaaaaa']
  ])
})

describe('what source images have in common', () => {
  const ours = builder({name: 'amazon-ebs.ours', reads: 'alone'})
  const perhaps = builder({name: 'amazon-ebs.perhaps', reads: 'among others'})
  const ubuntu = builder({name: 'amazon-ebs.ubuntu'})
  const unknown = builder({name: 'amazon-ebs.unknown'})
  const images = new Map<string, TemplateImage>([
    ['amazon-ebs.ours', given],
    ['amazon-ebs.ubuntu', {...given, id: 'ami-0ffffffffffffffff', loginUser: 'ubuntu'}]
  ])
  const loginUser = (...sources: TemplateSource[]) => commonTo(sources, {images, given}, (one) => one.loginUser)

  it('is known where all builders bake on one image', () => {
    expect(loginUser(ours, ours)).toBe('admin')
    expect(loginUser(ours, perhaps)).toBe('admin')
    expect(loginUser(ubuntu)).toBe('ubuntu')
  })

  it('is nothing where they differ', () => {
    expect(loginUser(ours, ubuntu)).toBeUndefined()
    expect(commonTo([ours, ubuntu], {images, given}, (one) => one.architecture)).toBe('x86_64')
  })

  it('is nothing where one is not known', () => {
    expect(loginUser(ours, unknown)).toBeUndefined()
    expect(loginUser(unknown, ubuntu)).toBeUndefined()
  })

  it('is what the action gives where the template has no builder to be seen', () => {
    expect(loginUser()).toBe('admin')
    expect(commonTo([], {images: new Map(), given: undefined}, (one) => one.loginUser)).toBeUndefined()
  })
})
