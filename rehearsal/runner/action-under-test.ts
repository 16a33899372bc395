import {access} from 'node:fs/promises'
import {relative} from 'node:path'
import {readActionFile, type ActionFile} from './action-file.ts'

/**
 * Reads the action and checks what can be checked before it is run.
 * @param inputs what the user gave
 * @throws Error that names undeclared inputs, or scripts that have not been built
 */
export async function readActionUnderTest(
  folder: string,
  inputs: Readonly<Record<string, string>>
): Promise<ActionFile> {
  const action = await readActionFile(folder)
  const declared = [...action.defaults.keys()]
  const unknown = Object.keys(inputs).filter((name) => !declared.includes(name))
  if (unknown.length > 0) {
    throw new Error(`The action has no input ${unknown.join(', ')}. Its inputs are: ${declared.join(', ')}`)
  }
  for (const script of [action.main, action.post]) {
    if (script === undefined || (await isThere(script))) continue
    throw new Error(`${relative(folder, script)} is missing in ${folder}: \`npm run build\` makes it`)
  }
  return action
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false
  )
}
