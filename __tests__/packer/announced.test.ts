import {expect, it} from '@jest/globals'
import {announcedBy} from '../../src/packer/announced.ts'

const ours = 'packer_6740f1a0-1111-2222-3333-444455556666'
const theirs = 'packer_6740f1a0-9999-9999-9999-999999999999'
const say = (text: string, build = 'amazon-ebs.jenkins'): string => `1,,ui,say,==> ${build}: ${text}`
const print = (text: string): string => `1,,ui,message,    amazon-ebs.jenkins: ${text}`

it('knows the names that Packer announces before it makes something', () => {
  const output = [
    say(`Creating temporary keypair: ${ours}`),
    say(`Creating temporary security group for this instance: ${ours}`),
    say('Launching a source AWS instance...'),
    print('Instance ID: i-0123456789abcdef0')
  ].join('\n')
  expect(announcedBy(output)).toEqual({
    keyPairs: [ours],
    securityGroups: [ours],
    instances: ['i-0123456789abcdef0'],
    unfinished: false,
    untraceable: false
  })
})

it('keeps the builds of one template apart', () => {
  const output = [
    say(`Creating temporary keypair: ${ours}`, 'a.x'),
    say(`Creating temporary keypair: ${theirs}`, 'a.y')
  ]
  expect(announcedBy(output.join('\n')).keyPairs).toEqual([ours, theirs])
})

it('believes nothing that the machine under construction may have printed', () => {
  const output = [
    say(`Creating temporary keypair: ${ours}`),
    print(`Creating temporary keypair: ${theirs}`),
    say('Connected to SSH!'),
    print(`Creating temporary security group for this instance: ${theirs}`),
    print('Instance ID: i-0123456789abcdef0'),
    print('x\\n==> amazon-ebs.other: Creating temporary keypair: ' + theirs)
  ].join('\n')
  expect(announcedBy(output)).toMatchObject({keyPairs: [ours], securityGroups: [], instances: []})
})

it('ignores a name that is not one of Packer’s temporary names', () => {
  expect(announcedBy(say('Creating temporary keypair: production')).keyPairs).toEqual([])
})

it.each([
  ['a launch', 'Launching a source AWS instance...'],
  ['an image', 'Creating AMI jenkins-1 from instance i-0123456789abcdef0']
])('notices %s whose id was never told', (_, text) => {
  expect(announcedBy(say(text)).unfinished).toBe(true)
})

it('takes the tagging of an image for no image', () => {
  expect(
    announcedBy([say('Creating AMI n from instance i-1'), print('AMI: ami-1'), say('Creating AMI tags')].join('\n'))
      .unfinished
  ).toBe(false)
})

it('notices a launch that nothing unique was announced for', () => {
  const launch = say('Launching a source AWS instance...')
  expect(announcedBy(launch).untraceable).toBe(true)
  expect(announcedBy([launch, print('Instance ID: i-0123456789abcdef0')].join('\n')).untraceable).toBe(false)
  expect(announcedBy([say(`Creating temporary keypair: ${ours}`), launch].join('\n')).untraceable).toBe(false)
})
