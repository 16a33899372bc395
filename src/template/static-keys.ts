import {InputError} from '../lib/errors.ts'
import {textsOf, textsOfVariable, type Reached} from './reached.ts'
import type {Sources, Values} from './values.ts'
import {isOwn} from './reading-parts.ts'
import {asText} from './value.ts'

/** An access key id of AWS, of a user or of a session. */
const accessKeyId = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/

const advice =
  'A static key wins over the role and cannot be renewed or narrowed. Packer gets its credentials from this action: leave the ' +
  "variable empty (an input 'vars' with a line NAME= does that), or take the key out."

/** Values that only Packer can evaluate are noticed when they are used (packer/watch.ts). */
export interface KeyFindings {
  /** One for each place from which a static AWS key would reach Packer's own calls: a value of access_key or secret_key. */
  readonly problems: readonly InputError[]
  /** Strings that look like an access key id and go elsewhere: to a program on the machine, perhaps. */
  readonly warnings: readonly string[]
}

/** Finds static AWS keys. A value that a later one overrides is not used, and ignored. No message shows a key. */
export function staticKeys(sources: Sources, values: Values): KeyFindings {
  const {settings, variables} = sources.reading
  const handed = settings
    .filter(
      (setting) =>
        setting.component.startsWith('amazon') && /^(access|secret)_key$/.test(setting.name) && isOwn(setting)
    )
    .flatMap((setting) => {
      const own = values.ofSetting(setting).map(asText)
      // A value that is known to be empty is not a key, whatever strings its expression has (`lookup(var.aws,
      // "access_key", "")`).
      const reached = textsOf(setting, sources).filter(({text}) => own.some((value) => comesFrom(text, value)))
      const isKey = own.some((value) => value !== undefined && value.trim() !== '')
      const places = reached.length > 0 || !isKey ? reached : [placeOf(setting)]
      return places.map(({input, where}) => ({
        input,
        where,
        what: `is handed to ${setting.name} of ${setting.component}`
      }))
    })
  const problems = new Map(handed.map((each) => [each.where, each]))
  const all = [
    ...[...variables.keys()].flatMap((name) => textsOfVariable(name, sources)),
    ...settings.flatMap((setting) => textsOf(setting, sources))
  ]
  const others = new Set(
    all.flatMap(({text, where}) => (accessKeyId.test(text) && !problems.has(where) ? [where] : []))
  )
  return {
    problems: [...problems.values()].map(
      ({input, where, what}) => new InputError(input, `a static AWS key: ${where} ${what}. ${advice}`)
    ),
    warnings: [...others].map(
      (where) =>
        `${where} looks like an AWS access key. Packer's own calls do not use it. If it is for a program on the machine, see that it does not ` +
        'stay in the image; an instance profile needs no key.'
    )
  }
}

/** A string that a value was made of; if the value is not known, one that looks like a key. */
function comesFrom(text: string, value: string | undefined): boolean {
  if (text.trim() === '') return false
  return value === undefined ? accessKeyId.test(text) : value.includes(text)
}

function placeOf(setting: Parameters<typeof textsOf>[0]): Pick<Reached, 'input' | 'where'> {
  const {file, expression} = setting
  return {input: 'template', where: `${file.slice(file.lastIndexOf('/') + 1)} line ${expression.line}`}
}
