import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

const root = join(import.meta.dirname, '../..')

/** What each TypeScript file below a folder imports, types too: paths below that folder, or `../…` out of it. */
export type Imports = ReadonlyMap<string, readonly string[]>

export function importsBelow(folder: string): Imports {
  const names = readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
  const files = names.filter((name) => name.endsWith('.ts'))
  return new Map(files.map((file) => [file, importsOf(folder, file)]))
}

function importsOf(folder: string, file: string): string[] {
  const source = readFileSync(join(root, folder, file), 'utf8')
  const specifiers = [...source.matchAll(/\b(?:from|import\() ?'(\.[^']+)'/g)].map(([, specifier = '']) => specifier)
  return specifiers.map((specifier) => join(dirname(file), specifier))
}

/** The rooms of a folder from top to bottom, as the table of a page has them. */
export function roomsIn(page: string, folder: string): string[] {
  const rows = readFileSync(join(root, page), 'utf8').matchAll(/^\| `([\w-]+)\/([\w-]+)\/` \|/gm)
  return [...rows].filter(([, where]) => where === folder).map(([, , room = '']) => room)
}

/** The first part of a path: the room of a file, or a file that is in none. */
export const roomOf = (file: string): string => file.split('/')[0] ?? ''

/** The imports from rooms further up, in words. Those out of the folder are not looked at. */
export function upwardImports(imports: Imports, rooms: readonly string[]): string[] {
  const level = (file: string): number => rooms.indexOf(roomOf(file))
  return [...imports].flatMap(([file, others]) =>
    others
      .filter((other) => !other.startsWith('..') && level(other) < level(file))
      .map((other) => `${file} imports ${other}`)
  )
}

/** The files that lead to themselves. */
export function filesInCycles(imports: Imports): string[] {
  const reached = (file: string, seen = new Set<string>()): Set<string> => {
    for (const other of imports.get(file) ?? []) {
      if (seen.has(other)) continue
      seen.add(other)
      reached(other, seen)
    }
    return seen
  }
  return [...imports.keys()].filter((file) => reached(file).has(file))
}
