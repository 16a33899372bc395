import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {parse} from 'yaml'
import {promoteDefaults, readPromoteInputs} from '../../../src/inputs/promote.ts'

interface ActionFile {
  readonly inputs: Readonly<Record<string, {readonly default?: string}>>
}

const image = 'ami-0123456789abcdef0'
const read = (given: Readonly<Record<string, string>>) =>
  readPromoteInputs({AWS_REGION: 'eu-west-1'}, (name) => given[name] ?? '')

it('has the defaults that promote/action.yml declares', () => {
  const file = readFileSync(join(import.meta.dirname, '../../../promote/action.yml'), 'utf8')
  const {inputs} = parse(file) as ActionFile
  const declared = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']))
  expect(declared).toEqual(promoteDefaults)
})

it('takes an image and what is to be done with it', () => {
  const {imageId, promotion, timeoutMs} = read({
    'ami-id': image,
    'copy-to-regions': 'eu-central-1',
    'kms-key-id': 'eu-central-1=alias/images',
    'ssm-parameter': '/jenkins/ami'
  })
  expect({imageId, timeoutMs}).toEqual({imageId: image, timeoutMs: 3_600_000})
  expect(promotion).toEqual({
    copies: [{region: 'eu-central-1', kmsKeyId: 'alias/images'}],
    shares: [],
    parameter: '/jenkins/ami'
  })
})

it.each([
  [{'ami-id': image, 'ssm-parameter': '/a', 'kms-key-id': 'alias/a'}, "is for the copies that 'copy-to-regions' makes"],
  [{'ami-id': image}, 'say what is to be done with the image'],
  [{'ssm-parameter': '/jenkins/ami'}, "'ami-id'"],
  [{'ami-id': 'jenkins', 'ssm-parameter': '/jenkins/ami'}, 'the id of an image'],
  [{'ami-id': image, 'copy-to-regions': 'eu-west-1'}, 'where the image is baked'],
  [{'ami-id': image, 'ssm-parameter': '/jenkins/ami', timeout: '5 minutes'}, "'timeout'"],
  [
    {'ami-id': image, 'launch-template-default': 'false', 'ssm-parameter': '/a'},
    "about the version that 'launch-template' gets"
  ]
])('refuses %j', (given, message) => {
  expect(() => read(given)).toThrow(message)
})
