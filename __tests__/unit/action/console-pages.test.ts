import {expect, it} from '@jest/globals'
import {imagePage} from '../../../src/action/console-pages.ts'

const id = 'ami-0123456789abcdef0'

it.each([
  ['eu-west-1', 'eu-west-1.console.aws.amazon.com'],
  ['ap-southeast-7', 'ap-southeast-7.console.aws.amazon.com'],
  ['us-gov-west-1', 'console.amazonaws-us-gov.com'],
  ['cn-north-1', 'console.amazonaws.cn'],
  ['eusc-de-east-1', 'console.amazonaws-eusc.eu']
])('has a page for an image in %s', (region, host) => {
  expect(imagePage({region, id}, {})).toBe(`https://${host}/ec2/home?region=${region}#ImageDetails:imageId=${id}`)
})

it.each([
  ['a region without a public console', {region: 'us-iso-east-1', id}, {}],
  ['a region that is none', {region: 'evil.example/x', id}, {}],
  ['an id that is none', {region: 'eu-west-1', id: 'ami-0)'}, {}],
  ['another AWS', {region: 'eu-west-1', id}, {AWS_ENDPOINT_URL: 'http://127.0.0.1:4566'}],
  ['another EC2', {region: 'eu-west-1', id}, {AWS_ENDPOINT_URL_EC2: 'https://vpce-1.ec2.example'}]
])('has none for %s', (_, image, env) => {
  expect(imagePage(image, env)).toBeUndefined()
})
