import {expect, it} from '@jest/globals'
import type {Packer} from '../../rehearsal/host/packers/packer.ts'
import {play, withPacker} from './scenario.ts'

const leavesNothing = (packer: Packer, moments: readonly string[]): void =>
  it.each(moments)('leaves nothing when it is killed at %s', async (killAt) => {
    const run = await play(packer, {killAt})
    expect(run).toMatchObject({exitCode: 137, leftovers: []})
    expect(run.log).toContain('did not finish: ending it and removing what it made')
  })

withPacker((packer) => {
  leavesNothing(packer, ['packer:RunInstances', 'CreateImage'])

  leavesNothing(packer, ['action:RunInstances', 'Probe'])

  it('keeps a verified image that its outputs name, also when it is killed while it sweeps', async () => {
    const run = await play(packer, {killAt: 'DeleteSecurityGroup#2'})
    expect(run).toMatchObject({exitCode: 137, leftovers: []})
    expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: 'false'})
  })
})
