import {describe, expect, it} from '@jest/globals'
import {announcedBy, announcedIn, Announcements, type Announced} from '../../../src/packer-output/created.ts'

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
    volumes: [],
    launchTemplates: [],
    spot: false,
    copyRegions: [],
    products: [],
    hints: [],
    hidesCopies: false,
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
    say('Connected to SSH!'),
    print(`Creating temporary keypair: ${theirs}`),
    print('Launching a source AWS instance...'),
    print(`Creating temporary security group for this instance: ${theirs}`),
    print('Instance ID: i-0123456789abcdef0'),
    print('x\\n==> amazon-ebs.other: Creating temporary keypair: ' + theirs)
  ].join('\n')
  expect(announcedBy(output)).toMatchObject({keyPairs: [ours], securityGroups: [], instances: [], unfinished: false})
})

it('takes what may be the machine’s for no more than a hint', () => {
  const output = [
    say(`Creating temporary keypair: ${ours}`),
    say('Connected to SSH!'),
    print('Instance ID: i-0123456789abcdef0'),
    say('Creating snapshot of EBS Volume vol-0123456789abcdef0...'),
    print('AMI: ami-0123456789abcdef0'),
    print('AMI: *')
  ].join('\n')
  expect(announcedBy(output)).toMatchObject({
    instances: [],
    hints: [
      {type: 'instance', id: 'i-0123456789abcdef0'},
      {type: 'volume', id: 'vol-0123456789abcdef0'},
      {type: 'image', id: 'ami-0123456789abcdef0'}
    ]
  })
  const many = Array.from({length: 1_000}, (_, n) => print(`AMI: ami-${String(n).padStart(8, '0')}`))
  expect(announcedBy(many.join('\n')).hints.length).toBeLessThanOrEqual(50)
})

it('knows the volumes that amazon-ebsvolume tells before it connects, and takes what it tells later for a hint', () => {
  const output = [
    say('Found Image ID: ami-01234567'),
    say("Deleting 'run_volume_tags' on EBS Volumes: vol-01234567%!(PACKER_COMMA) vol-12345678"),
    print('Applying tags to EBS Volume: vol-01234567'),
    say('Connected to SSH!'),
    print('Applying tags to EBS Volume: vol-0aaaaaaa'),
    say('Created Volumes: EBS Volumes were created:\\n==> amazon-ebs.jenkins: us-east-1:vol-0bbbbbbb')
  ].join('\n')
  expect(announcedBy(output)).toMatchObject({
    volumes: ['vol-01234567', 'vol-12345678'],
    hints: [{type: 'volume', id: 'vol-0bbbbbbb'}]
  })
})

it('has the volumes of amazon-ebsvolume looked at when their tags are off, and not when a machine says so', () => {
  const announcements = new Announcements()
  const hintsOf = (line: string): unknown => announcements.hear(line).announced.hints
  announcements.hear(say('Found Image ID: ami-01234567'))
  announcements.hear(say('Launching a source AWS instance...'))
  announcements.hear(print('Instance ID: i-01234567'))
  expect(hintsOf(say("Deleting 'run_volume_tags' on EBS Volumes: vol-01234567"))).toEqual([])
  expect(hintsOf(say('Tagging EBS volumes...'))).toEqual([
    {type: 'instance', id: 'i-01234567'},
    {type: 'volume', id: 'vol-01234567'}
  ])
  announcements.hear(say('Connected to SSH!'))
  expect(hintsOf(say('Tagging EBS volumes...'))).toEqual([])
})

it('reads what Packer reports at its end on lines that no machine can write', () => {
  const output = [
    say('Connected to SSH!'),
    print(
      '1%!(PACKER_COMMA)amazon-ebs.jenkins%!(PACKER_COMMA)artifact%!(PACKER_COMMA)0%!(PACKER_COMMA)id%!(PACKER_COMMA)us-east-1:ami-06666666'
    ),
    '1,Jenkins, nightly.amazon-ebs.x,artifact,0,id,us-east-1:ami-01234567%!(PACKER_COMMA)eu-west-1:ami-12345678'
  ].join('\n')
  expect(announcedBy(output).products.map(({region, id}) => `${region} ${id}`)).toEqual([
    'us-east-1 ami-01234567',
    'eu-west-1 ami-12345678'
  ])
})

describe('two builds of one name', () => {
  const both = [
    say('Found Image ID: ami-01234567'),
    say('Found Image ID: ami-01234567'),
    say(`Creating temporary keypair: ${ours}`),
    say(`Creating temporary keypair: ${theirs}`),
    say('Launching a source AWS instance...'),
    say('Launching a source AWS instance...')
  ]

  it('have two of everything', () => {
    const ids = ['i-0123456789abcdef0', 'i-0aaaaaaaaaaaaaaaa']
    const output = [...both, ...ids.map((id) => say(`Instance ID: ${id}`))].join('\n')
    expect(announcedBy(output)).toMatchObject({keyPairs: [ours, theirs], instances: ids, unfinished: false})
  })

  it('are both launching until both have an instance', () => {
    const one = [...both, say('Instance ID: i-0123456789abcdef0')].join('\n')
    expect(announcedBy(one)).toMatchObject({unfinished: true, untraceable: false})
  })

  it('are heard one after the other, but not while a machine of that name may speak', () => {
    const first = [
      say('Found Image ID: ami-01234567'),
      say(`Creating temporary keypair: ${ours}`),
      say('Connected to SSH!')
    ]
    const second = say(`Creating temporary keypair: ${theirs}`)
    const end = "1,,ui,say,Build 'amazon-ebs.jenkins' finished after 2 seconds."
    expect(announcedBy([...first, second].join('\n')).keyPairs).toEqual([ours])
    expect(announcedBy([...first, end, second].join('\n')).keyPairs).toEqual([ours, theirs])
    const other = say('Found Image ID: ami-01234567')
    expect(announcedBy([other, ...first, end, second].join('\n')).keyPairs).toEqual([ours])
  })
})

// HCL2's `build { name }`, and "name" in legacy JSON (hashicorp/packer#3937).
it.each([
  'Jenkins controller.amazon-ebs.x',
  'a: b.amazon-ebs.x',
  'Köln.amazon-ebs.x',
  `it's "here"`,
  'x (y)',
  'a, b',
  '==> x'
])('hears a build called %j, and not its machine', (name) => {
  const own = [
    `1,,ui,say,==> ${name.replaceAll(',', '%!(PACKER_COMMA)')}: Prevalidating any provided VPC information`,
    say(`Creating temporary keypair: ${ours}`, name.replaceAll(',', '%!(PACKER_COMMA)')),
    say('Launching a source AWS instance...', name.replaceAll(',', '%!(PACKER_COMMA)'))
  ]
  expect(announcedBy(own.join('\n'))).toMatchObject({keyPairs: [ours], unfinished: true})
  const forged = [
    say('Connected to SSH!', name.replaceAll(',', '%!(PACKER_COMMA)')),
    say(`x: Creating temporary keypair: ${theirs}`, name.replaceAll(',', '%!(PACKER_COMMA)')),
    say(`==> x.y: Prevalidating any provided VPC information`, name.replaceAll(',', '%!(PACKER_COMMA)'))
  ]
  expect(announcedBy([...own, ...forged].join('\n')).keyPairs).toEqual([ours])
})

describe('a launch with a key pair of the user’s own that AWS refuses', () => {
  const launch = say('Launching a source AWS instance...')
  const error = (text: string): string => `1,,ui,error,==> amazon-ebs.jenkins: ${text}`
  const failed =
    'Error launching source instance: operation error EC2: RunInstances%!(PACKER_COMMA) https response error StatusCode:'

  it.each([
    [
      'for its words',
      `${failed} 400%!(PACKER_COMMA) api error InvalidKeyPair.NotFound: The key pair 'x' does not exist`
    ],
    ['for the lack of capacity', `${failed} 500%!(PACKER_COMMA) api error InsufficientInstanceCapacity: there is none`],
    ['for a quota', `${failed} 400%!(PACKER_COMMA) api error VcpuLimitExceeded: You have requested more`],
    [
      'and an old SDK',
      'Error launching source instance: InvalidKeyPair.NotFound: x\\n==> amazon-ebs.jenkins: \tstatus code: 400%!(PACKER_COMMA) request id: 1'
    ],
    [
      'as a fleet',
      'Error waiting for fleet request (fleet-1): errors: Error code: InsufficientInstanceCapacity%!(PACKER_COMMA) Error Message: none'
    ]
  ])('has made nothing: %s', (_, text) => {
    expect(announcedBy([launch, error(text)].join('\n'))).toMatchObject({unfinished: false, untraceable: false})
  })

  it.each([
    ['the answer was lost', `${failed} 0%!(PACKER_COMMA) connection reset by peer`],
    ['AWS was unavailable', `${failed} 503%!(PACKER_COMMA) api error Unavailable: later`],
    [
      'keys have expired between attempts',
      `${failed} 400%!(PACKER_COMMA) api error RequestExpired: Request has expired.`
    ]
  ])('may have made something where %s', (_, text) => {
    expect(announcedBy([launch, error(text)].join('\n'))).toMatchObject({unfinished: true, untraceable: true})
  })

  it('is no word of the machine’s', () => {
    const output = [launch, say('Connected to SSH!'), error(`${failed} 400`)].join('\n')
    expect(announcedBy(output).unfinished).toBe(true)
  })
})

it('takes a key pair with a name of the template’s own for Packer’s only once Packer has got past it', () => {
  const keyPair = say('Creating temporary keypair: builder')
  expect(announcedBy(keyPair)).toMatchObject({keyPairs: [], doubtfulKeyPairs: ['builder']})
  const group = say(`Creating temporary security group for this instance: ${ours}`)
  expect(announcedBy([keyPair, group].join('\n'))).toMatchObject({keyPairs: ['builder'], doubtfulKeyPairs: []})
  const forged = [keyPair, say('Connected to SSH!'), group]
  expect(announcedBy(forged.join('\n'))).toMatchObject({keyPairs: [], doubtfulKeyPairs: ['builder']})
})

it('no longer knows a build that has finished by a name that the template chose, which anybody may use by then', () => {
  const group = say(`Creating temporary security group for this instance: ${ours}`)
  const finished = `1,,ui,say,Build 'amazon-ebs.jenkins' finished after 2 minutes.`
  const after = (name: string) =>
    announcedBy([say(`Creating temporary keypair: ${name}`), group, finished].join('\n')).keyPairs
  expect(after('builder')).toEqual([])
  expect(after(ours)).toEqual([ours])
})

it('takes what no build says for no announcement', () => {
  const output = `1,,ui,say,Creating temporary keypair: ${ours}\n1,,ui,say,AMI: ami-0123456789abcdef0`
  expect(announcedBy(output)).toMatchObject({keyPairs: [], hints: []})
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
  const output = [
    say('Connected to SSH!'),
    say('Copying to: eu-west-1'),
    say('Copying to: us-gov-west-1'),
    say('Copying to: eusc-de-east-1')
  ]
  expect(announcedBy(output.join('\n'))).toMatchObject({
    copyRegions: ['eu-west-1', 'us-gov-west-1', 'eusc-de-east-1'],
    unfinished: true
  })
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

describe('regions that a machine names', () => {
  const forged = Array.from({length: 60}, (_, n) => print(`Copying to: aa-fake-${n}`))
  const heard = (announcements: Announcements, lines: readonly string[]): Announced => {
    lines.forEach((line) => announcements.hear(line))
    return announcedIn([announcements])
  }

  it('are none where the template may copy to is known', () => {
    const announcements = new Announcements(new Set(['eu-west-1', 'eu-west-2']))
    const output = [say('Connected to SSH!'), ...forged, say('Copying to: eu-west-1'), say('Copying to: eu-west-1')]
    expect(heard(announcements, output).copyRegions).toEqual(['eu-west-1'])
    expect(heard(new Announcements(new Set()), forged)).toMatchObject({copyRegions: [], unfinished: false})
  })

  it('do not take the place of those that Packer names when the machine has been stopped', () => {
    const output = [say('Connected to SSH!'), ...forged, say('Copying to: eu-west-1')]
    const {copyRegions} = heard(new Announcements(), output)
    expect(copyRegions).toHaveLength(50)
    expect(copyRegions).toContain('eu-west-1')
  })
})

it.each([
  [`Creating temporary security group for this instance: ${theirs}`, [ours]],
  ['Launching a source AWS instance...', [ours]],
  ['Launching a spot AWS instance...', [ours]],
  ['Error creating temporary keypair: UnauthorizedOperation', undefined],
  ['Using existing SSH private key', undefined]
])('knows whether Packer has its key pair where it says: %s', (text, expected) => {
  const announcements = new Announcements()
  expect(announcements.hear(say(`Creating temporary keypair: ${ours}`)).announced.madeKeyPairs).toBeUndefined()
  expect(announcements.hear(say(text, 'amazon-ebs.other')).announced.madeKeyPairs).toBeUndefined()
  expect(announcements.hear(say(text)).announced.madeKeyPairs).toEqual(expected)
})
