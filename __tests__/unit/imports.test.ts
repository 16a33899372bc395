import {expect, it} from '@jest/globals'
import {filesInCycles, importsBelow, roomOf, roomsIn, upwardImports} from '../helpers/rooms.ts'

const imports = importsBelow('src')
const rooms = roomsIn('docs/architecture.md', 'src')

it('has every room of src in docs/architecture.md', () => {
  expect(rooms.toSorted()).toEqual([...new Set([...imports.keys()].map(roomOf))].toSorted())
})

it('imports from the same room or from one further down', () => {
  expect(upwardImports(imports, rooms)).toEqual([])
})

it('has no two files that lead to each other', () => {
  expect(filesInCycles(imports)).toEqual([])
})

it('imports nothing of the rehearsal', () => {
  expect([...imports].filter(([, others]) => others.some((other) => other.startsWith('..')))).toEqual([])
})
