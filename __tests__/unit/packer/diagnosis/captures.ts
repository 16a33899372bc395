import {readdirSync, readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {failureIn, type Failure} from '../../../../src/packer/diagnosis/failure.ts'
import {parseMessage} from '../../../../src/packer-output/messages.ts'

const folder = join(import.meta.dirname, 'captures')
const separator = '--- stderr ---\n'

/**
 * What a real Packer printed when it failed, by the name of what went wrong and Packer's version; shortened, with ids and
 * addresses replaced. Those whose name ends in `-source` are put together from the sources that they name.
 */
export const captures: readonly string[] = readdirSync(folder).map((name) => basename(name, '.txt'))

export function failureOf(capture: string): Failure {
  const [output = '', stderr = ''] = readFileSync(join(folder, `${capture}.txt`), 'utf8').split(separator)
  return failureIn(
    output.split('\n').flatMap((line) => parseMessage(line) ?? []),
    stderr
  )
}
