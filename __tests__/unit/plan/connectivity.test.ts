import {DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client} from '@aws-sdk/client-ec2'
import {beforeEach, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {planReach, type ReachInputs} from '../../../src/plan/connectivity.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const ec2 = mockClient(EC2Client)
const never = new AbortController().signal
const subnetIds = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb']
const [one, other] = subnetIds.map((SubnetId) => ({SubnetId, VpcId: 'vpc-0aaaaaaaaaaaaaaaa'}))
const vpc = {VpcId: 'vpc-0aaaaaaaaaaaaaaaa', CidrBlock: '10.1.0.0/16', IsDefault: true}
const otherVpc = {VpcId: 'vpc-0bbbbbbbbbbbbbbbb', CidrBlock: '10.2.0.0/16', IsDefault: false}

beforeEach(() => {
  ec2.reset()
  ec2.on(DescribeSubnetsCommand).resolves({Subnets: [one ?? {}, other ?? {}]})
  ec2.on(DescribeVpcsCommand).resolves({Vpcs: [vpc]})
})

interface Runner {
  /** As the internet sees it. */
  readonly shows?: string
  /** As the VPC does. */
  readonly sends?: string
}

function plan(inputs: Partial<ReachInputs>, {shows, sends}: Runner = {}, log = recordingLog()) {
  const all: ReachInputs = {via: 'public-ip', allowedCidrs: 'auto', subnetIds: [], ...inputs}
  const read = () => (shows ? Promise.resolve(`${shows}\n`) : Promise.reject(new Error('no way to the internet')))
  const source = () => (sends ? Promise.resolve(sends) : Promise.reject(new Error('connect ENETUNREACH')))
  return planReach(all, {ec2: new EC2Client({}), region: 'eu-west-1', read, source, log}, never)
}

it('lets in this runner’s public address, and asks AWS nothing about the default VPC', async () => {
  expect(await plan({}, {shows: '203.0.113.7'})).toEqual({
    via: 'public-ip',
    cidrs: ['203.0.113.7/32'],
    subnetIds: [],
    doubtful: false
  })
  expect(ec2.calls()).toEqual([])
})

it('knows the VPC of the subnets, where the group is made', async () => {
  expect(await plan({subnetIds}, {shows: '203.0.113.7'})).toMatchObject({subnetIds, vpcId: vpc.VpcId})
})

it('names every subnet that is not there', async () => {
  ec2.on(DescribeSubnetsCommand).resolves({Subnets: []})
  await expect(plan({subnetIds})).rejects.toThrow(
    `Input 'subnet-ids': this account has no subnet ${subnetIds.join(', ')} in eu-west-1`
  )
})

it('refuses subnets of different VPCs', async () => {
  ec2.on(DescribeSubnetsCommand).resolves({Subnets: [one ?? {}, {...other, VpcId: 'vpc-0bbbbbbbbbbbbbbbb'}]})
  await expect(plan({subnetIds})).rejects.toThrow(
    "Input 'subnet-ids': must be in one VPC, because the bake makes one security group for them: subnet-0aaaaaaaaaaaaaaaa in vpc-0aaaaaaaaaaaaaaaa, subnet-0bbbbbbbbbbbbbbbb in vpc-0bbbbbbbbbbbbbbbb"
  )
})

it('lets in the address that this runner has inside the VPC', async () => {
  const reach = await plan({via: 'private-ip', subnetIds}, {sends: '10.1.2.3'})
  expect(reach).toMatchObject({cidrs: ['10.1.2.3/32'], doubtful: false})
})

it.each([{sends: '172.17.0.2'}, {}])('does not guess what a VPC sees of a runner outside: %j', async (runner) => {
  await expect(plan({via: 'private-ip', subnetIds}, runner)).rejects.toThrow(
    /^This runner has no address in vpc-0aaaaaaaaaaaaaaaa \(10\.1\.0\.0\/16\): it sends from (172\.17\.0\.2|connect ENETUNREACH)\. .*'allowed-cidrs'/
  )
})

it('takes the default VPC for a private address when no subnet is named, and says when there is none', async () => {
  expect(await plan({via: 'private-ip'}, {sends: '10.1.2.3'})).not.toHaveProperty('vpcId')
  ec2.on(DescribeVpcsCommand).resolves({Vpcs: []})
  await expect(plan({via: 'private-ip'}, {sends: '10.1.2.3'})).rejects.toThrow(
    /^eu-west-1 has no default VPC\. Set 'subnet-ids'/
  )
})

it.each([
  ['the named VPC', subnetIds],
  ['the default VPC', []]
] as const)('compares with %s where the answer has more than was asked for', async (_, ids) => {
  ec2.on(DescribeVpcsCommand).resolves({Vpcs: [otherVpc, vpc]})
  const stranger = {SubnetId: 'subnet-0cccccccccccccccc', VpcId: otherVpc.VpcId}
  ec2.on(DescribeSubnetsCommand).resolves({Subnets: [stranger, one ?? {}, other ?? {}]})
  const reach = await plan({via: 'private-ip', subnetIds: ids}, {sends: '10.1.2.3'})
  expect(reach).toMatchObject({cidrs: ['10.1.2.3/32']})
})

it('lets in nobody where Session Manager makes the way', async () => {
  expect(await plan({via: 'session-manager', subnetIds})).toMatchObject({cidrs: []})
})

it('warns of ranges that leave this runner out, and names the address that it shows', async () => {
  const log = recordingLog()
  const reach = await plan({allowedCidrs: ['198.51.100.0/24']}, {shows: '203.0.113.7'}, log)
  expect(reach).toMatchObject({cidrs: ['198.51.100.0/24'], doubtful: true})
  expect(log.lines[0]).toMatch(
    /^warning: This runner connects to the internet from 203\.0\.113\.7, which 'allowed-cidrs'/
  )
})

it.each([
  ['has this runner in it', ['203.0.113.0/24'], '203.0.113.7'],
  ['has everybody in it', ['0.0.0.0/0'], '203.0.113.7'],
  ['has private addresses alone', ['10.0.0.0/8', '127.0.0.1/32'], '203.0.113.7'],
  ['cannot be compared', ['198.51.100.0/24'], undefined]
])('does not doubt a list that %s', async (_, allowedCidrs, shows) => {
  const log = recordingLog()
  expect(await plan({allowedCidrs}, shows ? {shows} : {}, log)).toMatchObject({doubtful: false})
  expect(log.lines).toEqual([])
})
