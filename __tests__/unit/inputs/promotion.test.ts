import {describe, expect, it} from '@jest/globals'
import {defaults, type InputName} from '../../../src/inputs/defaults.ts'
import {parseKeys} from '../../../src/inputs/keys.ts'
import {readPromotion} from '../../../src/inputs/promotion.ts'
import {messageOf, type InputError} from '../../../src/lib/errors.ts'

const usual = {images: 1, shipped: true, makesImage: true, smokeTest: true, keepsImages: true, key: ''}

function read(given: Partial<Record<InputName, string>>, context: Partial<typeof usual> = {}) {
  const {images, shipped, key, ...others} = {...usual, ...context}
  const problems: InputError[] = []
  const promotion = readPromotion(
    (name, parse) => parse(given[name] ?? defaults[name]),
    {
      ...others,
      region: 'eu-west-1',
      keys: key === '' ? undefined : parseKeys(key),
      template: {names: {images}, shipped} as never
    },
    problems
  )
  return {promotion, problems: problems.map(messageOf)}
}

const nothing = {copies: [], shares: []}

it('is nothing by default', () => {
  expect(read({})).toEqual({promotion: nothing, problems: []})
})

describe('ssm-parameter', () => {
  it.each(['/jenkins/ami', 'jenkins-ami', '/a.b/c_d'])('takes the name %s', (name) => {
    expect(read({'ssm-parameter': name})).toEqual({promotion: {...nothing, parameter: name}, problems: []})
  })

  it.each(['/aws/ami', 'ssm-ami', '/jenkins/', 'a/b', '/jenkins/ami:3', 'x'.repeat(1012), '$(id)', '/a b'])(
    'refuses the name %s',
    (name) => {
      expect(() => read({'ssm-parameter': name})).toThrow('expected the name of a parameter, such as /jenkins/ami')
    }
  )

  it('refuses several images', () => {
    expect(read({'ssm-parameter': '/jenkins/ami'}, {images: 2}).problems).toEqual([
      expect.stringMatching(/names one image, and the template makes 2/)
    ])
  })
})

it.each<InputName>(['copy-to-regions', 'deprecate-after', 'ssm-parameter'])('refuses %s without a verdict', (name) => {
  const given = {[name]: {'copy-to-regions': 'us-east-1', 'deprecate-after': '7d'}[name as string] ?? '/jenkins/ami'}
  const of = (context: Partial<typeof usual>) => read(given, context).problems
  expect(of({smokeTest: false})).toEqual([expect.stringMatching(/without 'smoke-test' none is ever verified/)])
  expect(of({keepsImages: false})).toEqual([expect.stringMatching(/'deregister: always' none does/)])
})

describe('copy-to-regions', () => {
  it('takes each region once, with its key', () => {
    const {promotion, problems} = read(
      {'copy-to-regions': 'us-east-1, us-west-2\nus-east-1'},
      {key: 'us-east-1=alias/east\nus-west-2=mrk-0a1b\neu-west-1=alias/home'}
    )
    expect(problems).toEqual([])
    expect(promotion.copies).toEqual([
      {region: 'us-east-1', kmsKeyId: 'alias/east'},
      {region: 'us-west-2', kmsKeyId: 'mrk-0a1b'}
    ])
  })

  it.each(['alias/images', 'mrk-0a1b'])('takes the one key %s, which every region has', (key) => {
    expect(read({'copy-to-regions': 'us-east-1'}, {key})).toMatchObject({
      promotion: {copies: [{region: 'us-east-1', kmsKeyId: key}]},
      problems: []
    })
  })

  it('leaves a region without a key to its default key', () => {
    expect(read({'copy-to-regions': 'us-east-1'}).promotion.copies).toEqual([{region: 'us-east-1'}])
  })

  it.each<[string, Partial<Record<InputName, string>>, string, RegExp]>([
    ['the bake’s own region', {'copy-to-regions': 'eu-west-1'}, '', /has eu-west-1, where the image is baked/],
    [
      'a key of one region',
      {'copy-to-regions': 'us-east-1'},
      '0a1b-2c',
      /is a key of one region, and an image is made in each of eu-west-1, us-east-1/
    ],
    [
      'a key of another region',
      {},
      'arn:aws:kms:us-east-1:123456789012:key/0a-1b',
      /is a key of us-east-1, and the image is made in eu-west-1/
    ],
    ['a key of a region without an image', {}, 'us-east-1=alias/x', /has a key for us-east-1, where no image is made/]
  ])('refuses %s', (_, given, key, message) => {
    expect(read(given, {key}).problems).toEqual([expect.stringMatching(message)])
  })
})

describe('share-with', () => {
  const organization = 'arn:aws:organizations::123456789012:organization/o-0123456789'
  const unit = 'arn:aws:organizations::123456789012:ou/o-0123456789/ou-ab12-0123abcd'

  it('takes accounts, organizations and their units', () => {
    const {promotion} = read({'share-with': `210987654321\n${organization}\n${unit}`}, {key: 'alias/images'})
    expect(promotion.shares).toEqual([{account: '210987654321'}, {organization}, {unit}])
  })

  it.each(['12345', 'all', 'arn:aws:iam::123456789012:root', 'arn:aws:organizations::123456789012:account/o-1/1'])(
    'refuses %s',
    (value) => {
      expect(() => read({'share-with': value})).toThrow('expected account ids of 12 digits, or ARNs of')
    }
  )

  it('needs keys of one’s own for the shipped template’s image and its copies', () => {
    const given = {'share-with': '210987654321', 'copy-to-regions': 'us-east-1'}
    expect(read(given).problems).toEqual([
      expect.stringMatching(/may use in eu-west-1, us-east-1: images are encrypted/)
    ])
    expect(read(given, {key: 'eu-west-1=alias/a'}).problems).toEqual([expect.stringMatching(/may use in us-east-1:/)])
    expect(read(given, {key: 'alias/images'}).problems).toEqual([])
    expect(read(given, {shipped: false}).problems).toEqual([])
  })
})

describe('kms-key-id', () => {
  it('may be of the one region that an image is copied to', () => {
    const given = {'copy-to-regions': 'us-east-1'}
    expect(read(given, {key: 'arn:aws:kms:us-east-1:123456789012:key/0a-1b', makesImage: false}).problems).toEqual([])
    expect(read(given, {key: 'eu-west-1=alias/a', makesImage: false}).problems).toEqual([
      expect.stringMatching(/has a key for eu-west-1, where no image is made/)
    ])
  })

  it.each(['alias/aws/ebs', 'eu-west-1=alias/aws/ebs'])('cannot be %s where images are shared', (key) => {
    expect(read({'share-with': '210987654321'}, {key}).problems).toEqual([
      expect.stringMatching(/has AWS's own key alias\/aws\/ebs, which no other account can use/)
    ])
    expect(read({}, {key}).problems).toEqual([])
  })

  it.each(['alias/images', '0a1b', 'arn:aws:kms:eu-west-1:123456789012:key/0a-1b'])('takes the one key %s', (key) => {
    expect(parseKeys(key)).toEqual({only: key, byRegion: new Map()})
  })

  it.each([
    ['eu-west=alias/a', /expected one key, or lines such as eu-west-1=alias\/images/],
    ['eu-west-1=alias/a b', /expected one key, or lines/],
    ['eu-west-1=a\neu-west-1=b', /has two keys for one region/],
    ['eu-west-1=a;b', /expected a KMS key id/]
  ])('refuses %s', (value, message) => {
    expect(() => parseKeys(value)).toThrow(message)
  })
})
