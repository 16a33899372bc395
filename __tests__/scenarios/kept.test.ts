import {expect, it} from '@jest/globals'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {tagKeys} from '../../src/aws/tags.ts'
import {productTags} from './image-tags.ts'
import {play, withPacker} from './scenario.ts'

/** An image that is given out has no expiry at the end, however the run ended: only that tells it from a leftover. */
withPacker((packer) => {
  const expected = [tagKeys.bake, tagKeys.expires]
  const given = {[tagKeys.bake]: true, [tagKeys.expires]: false}

  it.each([
    ['a verified image', {}, 0, 'verified'],
    ['an image that is never removed', {inputs: {deregister: 'never'}}, 0, 'verified'],
    [
      'a rejected image that is never removed',
      {inputs: {deregister: 'never'}, jenkins: 'wrong-version'},
      1,
      'rejected'
    ],
    [
      'an image of a template without tags that is never removed, killed in its smoke test',
      {inputs: {deregister: 'never', template: ownTemplate()}, killAt: 'Probe'},
      137,
      'unverified'
    ],
    [
      'an image that is never removed, killed in its smoke test',
      {inputs: {deregister: 'never'}, killAt: 'Probe'},
      137,
      'unverified'
    ],
    [
      'an image that is never removed, cancelled in its smoke test',
      {inputs: {deregister: 'never'}, cancelAt: 'Probe', jenkins: 'slow'},
      undefined,
      'unverified'
    ],
    ['a verified image, killed before its expiry came off', {killAt: 'DeleteTags'}, 137, 'verified'],
    ['a verified image, killed after its expiry came off', {killAt: 'DeleteTags:after'}, 137, 'verified'],
    [
      'a verified image whose expiry AWS would not take off at first',
      {faults: [{at: {by: 'action', action: 'DeleteTags', nth: 1}, kind: 'denied'}]},
      1,
      'verified'
    ]
  ] as const)('takes the expiry off %s', async (_, options, exitCode, verdict) => {
    let tags: string[][] = []
    const run = await play(packer, {...options, afterwards: async (local) => void (tags = await productTags(local))})
    expect(run.exitCode).toBe(exitCode ?? run.exitCode)
    expect(run.leftovers).toEqual([])
    expect(run.outputs).toMatchObject({deregistered: 'false', verdict})
    const seen = tags.map((keys) => Object.fromEntries(expected.map((key) => [key, keys.includes(key)])))
    expect(seen).toEqual([given, given])
  })

  it('says what was given out with an expiry that AWS would not take off', async () => {
    const fault = {at: {by: 'action', action: 'DeleteTags', nth: 1}, kind: 'denied', times: Infinity} as const
    const run = await play(packer, {faults: [fault]})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'verified', deregistered: 'false'}})
    expect(run.log).toMatch(
      /##\[warning\]Released, but still with an expiry: ami-[0-9a-f]{17}, snap-[0-9a-f]{17} in us-east-1\./
    )
    expect(run.log).toMatch(/##\[error\]Promote: AWS answered UnauthorizedOperation/)
  })
})
