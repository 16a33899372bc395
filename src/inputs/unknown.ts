import {distance} from 'fastest-levenshtein'
import {InputError} from '../lib/errors.ts'

/**
 * Inputs that the action does not have. The runner passes every line of `with:` as `INPUT_NAME`, and only warns about a
 * name that action.yml does not declare: for a misspelt input the default would be used.
 *
 * @param known the names of all inputs, as action.yml declares them
 * @param env of the step
 */
export function unknownInputs(
  known: readonly string[],
  env: Readonly<Record<string, string | undefined>>
): InputError[] {
  const variables = new Set(known.map((name) => `INPUT_${name.toUpperCase()}`))
  return Object.keys(env)
    .filter((variable) => variable.startsWith('INPUT_') && !variables.has(variable))
    .map((variable) => {
      const name = variable.slice('INPUT_'.length).toLowerCase()
      const meant = nearest(name, known)
      return new InputError(
        name,
        meant === undefined
          ? 'is not an input of this action'
          : `is not an input of this action; did you mean '${meant}'?`
      )
    })
}

/** The name with the fewest letters to change, if these are few, or one that has it as a part (`region` for `aws-region`). */
function nearest(name: string, known: readonly string[]): string | undefined {
  const spelt = name.replaceAll('_', '-')
  const [best] = known
    .map((candidate) => ({candidate, changes: distance(spelt, candidate)}))
    .toSorted((one, other) => one.changes - other.changes)
  if (best !== undefined && best.changes <= Math.max(2, Math.floor(spelt.length / 4))) return best.candidate
  return known.find((candidate) => `-${candidate}-`.includes(`-${spelt}-`))
}
