import {expect, it} from '@jest/globals'
import type {Packer} from '../../rehearsal/host/packers/packer.ts'
import {play, withPacker} from './scenario.ts'

const leavesNothing = (packer: Packer, moments: readonly string[]): void =>
  it.each(moments)('leaves nothing when it is cancelled at %s', async (cancelAt) => {
    // A slow Jenkins, because a machine's answer to a probe does not wait for the cancel as a call's does.
    const run = await play(packer, {cancelAt, jenkins: 'slow'})
    expect(run.leftovers).toEqual([])
    expect(run.exitCode).not.toBe(0)
    expect(run.log).toContain('Cancelled (SIGINT): ending the bake and removing every resource')
    expect(run.log).not.toContain('AbortError')
    // The runner kills a main that takes longer than ten seconds; post then cleans up.
    expect(run.exitCode === 137 ? 'killed' : run.log).toMatch(/^killed$|##\[error\]The run was cancelled\./)
  })

withPacker((packer) => {
  leavesNothing(packer, ['packer:RunInstances', 'CreateImage'])

  leavesNothing(packer, ['action:RunInstances:after', 'Probe'])

  it('ends a bake that takes too long, and says which input to raise', async () => {
    const run = await play(packer, {jenkins: 'absent', inputs: {'bake-timeout': '8s', 'smoke-timeout': '60s'}})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toContain("The run was ended after 8 s, its 'bake-timeout'")
    // On a busy machine the time is up before there is an image.
    const hadImage = run.outputs['ami-id'] !== ''
    expect(run.outputs).toMatchObject({verdict: 'unverified', deregistered: String(hadImage)})
  })
})
