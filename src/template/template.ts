import {readFileSync, readdirSync, statSync} from 'node:fs'
import * as path from 'node:path'

export interface Template {
  /** A file, or a folder of HCL2 files. */
  readonly path: string
  /** Where Packer runs, so that relative paths in the template mean what they mean by hand. */
  readonly directory: string
  /** The shipped template: its resources carry our tags, and the session policy may insist on them. */
  readonly shipped: boolean
  /** Names of the variables that it declares. */
  readonly variables: ReadonlySet<string>
}

/**
 * @param given the user's template: an HCL2 file (`.pkr.hcl`) or a folder with such files
 * @param shipped the folder of the template that comes with the action
 * @throws when there is no HCL2 template
 */
export function openTemplate(given: string | undefined, shipped: string): Template {
  const location = given ?? shipped
  const isFolder = statSync(location).isDirectory()
  const files = isFolder
    ? readdirSync(location)
        .filter((name) => name.endsWith('.pkr.hcl'))
        .map((name) => path.join(location, name))
    : [location]
  if (files.length === 0) throw new Error(`the folder ${location} has no file that ends in .pkr.hcl`)
  if (!isFolder && !location.endsWith('.pkr.hcl')) {
    throw new Error(`${location} does not end in .pkr.hcl; expected an HCL2 file or a folder of them`)
  }
  return {
    path: location,
    directory: isFolder ? location : path.dirname(location),
    shipped: given === undefined,
    variables: new Set(files.flatMap((file) => declaredVariables(readFileSync(file, 'utf8'))))
  }
}

/**
 * The labels of all `variable "name" {` blocks. One inside a block comment is taken for declared too, which does no harm:
 * Packer ignores what a JSON variables file has beyond the declared.
 */
function declaredVariables(hcl: string): string[] {
  return [...hcl.matchAll(/^[ \t]*variable[ \t]+"?([\w-]+)"?[ \t]*\{/gm)].map(([, name = '']) => name)
}
