import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {quoted} from '../../lib/parse.ts'
import type {Template} from '../../template/template.ts'

/** Files and folders that a template names outside of its own folder. */
export interface NamedFiles {
  readonly found: readonly string[]
  /** Those whose paths only Packer knows. */
  readonly unseen: readonly string[]
}

/** A string with `../` in it. */
const upward = /"((?:[^"\\\n]|\\.)*\.\.\/(?:[^"\\\n]|\\.)*)"/g

/** What Packer puts in place of these is the template's folder, or the one in which it runs. */
const beginnings = /^(?:\$\{path\.(root|cwd)\}|\{\{ *(template_dir|pwd) *\}\})\//

/** The paths that lead out of the folders of a template. A string that names nothing there may be a path on the machine. */
export function namedOutside({path: location, directory}: Pick<Template, 'path' | 'directory'>): NamedFiles {
  const isFolder = statSync(location).isDirectory()
  const root = isFolder ? location : path.dirname(location)
  const files = isFolder ? readdirSync(location).map((name) => path.join(location, name)) : [location]
  const texts = files
    .filter((file) => /\.(hcl|json)$/.test(file) && statSync(file).isFile())
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(upward)].map(([, text = '']) => text))
  const found = new Set<string>()
  const unseen = new Set<string>()
  for (const text of texts) {
    const base = /path\.root|template_dir/.test(beginnings.exec(text)?.[0] ?? '') ? root : directory
    const relative = text.replace(beginnings, '')
    const target = path.resolve(base, relative)
    if (/\$\{|\{\{/.test(relative)) unseen.add(`the file that ${quoted(text)} names`)
    else if (existsSync(target)) found.add(target)
  }
  return {found: [...found].toSorted(), unseen: [...unseen]}
}
