import {expect, it} from '@jest/globals'
import type {BakedImage} from '../../../src/packer/images.ts'
import type {SmokeResult} from '../../../src/smoke/smoke-test.ts'
import {testImages} from '../../../src/bake/test-images.ts'

const image = (source: string): BakedImage => ({
  source,
  architecture: 'x86_64',
  region: 'us-east-1',
  id: `ami-of-${source}`,
  name: source,
  created: new Date(0),
  snapshotIds: [],
  copies: []
})
const machine = {instance: {id: 'i-1', address: '192.0.2.1', instanceType: 't3.medium'}, history: []}
const good: SmokeResult = {...machine, verdict: 'verified', seconds: 2, jenkinsVersion: '2.568.2'}
const bad: SmokeResult = {
  ...machine,
  verdict: 'rejected',
  seconds: 5,
  reason: 'it did not start',
  evidence: 'the console'
}

it('verifies when every image was verified, each tested under a name of its own', async () => {
  const names: string[] = []
  const judgement = await testImages([image('a'), image('b')], async (_, name) => {
    names.push(name)
    return good
  })
  expect(judgement).toMatchObject({verdict: 'verified', jenkinsVersion: '2.568.2', smokeSeconds: 2})
  expect(names).toEqual(['smoke', 'smoke-2'])
})

it('rejects when one was, tests the others all the same, and says which one', async () => {
  const tested: string[] = []
  const judgement = await testImages([image('a'), image('b')], async ({source}) => {
    tested.push(source)
    return source === 'a' ? bad : good
  })
  expect(tested).toEqual(['a', 'b'])
  expect(judgement).toMatchObject({
    verdict: 'rejected',
    reason: 'a (ami-of-a): it did not start',
    evidence: 'a (ami-of-a)\nthe console',
    jenkinsVersion: '2.568.2',
    smokeSeconds: 5
  })
})

it('says of a single image no more than why', async () => {
  expect(await testImages([image('a')], async () => bad)).toMatchObject({
    reason: 'it did not start',
    evidence: 'the console'
  })
})
