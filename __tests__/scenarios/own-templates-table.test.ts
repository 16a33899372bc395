import {expect, it} from '@jest/globals'
import {ownTemplate, type Kind} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withPacker} from './scenario.ts'

const cells: readonly (readonly [Kind, readonly string[]])[] = [
  ['HCL2', ['own']],
  ['HCL2', ['one', 'two']],
  ['JSON', ['own']],
  ['JSON', ['one', 'two']]
]

withPacker((packer) => {
  it.each(cells)(
    'bakes, tests and keeps every image of a template in %s with the sources %j, and nothing else',
    async (kind, sources) => {
      const run = await play(packer, {inputs: {template: ownTemplate({kind, sources})}})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs).toMatchObject({'ami-name': sources[0], verdict: 'verified', deregistered: 'false'})
      const images: unknown = JSON.parse(run.outputs['amis'] ?? '')['us-east-1']
      const id: unknown = expect.stringMatching(/^ami-[0-9a-f]{17}$/)
      // Legacy JSON knows its builds by the builder's bare name.
      const all = sources.map((name) => [
        packer.version === '1.6.6' && kind === 'JSON' ? name : `amazon-ebs.${name}`,
        id
      ])
      expect(images).toEqual(sources.length > 1 ? Object.fromEntries(all) : id)
      expect(run.log.match(/Jenkins [\d.]+ is ready/g)).toHaveLength(sources.length)
    }
  )
})

// What follows the build is the same for every Packer.
withPacker((packer) => {
  it('removes all images of a template with two sources that are only to be proved', async () => {
    const template = ownTemplate({sources: ['one', 'two']})
    const run = await play(packer, {inputs: {template, deregister: 'always'}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified', deregistered: 'true'}})
  })

  it('rejects and removes both images when one of them has no Jenkins, and tests the other all the same', async () => {
    const template = ownTemplate({sources: ['bad', 'good'], unprovisioned: ['bad']})
    const run = await play(packer, {inputs: {template, 'smoke-timeout': '3s'}})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected', deregistered: 'true'}})
    expect(run.log).toMatch(/The image was rejected: amazon-ebs\.bad \(ami-[0-9a-f]+\): nothing answered/)
    expect(run.log.match(/Jenkins [\d.]+ is ready/g)).toHaveLength(1)
  })
})
