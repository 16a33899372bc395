import type {Run} from '../../host/run.ts'
import {readWith} from './read-with.ts'

/**
 * The main attributes of an archive's META-INF/MANIFEST.MF. A line goes on where the next one begins with a blank (JAR File
 * Specification).
 *
 * @throws Error with one sentence when the file is no archive, or has no manifest
 */
export async function manifestOf(file: string, run: Run): Promise<ReadonlyMap<string, string>> {
  const args = ['-p', '-qq', file, 'META-INF/MANIFEST.MF']
  return parseManifest(await readWith(run, 'unzip', args, 'it is no archive with a META-INF/MANIFEST.MF'))
}

export function parseManifest(text: string): ReadonlyMap<string, string> {
  const [main = ''] = text.replaceAll(/\r\n?/g, '\n').split('\n\n')
  const lines = main.replaceAll('\n ', '').split('\n')
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(': ')
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 2).trim()] as const]
    })
  )
}
