import {expect, it} from '@jest/globals'
import {play, scenarioMs, withEachPacker} from './scenario.ts'

const moments = ['RunInstances#1', 'RunInstances#2', 'CreateImage', 'Probe']

withEachPacker((packer) => {
  it.each(moments)(
    'leaves nothing when it is killed at %s',
    async (killAt) => {
      const run = await play(packer, {killAt})
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
      expect(run.log).toContain('did not come to its end: ending it and removing what it made')
    },
    scenarioMs
  )

  it(
    'keeps a verified image that its outputs name, also when it is killed while it sweeps',
    async () => {
      const run = await play(packer, {killAt: 'DeleteSecurityGroup#2'})
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
      expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: 'false'})
    },
    scenarioMs
  )
})
