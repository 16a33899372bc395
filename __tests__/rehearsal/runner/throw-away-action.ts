import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A folder for the tests of one file, and the function that removes it. */
export async function scratchFolder(): Promise<{folder: string; remove: () => Promise<void>}> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-test-'))
  return {folder, remove: () => rm(folder, {recursive: true, force: true})}
}

/** Writes a small action: the bodies of main and post as CommonJS, and its inputs as YAML. */
export async function writeAction(
  parent: string,
  {main, post, inputs = '{}'}: {main: string; post?: string; inputs?: string}
): Promise<string> {
  const folder = await mkdtemp(join(parent, 'action-'))
  const runs = `{using: node24, main: main.cjs${post === undefined ? '' : ', post: post.cjs'}}`
  await writeFile(join(folder, 'action.yml'), `name: throw-away\ninputs: ${inputs}\nruns: ${runs}\n`)
  await writeFile(join(folder, 'main.cjs'), main)
  if (post !== undefined) await writeFile(join(folder, 'post.cjs'), post)
  return folder
}
