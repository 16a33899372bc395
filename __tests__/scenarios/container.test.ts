import {expect, it} from '@jest/globals'
import {play, withPacker} from './scenario.ts'

withPacker((packer) => {
  it.each(['packer:RunInstances#1:after', 'packer:CreateImage#1:after', 'action:Probe#1'])(
    'leaves nothing when a container job is cancelled at %s: post ends main and Packer, which no signal has reached',
    async (cancelAt) => {
      // Main goes on: with a Jenkins that is ready soon it might give the image out before post ends it.
      const run = await play(packer, {cancelAt, container: true, jenkins: 'slow'})
      expect(run.leftovers).toEqual([])
      expect(run.exitCode).not.toBe(0)
      expect(run.log).not.toContain('Cancelled (SIG')
      expect(run.log).toContain('did not finish: ending it and removing what it made')
      expect(run.log).toContain('Nothing is left.')
      expect(run.log).not.toContain('is still running and may make more')
    }
  )
})
