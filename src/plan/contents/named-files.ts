import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {quoted} from '../../lib/parse.ts'
import type {Template} from '../../template/template.ts'

/** Files and folders that a template names outside of its checkout. */
export interface NamedFiles {
  readonly found: readonly string[]
  /** Those whose paths only Packer knows. */
  readonly unseen: readonly string[]
}

/** A path with two names at least: no root folder of the runner, which has far more in it than a template uses. */
const deepPath = /^[^\n]{0,4000}[^/\n]\/[^/\n][^\n]{0,4000}$/

/** What Packer puts in place of these is the template's folder, or the one in which it runs. */
const beginnings = /^(?:\$\{path\.(root|cwd)\}|\{\{ *(template_dir|pwd) *\}\})\//

/** Whether a path is a folder, or leads into it. */
export function isBelow(folder: string, location: string): boolean {
  const relative = path.relative(folder, location)
  return !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
}

/**
 * The paths that lead out of the checkout: of any form where Packer reads local files, and in the values of its
 * variables; with `..` elsewhere in the template, where other strings are rather paths on the machine.
 *
 * @param checkout undefined: the template's own folder
 * @param values strings, or HCL and JSON with strings in it
 */
export function namedOutside(
  {path: location, directory, localFiles}: Pick<Template, 'path' | 'directory' | 'localFiles'>,
  checkout: string | undefined,
  values: readonly string[]
): NamedFiles {
  const isFolder = statSync(location).isDirectory()
  const root = isFolder ? location : path.dirname(location)
  const files = isFolder ? readdirSync(location).map((name) => path.join(location, name)) : [location]
  const texts = files
    .filter((file) => /\.(hcl|json)$/.test(file) && statSync(file).isFile())
    .flatMap((file) => stringsIn(readFileSync(file, 'utf8')))
  const found = new Set<string>()
  const unseen = new Set<string>()
  const add = (base: string, name: string): void => {
    const target = path.resolve(base, name)
    if (!isBelow(checkout ?? root, target) && existsSync(target)) found.add(target)
  }
  for (const text of texts.filter((one) => one.includes('..'))) {
    const base = /path\.root|template_dir/.test(beginnings.exec(text)?.[0] ?? '') ? root : directory
    const relative = text.replace(beginnings, '')
    const likely = relative.replace(/\$\{[^}]*\}|\{\{[^}]*\}\}/g, 'x')
    if (likely === relative) add(base, relative)
    else if (!isBelow(checkout ?? root, path.resolve(base, likely))) unseen.add(`the file that ${quoted(text)} names`)
  }
  values
    .flatMap((value) => [value, ...stringsIn(value)])
    .filter((value) => deepPath.test(value))
    .forEach((value) => add(directory, value))
  for (const {path: name, isWhole} of localFiles) {
    if (isWhole && deepPath.test(path.resolve(directory, name))) add(directory, name)
    if (!isWhole && leadsOut(name, checkout ?? root, [...found]))
      unseen.add(`the file that ${quoted(`${name}…`)} names`)
  }
  return {found: [...found].toSorted(), unseen: [...unseen]}
}

/** Whether an absolute path, of which only the beginning is known, is surely of a file that is not compared. */
function leadsOut(beginning: string, folder: string, found: readonly string[]): boolean {
  if (!path.isAbsolute(beginning) || folder.startsWith(path.resolve(beginning))) return false
  return ![folder, ...found].some((one) => isBelow(one, beginning))
}

function stringsIn(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, string = '']) => string)
}
