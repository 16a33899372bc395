import {defaults, type InputName} from '../inputs/defaults.ts'
import {givenText} from '../inputs/inputs.ts'
import {code, text} from './markdown.ts'

/** What may have a secret in it, or is too long to be read here. */
const unshown: ReadonlySet<InputName> = new Set([
  'github-token',
  'jenkins-casc',
  'smoke-user-data',
  'template-env',
  'vars',
  'packer-args'
])

const longestShown = 200

/** The inputs whose values are not the defaults, as rows of a table with the columns name and value. */
export function givenInputs(read: (name: string) => string = givenText): [string, string][] {
  return (Object.keys(defaults) as InputName[]).flatMap((name): [string, string][] => {
    const value = read(name)
    if (value === '' || value === defaults[name]) return []
    return [[code(name), shown(name, value)]]
  })
}

function shown(name: InputName, value: string): string {
  const lines = value.trim().split('\n')
  if (unshown.has(name)) return lines.length > 1 ? `${lines.length} lines, not shown` : 'not shown'
  return value.length > longestShown ? `${text(value.slice(0, longestShown))}…` : code(lines.join(', '))
}
