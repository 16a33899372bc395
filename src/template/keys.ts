import {InputError} from '../report/errors.ts'
import {textsOf, textsOfVariable, type Reached, type Sources} from './effective.ts'

/** An access key id of AWS, of a user or of a session. */
const accessKeyId = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/

const advice =
  'A static key wins over the role and cannot be renewed or narrowed. Packer gets its credentials from this action: leave the ' +
  "variable empty (an input 'vars' with a line NAME= does that), or take the key out."

/**
 * One error for each place from which a static AWS key would reach Packer: a value of access_key or secret_key, directly or
 * through variables, and whatever looks like an access key id. What is overridden by something later does not reach it.
 */
export function staticKeys(sources: Sources): InputError[] {
  const {settings, variables} = sources.reading
  const handed = settings
    .filter(({component, name}) => component.startsWith('amazon') && (name === 'access_key' || name === 'secret_key'))
    .flatMap((setting) =>
      textsOf(setting, sources)
        .filter(({text}) => text.trim() !== '')
        .map((reached) => problem(reached, `is handed to ${setting.name} of ${setting.component}`))
    )
  const all = [
    ...[...variables.keys()].flatMap((name) => textsOfVariable(name, sources)),
    ...settings.flatMap((setting) => textsOf(setting, sources))
  ]
  const lookAlikes = all
    .filter(({text}) => accessKeyId.test(text))
    .map((reached) => problem(reached, 'looks like an AWS access key'))
  const places = new Map([...lookAlikes, ...handed].map((each) => [each.where, each]))
  return [...places.values()].map(
    ({input, where, what}) => new InputError(input, `a static AWS key: ${where} ${what}. ${advice}`)
  )
}

function problem({input, where}: Reached, what: string): Omit<Reached, 'text'> & {readonly what: string} {
  return {input, where, what}
}
