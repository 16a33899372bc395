import {createHash} from 'node:crypto'
import {earlySummary} from '../../src/action/early-summary.ts'
import {promotionSummary} from '../../src/action/promotion-summary.ts'
import {cleanedUpSummary} from '../../src/action/post-summary.ts'
import {summaryOf} from '../../src/action/summary.ts'
import {sweepSummary} from '../../src/action/sweep-summary.ts'
import {tagKeys, tagsOfParts} from '../../src/aws/tags.ts'
import {recordedPackages} from '../../src/bake/package-record.ts'
import type {Outcome} from '../../src/bake/outcome.ts'
import {InputError, InputErrors, UserError} from '../../src/lib/errors.ts'
import type {Phase} from '../../src/lib/log.ts'
import type {InstalledPackages} from '../../src/packer/installed-packages.ts'

const env = {GITHUB_ACTION_REPOSITORY: 'OWNER/bake-jenkins-ami', GITHUB_ACTION_REF: 'v1'}

const source = {
  id: 'ami-0f1d2c3b4a5968778',
  name: 'debian-13-amd64-20261110-2293',
  rootDeviceName: '/dev/xvda',
  architecture: 'x86_64'
} as const

const image = {
  source: 'amazon-ebs.jenkins',
  architecture: 'x86_64',
  region: 'eu-west-1',
  id: 'ami-0123456789abcdef0',
  name: 'jenkins-2.568.2-20261122031507-4f1c',
  created: new Date('2026-11-22T03:19:40Z'),
  snapshotIds: ['snap-0123456789abcdef0'],
  gibibytes: 8,
  copies: [
    {
      region: 'us-east-1',
      id: 'ami-0fedcba9876543210',
      name: 'jenkins-2.568.2-20261122031507-4f1c',
      created: new Date('2026-11-22T03:24:40Z'),
      snapshotIds: []
    }
  ]
} as const

const observations = [
  {
    source: image.source,
    id: 'i-0123456789abcdef0',
    address: '203.0.113.20',
    instanceType: 't3.medium',
    history: [
      {state: 'booting', seconds: 9, detail: ''},
      {state: 'starting', seconds: 31, detail: ''},
      {state: 'ready', seconds: 58, detail: ''}
    ]
  }
] as const

function packagesOf(...versions: string[]): InstalledPackages {
  const list = versions.map((version) => ({name: 'lib', version: '1', architecture: 'amd64', source: version}))
  return {kind: 'deb', system: {id: 'debian', version: '13'}, packages: list}
}

const packagesBefore = packagesOf('glibc@2.41-12+deb13u1', 'openssl@3.5.1-1', 'zlib@1:1.3.dfsg+really1.3.1-1')
const packages = packagesOf('glibc@2.41-12+deb13u2', 'openssl@3.5.4-1~deb13u2', 'zlib@1:1.3.dfsg+really1.3.1-1')

const verified: Outcome = {
  region: 'eu-west-1',
  accountId: '123456789012',
  plan: {
    began: new Date('2026-11-22T03:15:07Z'),
    bakeId: '4f1c0123abcd',
    imageName: image.name,
    kindName: 'jenkins',
    source,
    templateImages: new Map([['amazon-ebs.jenkins', source]]),
    buildTypes: ['t3.medium'],
    machineTypes: {given: [], ofSources: new Map(), facts: new Map()},
    plugins: [],
    reach: {via: 'public-ip', cidrs: ['203.0.113.7/32'], subnetIds: [], doubtful: false},
    tags: {}
  },
  packerVersion: '1.16.0',
  images: [image],
  others: [],
  othersStay: false,
  buildType: 't3.medium',
  verdict: 'verified',
  jenkinsVersion: '2.568.2',
  smokeSeconds: 58.4,
  observations,
  packages,
  comparison: {
    last: {
      images: [{...image, id: 'ami-0a1b2c3d4e5f60718'}],
      created: new Date('2026-11-20T01:23:00Z'),
      tags: tagsOfParts(tagKeys.packages, recordedPackages(packagesBefore))
    },
    because: ['Jenkins 2.568.1 → 2.568.2', '3 plugins: git 5.7.0 → 5.8.0, mailer 489 → 490, ssh-slaves 3.1 → 3.2'],
    unseen: []
  },
  skipped: false,
  deregistered: false,
  leftovers: []
}

const phases: Phase[] = [
  {name: 'Credentials', seconds: 0.4},
  {name: 'Plan', seconds: 1.7},
  {name: 'Compare', seconds: 0.3},
  {name: 'Preflight', seconds: 1.2},
  {name: 'Install Packer', seconds: 2.6},
  {name: 'Build', seconds: 268},
  {name: 'Smoke test', seconds: 60.2},
  {name: 'Promote', seconds: 0.8},
  {name: 'Copy', seconds: 292},
  {name: 'Hand over', seconds: 2.1},
  {name: 'Sweep', seconds: 33.5}
]
const upTo = (last: string): Phase[] => [
  ...phases.slice(0, phases.findIndex(({name}) => name === last) + 1),
  ...phases.slice(-1)
]

const inputs = ['role-to-assume: arn:aws:iam::123456789012:role/bake-jenkins-ami', 'jenkins-plugins: plugins.txt']

const outOfMemory =
  'Jenkins does not start on the machine of the smoke test: java.lang.OutOfMemoryError: Java heap space (Jenkins began to start and stopped again, several times; see the console)\n' +
  "What to change: choose a larger machine with 'instance-types', or a larger heap.\n" +
  'See docs/troubleshooting.md#jenkins-out-of-memory.'

const buildFailure =
  'The build failed in the script setup.sh.\n' +
  "What to change: the script's last lines say what it lacked; correct it, or the packages that it installs.\n" +
  'E: Unable to locate package maven3\n' +
  'Script exited with non-zero exit status: 100\n' +
  'See docs/troubleshooting.md#build-failed.'

const lost = {tags: {'bake-jenkins-ami:bake': '0b5e1c2d3f4a'}, created: undefined, state: 'running'} as const

const parameter = {
  name: '/jenkins/ami',
  now: image.id,
  previous: 'ami-0a1b2c3d4e5f60718',
  dataType: 'aws:ec2:image'
} as const

/** A summary of each way to end, by its name. */
export function examples(): Readonly<Record<string, string>> {
  const {jenkinsVersion: _, smokeSeconds: __, observations: ___, images: ____, packages: _____, ...made} = verified
  const failed: Outcome = {...made, images: [], verdict: 'unverified', failure: new UserError(buildFailure)}
  const rejected: Outcome = {
    ...made,
    images: [{...image, copies: []}],
    packages,
    observations,
    verdict: 'rejected',
    reason: outOfMemory,
    evidence:
      'jenkins.service: Main process exited, code=exited, status=1/FAILURE\njava.lang.OutOfMemoryError: Java heap space',
    deregistered: true
  }
  return {
    verified: summaryOf({...verified, parameter}, phases, {env, inputs}),
    rejected: summaryOf(rejected, upTo('Smoke test'), {env, inputs}),
    failed: summaryOf(failed, upTo('Build'), {env, inputs}),
    inputs: earlySummary(
      'Nothing was made',
      new InputErrors([
        new InputError('jenkins-verison', "is not an input of this action; did you mean 'jenkins-version'?"),
        new InputError('java-version', '"12" is not allowed; expected one of 17, 21, 25')
      ]),
      env
    ),
    'cut-off': cleanedUpSummary(
      {
        bakeId: '4f1c0123abcd',
        region: 'eu-west-1',
        folder: '/',
        main: {pid: 1, startTime: '1'},
        began: verified.plan.began.toISOString()
      },
      {kept: [], forALook: []},
      false
    ),
    promoted: promotionSummary(
      {
        region: 'eu-west-1',
        accountId: '123456789012',
        image: {...image, tags: {}, isEncrypted: true},
        leftovers: [],
        parameter
      },
      {shares: [], copies: []},
      env
    ),
    sweep: sweepSummary(
      {
        swept: [
          {type: 'instance', id: 'i-0a9b8c7d6e5f40312', bake: '0b5e1c2d3f4a', outcome: 'removed', reason: ''},
          {type: 'security-group', id: 'sg-0a9b8c7d6e5f40312', bake: '0b5e1c2d3f4a', outcome: 'removed', reason: ''}
        ],
        unseen: [],
        kept: [
          {resource: {type: 'volume', id: 'vol-0a9b8c7d6e5f40312', ...lost}, why: 'it expires at 2026-11-22T06:15:07Z'}
        ],
        retired: [],
        staying: [],
        problem: undefined
      },
      'eu-west-1',
      '123456789012',
      env
    )
  }
}

/** By which it is told whether a picture shows what its summary is now. */
export function digests(): Readonly<Record<string, string>> {
  const digest = (markdown: string): string => createHash('sha256').update(markdown).digest('hex')
  return Object.fromEntries(Object.entries(examples()).map(([name, markdown]) => [name, digest(markdown)]))
}
