import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {filesInCycles, importsBelow, roomOf, roomsIn, upwardImports} from '../helpers/rooms.ts'

const entry = 'index.ts'
const all = importsBelow('rehearsal')
const imports = new Map([...all].filter(([file]) => file !== entry))
const rooms = roomsIn('rehearsal/README.md', 'rehearsal')

it('has every room of the rehearsal in its README, and no file that is in none', () => {
  expect(rooms.toSorted()).toEqual([...new Set([...imports.keys()].map(roomOf))].toSorted())
  const entries = readdirSync(join(import.meta.dirname, '../../rehearsal'), {withFileTypes: true})
  const loose = entries.filter((one) => !one.isDirectory()).map(({name}) => name)
  expect(loose.toSorted()).toEqual(['README.md', entry, 'package.json'])
})

it('imports from the same room or from one further down', () => {
  expect(upwardImports(imports, rooms)).toEqual([])
})

it('has no two files that lead to each other', () => {
  expect(filesInCycles(all)).toEqual([])
})

it('imports nothing but the action, and its entry is for others alone', () => {
  const others = [...imports].flatMap(([file, paths]) => paths.map((other) => [file, other] as const))
  const isOutside = (other: string) => other.startsWith('..') && !other.startsWith('../src/')
  expect(others.filter(([, other]) => other === entry || isOutside(other))).toEqual([])
})
