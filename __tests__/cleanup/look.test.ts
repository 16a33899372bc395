import {EC2Client} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import type {Described} from '../../src/cleanup/describe.ts'
import {Look, type Traces} from '../../src/cleanup/look.ts'
import {tagKeys} from '../../src/image/tags.ts'
import {announcedBy} from '../../src/packer/announced.ts'

const began = new Date('2026-11-22T12:00:00Z')
const during = new Date('2026-11-22T12:30:00Z')
const bakeId = '0123456789ab'
const traces: Traces = {
  bakeId,
  announced: announcedBy(),
  records: {
    began,
    resources: [],
    released: [{type: 'volume', id: 'vol-released'}],
    announced: announcedBy(),
    hasOpenIntents: false,
    made: () => undefined
  }
}

const volume = (id: string, more: Partial<Described> = {}): Described => ({
  type: 'volume',
  id,
  state: 'available',
  tags: {},
  created: during,
  ...more
})

/** What of this, which a trace leads to, is taken for the bake's. */
async function ours(found: readonly Described[], more: Partial<Traces> = {}): Promise<string[]> {
  const look = new Look(
    new EC2Client({region: 'eu-west-1'}),
    undefined,
    {...traces, ...more},
    new AbortController().signal
  )
  const all = await look.for('volume', async () => [...found], [])
  return all.map(({id}) => id)
}

it('takes what carries the bake’s tag, whenever it was made, and nothing that carries another bake’s', async () => {
  const tagged = (bake: string): Partial<Described> => ({tags: {[tagKeys.bake]: bake}, created: new Date(0)})
  expect(
    await ours([volume('a', tagged(bakeId)), volume('b', tagged('ba9876543210')), volume('c', tagged(''))])
  ).toEqual(['a'])
})

it('takes what carries no tag only if it was made while the bake ran', async () => {
  const found = [
    volume('before', {created: new Date(began.getTime() - 1)}),
    volume('during'),
    volume('after', {created: new Date('2026-11-22T13:00:01Z')}),
    volume('unknown', {created: undefined})
  ]
  expect(await ours(found)).toEqual(['during', 'after'])
  expect(await ours(found, {until: new Date('2026-11-22T13:00:00Z')})).toEqual(['during'])
})

it('takes nothing that is released, or that a bake keeps at this moment', async () => {
  const found = [volume('vol-released'), volume('kept'), volume('during'), volume('during')]
  expect(await ours(found, {isKept: ({id}) => id === 'kept'})).toEqual(['during'])
})
