import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {honourSessionPolicies, type Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import {subnetIdIn} from '../../rehearsal/cloud/ec2/state/network-plan.ts'
import {furnishProfile, profileName} from './instance-profile.ts'
import {minutes, onRealMachines} from '../rehearsal/machines/nspawn/on-real-machines.ts'
import {play, withCurrentPacker, withPacker} from './scenario.ts'

const [first = '', second = ''] = ['us-east-1a', 'us-east-1b'].map(subnetIdIn)
const privately = {'connect-via': 'private-ip', 'allowed-cidrs': 'auto', 'subnet-ids': first}
const bySession = {'connect-via': 'session-manager', 'instance-profile': profileName, 'subnet-ids': first}

withPacker((packer) => {
  it('bakes and tests over private addresses, from this machine’s own in the VPC', async () => {
    const run = await play(packer, {inputs: privately})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.log).toContain('The build and the smoke test can be reached from 127.0.0.1/32')
  })
})

withCurrentPacker((packer) => {
  it.each([
    ['t3.medium', 'unlimited'],
    ['m7i.large', undefined]
  ])('starts the build’s machine of the type %s with the credits: %s', async (type, expected) => {
    let credits: (string | undefined)[] = []
    const run = await play(packer, {
      inputs: {'instance-types': type},
      async afterwards({cloud}) {
        const {endpoint, region, administrator: credentials} = cloud
        const ec2 = new EC2({endpoint, region, credentials})
        const {InstanceCreditSpecifications = []} = await ec2.describeInstanceCreditSpecifications({})
        credits = InstanceCreditSpecifications.map(({CpuCredits}) => CpuCredits)
        ec2.destroy()
      }
    })
    expect(run).toMatchObject({exitCode: 0})
    expect(credits[0]).toBe(expected)
  })

  it('builds through Session Manager, with no port open to anybody', async () => {
    const run = await play(packer, {inputs: {...bySession, 'smoke-test': 'false'}, onCloud: furnishProfile})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'unverified'}})
    expect(run.changes).toContain('StartSession')
    expect(run.changes).not.toContain('AuthorizeSecurityGroupIngress')
  })
})

withPacker((packer) => {
  it('goes on to the next subnet when there is no capacity in the first, for the build and for the smoke test', async () => {
    const run = await play(packer, {
      inputs: {'subnet-ids': `${first}, ${second}`},
      shortages: {noCapacity: [{instanceType: 't3.medium', zone: 'us-east-1a'}]}
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.log.split(`No capacity for t3.medium in ${first}; trying t3.medium in ${second}`)).toHaveLength(3)
  })

  it.each([
    ['the first has no free address', {fullSubnets: ['us-east-1a']}, 'No free address for'],
    [
      'AWS ends the machines in the first while they start',
      {noCapacityAtStart: [{instanceType: 't3.medium', zone: 'us-east-1a'}]},
      'No capacity for'
    ]
  ])('goes on to the next subnet when %s, for the build and for the smoke test', async (_, shortages, warning) => {
    const run = await play(packer, {inputs: {'subnet-ids': `${first}, ${second}`}, shortages})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.log.split(`${warning} t3.medium in ${first}; trying t3.medium in ${second}`)).toHaveLength(3)
  })

  it('names the types that an account on the free plan takes, and bakes on one that was given as the second', async () => {
    const shortages = {freePlan: true} as const
    const refused = await play(packer, {shortages})
    expect(refused).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(refused.log).toContain("Set 'instance-types' to m7i-flex.large, c7i-flex.large: AWS lists them")
    const run = await play(packer, {inputs: {'instance-types': 't3.medium, m7i-flex.large'}, shortages})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
  })

  it('bakes in a named subnet where there is no default VPC', async () => {
    const run = await play(packer, {inputs: {'subnet-ids': second}, shortages: {defaultVpc: false}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
  })

  it('refuses a subnet that is not there before anything is made', async () => {
    const run = await play(packer, {inputs: {'subnet-ids': `${first}, subnet-0123456789abcdef0`}})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], changes: []})
    expect(run.log).toContain("Input 'subnet-ids': this account has no subnet subnet-0123456789abcdef0 in us-east-1")
  })

  it('names all that Session Manager lacks before AWS is asked anything', async () => {
    const run = await play(packer, {
      inputs: {template: '', 'connect-via': 'session-manager', 'allowed-cidrs': '10.0.0.0/8'}
    })
    expect(run).toMatchObject({exitCode: 1, calls: [], leftovers: []})
    expect(run.log).toContain("Input 'instance-profile': is missing: with connect-via: session-manager")
    expect(run.log).toContain("Input 'allowed-cidrs': has no effect")
  })

  it('tells before anything is made that the role may not hand over the profile’s, with the statement to add', async () => {
    const authorize: Authorize = (request) =>
      request.action === 'iam:PassRole' && request.principal.kind !== 'user'
        ? {
            allowed: false,
            resource: request.resources[0]?.arn ?? '*',
            because: 'because no identity-based policy allows the iam:PassRole action'
          }
        : honourSessionPolicies(request)
    const inputs = {template: '', 'instance-profile': profileName}
    const run = await play(packer, {inputs, authorize, onCloud: furnishProfile})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], changes: []})
    expect(run.log).toContain('- iam:PassRole on arn:aws:iam::123456789012:role/ROLE-OF-THE-INSTANCE-PROFILE')
    expect(run.log).toContain('{"Effect":"Allow","Action":"iam:PassRole"')
  })
})

onRealMachines('on real machines', () => {
  withCurrentPacker((packer) => {
    it(
      'verifies an image by what its machine reports of itself, when nobody can reach it',
      async () => {
        const run = await play(packer, {driver: 'nspawn', inputs: bySession, onCloud: furnishProfile})
        expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
        expect(run.changes).not.toContain('AuthorizeSecurityGroupIngress')
      },
      10 * minutes
    )

    it(
      'rejects an image whose machine reports of itself that Jenkins does not start',
      async () => {
        const setup = {'setup-script': join(import.meta.dirname, 'lost-licence.sh'), 'smoke-timeout': '30s'}
        const inputs = {...bySession, ...setup}
        const run = await play(packer, {driver: 'nspawn', inputs, onCloud: furnishProfile})
        expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected', deregistered: 'true'}})
        expect(run.log).toContain(
          'The image was rejected: Jenkins does not start on the machine of the smoke test: the licence is not at /run/licence'
        )
        expect(run.log).toContain('console │ cause: the licence is not at /run/licence')
        expect(run.log).not.toContain('bake-jenkins-ami-probe')
      },
      10 * minutes
    )
  })
})
