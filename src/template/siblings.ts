import {readdirSync, readFileSync} from 'node:fs'
import * as path from 'node:path'
import {InputError} from '../lib/errors.ts'
import {readHclFiles} from './reading.ts'
import {builderIn, type Reading} from './reading-parts.ts'

/**
 * Reports a file that uses declarations of another file in its folder, or has sources that only a build in another one
 * uses, because these files belong together.
 */
export function missingParts(file: string, reading: Reading): InputError[] {
  const missing = [...used(reading)].filter((name) => !declares(reading, name))
  const isUnbuilt = reading.builds.length === 0 && reading.sources.size > 0
  if (missing.length === 0 && !isUnbuilt) return []
  const folder = path.dirname(file)
  for (const name of readdirSync(folder)) {
    const other = path.join(folder, name)
    const found = other !== file && /\.pkr\.(hcl|json)$/.test(name) ? readingOf(other) : undefined
    if (!found) continue
    const first = missing.find((one) => declares(found, one))
    if (first !== undefined) {
      return [
        new InputError(
          'template',
          `${path.basename(file)} uses ${first}, which ${name} in the same folder declares: give the folder instead (template: ${folder}). Packer then reads all of its files.`
        )
      ]
    }
    const built = isUnbuilt && [...used(found)].find((one) => one.startsWith('source.') && declares(reading, one))
    if (built) {
      return [
        new InputError(
          'template',
          `${path.basename(file)} has no build; the one in ${name} in the same folder uses ${built}: give the folder instead (template: ${folder}). Packer then reads all of its files.`
        )
      ]
    }
  }
  return []
}

/** `var.name`, `local.name`, `source.type.name`. */
function used({settings, locals, uses}: Reading): Set<string> {
  const expressions = [
    ...settings.map(({expression}) => expression),
    ...[...locals.values()].map((one) => one.expression)
  ]
  const builds = settings.filter(({within, name}) => within === 'build' && name === 'sources')
  const sources = builds.flatMap(({expression: {texts, source}}) => [
    ...texts.map((text) => `source.${builderIn(text)}`),
    // Without quotation marks.
    ...[...source.matchAll(/\bsource\.[\w-]+\.[\w-]+/g)].map(([name]) => name)
  ])
  const added = uses.map(({source}) => `source.${source}`)
  return new Set([...expressions.flatMap(({references}) => references), ...sources, ...added])
}

function declares({variables, locals, sources}: Reading, reference: string): boolean {
  const dot = reference.indexOf('.')
  const name = reference.slice(dot + 1)
  if (reference.startsWith('var.')) return variables.has(name)
  return reference.startsWith('local.') ? locals.has(name) : sources.has(name)
}

/** A file that is not valid JSON declares nothing. */
function readingOf(file: string): Reading | undefined {
  try {
    return readHclFiles(new Map([[file, readFileSync(file, 'utf8')]]))
  } catch {
    return undefined
  }
}
