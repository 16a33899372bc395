import type {Outcome} from '../../src/bake/outcome.ts'

const source = {
  id: 'ami-0aaaaaaaaaaaaaaaa',
  name: 'debian-13-amd64',
  rootDeviceName: '/dev/xvda',
  architecture: 'x86_64'
} as const

/** A run that went well; tests change what they are about. */
export const verified: Outcome = {
  region: 'eu-west-1',
  accountId: '123456789012',
  plan: {
    began: new Date('2026-11-22T12:00:00Z'),
    bakeId: '0123456789ab',
    imageName: 'jenkins-2.568.2-20261122-0123',
    kindName: 'jenkins',
    source,
    templateImages: new Map([['amazon-ebs.jenkins', source]]),
    buildTypes: ['t3.medium'],
    machineTypes: {given: [], ofSources: new Map(), facts: new Map()},
    jenkins: {version: '2.568.2', repositoryUrl: 'https://pkg.jenkins.io/debian-stable'},
    plugins: [],
    reach: {via: 'public-ip', cidrs: ['203.0.113.7/32'], subnetIds: [], doubtful: false},
    tags: {}
  },
  packerVersion: '1.16.0',
  images: [
    {
      source: 'amazon-ebs.jenkins',
      architecture: 'x86_64',
      region: 'eu-west-1',
      id: 'ami-0bbbbbbbbbbbbbbbb',
      name: 'jenkins-2.568.2-20261122-0123',
      created: new Date('2026-11-22T12:00:00Z'),
      snapshotIds: ['snap-0ccccccccccccccc'],
      gibibytes: 8,
      copies: []
    }
  ],
  others: [],
  othersStay: false,
  buildType: 't3.medium',
  verdict: 'verified',
  jenkinsVersion: '2.568.2',
  smokeSeconds: 41.26,
  skipped: false,
  deregistered: false,
  leftovers: []
}
