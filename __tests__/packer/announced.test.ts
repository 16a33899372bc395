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
    doubtfulKeyPairs: [],
    securityGroups: [ours],
    instanceProfiles: [],
    roles: [],
    instances: ['i-0123456789abcdef0'],
    launchTemplates: [],
    spot: false,
    copyRegions: [],
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

it('takes a key pair with a name of the template’s own for Packer’s only once Packer has got past it', () => {
  const keyPair = say('Creating temporary keypair: builder')
  expect(announcedBy(keyPair)).toMatchObject({keyPairs: [], doubtfulKeyPairs: ['builder']})
  const group = say(`Creating temporary security group for this instance: ${ours}`)
  expect(announcedBy([keyPair, group].join('\n'))).toMatchObject({keyPairs: ['builder'], doubtfulKeyPairs: []})
  const forged = [keyPair, say('Connected to SSH!'), group]
  expect(announcedBy(forged.join('\n'))).toMatchObject({keyPairs: [], doubtfulKeyPairs: ['builder']})
})

it('does not look for a name with a wildcard in it', () => {
  expect(announcedBy(say('Creating temporary keypair: *'))).toMatchObject({keyPairs: [], doubtfulKeyPairs: []})
})

it('ignores a group that is not one of Packer’s temporary ones', () => {
  expect(announcedBy(say('Creating temporary security group for this instance: production')).securityGroups).toEqual([])
})

it('knows the launch template of a spot instance, and that there may be one', () => {
  const launch = say('Launching a spot AWS instance...')
  expect(announcedBy(launch)).toMatchObject({spot: true, unfinished: true, launchTemplates: []})
  const made = say('Created Spot Fleet launch template: lt-0123456789abcdef0')
  expect(announcedBy([launch, made].join('\n')).launchTemplates).toEqual(['lt-0123456789abcdef0'])
})

it('knows the temporary instance profile and its role', () => {
  const name = 'packer-6740f1a0-1111-2222-3333-444455556666'
  const output = [
    say(`Creating temporary instance profile for this instance: ${name}`),
    say(`Creating temporary role for this instance: ${name}`)
  ]
  expect(announcedBy(output.join('\n'))).toMatchObject({instanceProfiles: [name], roles: [name]})
  expect(announcedBy(say('Creating temporary role for this instance: admin')).roles).toEqual([])
})

it('knows the regions that an image is copied to, although that comes late', () => {
  const output = [say('Connected to SSH!'), say('Copying to: eu-west-1'), say('Copying to: us-gov-west-1')]
  expect(announcedBy(output.join('\n'))).toMatchObject({copyRegions: ['eu-west-1', 'us-gov-west-1'], unfinished: true})
  expect(announcedBy(say('Copying to: http://169.254.169.254/')).copyRegions).toEqual([])
})

it('takes no more regions from an output than AWS may have', () => {
  const output = Array.from({length: 1_000}, (_, n) => say(`Copying to: xx-forged-${n % 100}`))
  expect(announcedBy(output.join('\n')).copyRegions.length).toBeLessThanOrEqual(50)
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
