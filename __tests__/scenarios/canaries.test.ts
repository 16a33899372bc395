import {expect, it} from '@jest/globals'
import {play, withPacker} from './scenario.ts'

withPacker((packer) => {
  it('is red and names the instance that AWS says it terminates and does not', async () => {
    const run = await play(packer, {canary: 'ignored-terminate'})
    expect(run.exitCode).toBe(1)
    const instance = run.leftovers.find(({type}) => type === 'instance')
    expect(run.log).toContain(
      `Left in the account: instance ${instance?.id}: AWS accepted its removal, but it is still there`
    )
    expect(run.summary).toContain('## ❌ Something is left in the account')
    // Post knows that main came to its end.
    expect(run.summary).toContain('## ❌ Not cleaned up: something may be left in the account')
  })

  it('is red when a snapshot stays that AWS does not show', async () => {
    const run = await play(packer, {canary: 'hidden-snapshot', inputs: {deregister: 'always'}})
    expect(run.exitCode).toBe(1)
    expect(run.leftovers).toEqual([{type: 'snapshot', id: expect.stringMatching(/^snap-/)}])
  })
})
