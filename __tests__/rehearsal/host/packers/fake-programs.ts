import {chmod, mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Run} from '../../../../rehearsal/host/run.ts'

/** A file that looks like a Packer of this version to everything that only asks for the version. */
export async function writePacker(file: string, version: string): Promise<string> {
  await mkdir(dirname(file), {recursive: true})
  await writeFile(file, `#!/bin/sh\necho "Packer v${version}"\n`)
  await chmod(file, 0o755)
  return file
}

/** What `npm run packers` leaves in a cache. */
export async function writeBuiltPacker(cache: string): Promise<string> {
  const folder = join(cache, 'bake-jenkins-ami/packers/1.16.0')
  await mkdir(join(folder, 'plugins/github.com/hashicorp/amazon'), {recursive: true})
  return writePacker(join(folder, 'packer'), '1.16.0')
}

/** Programs by what they do with their arguments; all others are missing. Records what was run. */
export function programs(known: Record<string, (args: readonly string[]) => string | Promise<string>>) {
  const ran: string[] = []
  const run: Run = async (command, args) => {
    ran.push([command, ...args].join(' '))
    const program = known[command]
    if (!program) throw new Error(`${command}: not found`)
    return program(args)
  }
  return {run, ran}
}
