import {expect, it} from '@jest/globals'
import {ownTemplate, type Kind} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withDistributionsPacker} from './scenario.ts'

// The distribution's Packer is what is left where the current one cannot be had. It runs a template derived from the shipped one.
withDistributionsPacker((packer) => {
  it('verifies an image whose Jenkins answers', async () => {
    const run = await play(packer)
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {'packer-version': packer.version}})
    expect(run.outputs['verdict']).toBe('verified')
  })

  it('rejects an image whose Jenkins is another', async () => {
    const run = await play(packer, {jenkins: 'wrong-version'})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected', deregistered: 'true'}})
  })

  it.each(['packer:RunInstances', 'packer:CreateImage:after'])(
    'leaves nothing when it is killed at %s',
    async (killAt) => {
      expect(await play(packer, {killAt})).toMatchObject({exitCode: 137, leftovers: []})
    }
  )

  it('leaves nothing when it is cancelled while it makes the image', async () => {
    const run = await play(packer, {cancelAt: 'CreateImage'})
    expect(run.leftovers).toEqual([])
    expect(run.exitCode).not.toBe(0)
  })

  it.each<Kind>(['HCL2', 'JSON'])(
    'bakes a template of the user’s own in %s with two sources, and names each image',
    async (kind) => {
      const run = await play(packer, {inputs: {template: ownTemplate({kind, sources: ['one', 'two']})}})
      expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
      expect(Object.keys(JSON.parse(run.outputs['amis'] ?? '')['us-east-1'])).toHaveLength(2)
    }
  )

  it('names the script that failed', async () => {
    const script = '#!/bin/sh\n# installs jenkins\n# light-machine: exit 3\n'
    const run = await play(packer, {inputs: {template: ownTemplate({script})}})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toMatch(/The build failed in the script \S+\.sh\./)
  })
})
