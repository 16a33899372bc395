import {expect, it} from '@jest/globals'
import {parseFault} from '../../rehearsal/index.ts'
import {play, withPacker} from './scenario.ts'

/** A sample of what `npm run faults` plays. */
withPacker((packer) => {
  it.each([
    'action:CreateSecurityGroup=reset-after',
    'action:RunInstances=reset-after',
    'packer:RunInstances=unavailable*2',
    'AssumeRoleWithWebIdentity=issuer-unreachable'
  ])('bakes in spite of %s', async (fault) => {
    const run = await play(packer, {faults: [parseFault(fault)]})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
  })

  it.each([
    ['action:RunInstances=denied', /Smoke test: AWS answered UnauthorizedOperation/],
    ['packer:CreateImage=denied', /ec2:CreateImage/],
    ['GetIdToken=denied', /GitHub gave no OIDC token/]
  ])('fails at %s with a message, and leaves nothing', async (fault, message) => {
    const run = await play(packer, {faults: [parseFault(fault)]})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toMatch(message)
  })

  it('tests on the next instance type when AWS has no capacity for the first', async () => {
    const faults = [parseFault('action:RunInstances=no-capacity')]
    const run = await play(packer, {faults, inputs: {'instance-types': 't3.medium, m7i.large'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(run.log).toContain('No capacity for t3.medium; trying m7i.large')
  })

  it('is lost with its runner: nothing of it runs, and no post', async () => {
    const run = await play(packer, {loseAt: 'packer:CreateImage:after'})
    expect(run.exitCode).toBe(137)
    expect(run.log).not.toContain('did not come to its end')
    expect(run.leftovers.map(({type}) => type)).toEqual(expect.arrayContaining(['instance', 'image', 'key-pair']))
    expect(run.leftovers.map(({type}) => type)).not.toContain('process')
  })
})
