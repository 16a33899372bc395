import {readdirSync, readFileSync} from 'node:fs'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'

const root = path.join(import.meta.dirname, '../..')
const src = path.join(root, 'src')
const files = readdirSync(src, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'))
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')
/** The rooms of src, from top to bottom. */
const rooms = [...page.matchAll(/^\| `src\/([\w-]+)\/` \|/gm)].map(([, room = '']) => room)
const roomOf = (file: string): string => file.split('/')[0] ?? ''

/** The files of src that a file imports, as paths in src; types too. */
function importsOf(file: string): string[] {
  const source = readFileSync(path.join(src, file), 'utf8')
  const specifiers = [...source.matchAll(/\b(?:from|import\() ?'(\.[^']+)'/g)].map(([, specifier = '']) => specifier)
  return specifiers.map((specifier) => path.join(path.dirname(file), specifier))
}

const graph = new Map(files.map((file) => [file, importsOf(file)]))

it('has every room of src in docs/architecture.md', () => {
  expect(rooms.toSorted()).toEqual([...new Set(files.map(roomOf))].toSorted())
})

it('imports from the same room or from one further down', () => {
  const upwards = [...graph].flatMap(([file, imports]) =>
    imports
      .filter((other) => rooms.indexOf(roomOf(other)) < rooms.indexOf(roomOf(file)))
      .map((other) => `${file} imports ${other}`)
  )
  expect(upwards).toEqual([])
})

it('has no two files that lead to each other', () => {
  const reached = (file: string, seen = new Set<string>()): Set<string> => {
    for (const other of graph.get(file) ?? []) {
      if (seen.has(other)) continue
      seen.add(other)
      reached(other, seen)
    }
    return seen
  }
  expect(files.filter((file) => reached(file).has(file))).toEqual([])
})

it('imports nothing of the rehearsal', () => {
  const outside = [...graph].flatMap(([file, imports]) =>
    imports.filter((other) => other.startsWith('..')).map(() => file)
  )
  expect(outside).toEqual([])
})
