import {defaults, type InputName} from '../inputs/defaults.ts'
import {givenText} from '../inputs/inputs.ts'

/** What may have a secret in it that the runner does not know of. */
const unshown: ReadonlySet<InputName> = new Set([
  'github-token',
  'jenkins-casc',
  'smoke-user-data',
  'template-env',
  'vars',
  'packer-args'
])

/** In characters. */
const longestShown = 500

/**
 * The inputs whose values are not the defaults, a line each, or a line for each line of a value. They are for a block in
 * which every character stays as it is: the runner hides a secret in a summary only where it stands unchanged, and whole.
 */
export function givenInputs(read: (name: string) => string = givenText): string[] {
  return (Object.keys(defaults) as InputName[]).flatMap((name) => {
    const value = read(name).trim()
    if (value === '' || value === defaults[name]) return []
    if (unshown.has(name)) return [`${name}: (not shown)`]
    if (value.length > longestShown) return [`${name}: (${value.length} characters, not shown)`]
    const [first = '', ...others] = value.split('\n')
    return others.length === 0 ? [`${name}: ${first}`] : [`${name}:`, ...[first, ...others].map((line) => `  ${line}`)]
  })
}
