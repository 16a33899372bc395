import {createHash, scrypt, type Hash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {readdir, realpath, stat} from 'node:fs/promises'
import * as path from 'node:path'
import {promisify} from 'node:util'

/** Beyond this a folder is not the one of a template alone. */
const most = {files: 20_000, bytes: 1_000_000_000}

/** The files are more than anybody keeps beside a template. */
export class TooMuchError extends Error {}

/**
 * The digest of files and folders, byte for byte: of every file's path below its root, of its content, and of whether it
 * can be executed. Links are followed; `.git` is left out, because every checkout writes a different one.
 *
 * @returns 32 hexadecimal digits
 * @throws {TooMuchError} for more than 20,000 files or 1 GB
 */
export async function digestOf(roots: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const budget = {...most}
  for (const root of roots) await add(root, '', {hash, budget, open: []})
  return short(hash.digest('hex'))
}

/** The digest of a string that may hold a short secret: slow to try, and different in another context. */
export async function slowDigestOf(text: string, context: string): Promise<string> {
  const key = await promisify<string, string, number, Buffer>(scrypt)(text, `bake-jenkins-ami ${context}`, 16)
  return key.toString('hex')
}

/** The digest of a list of strings. */
export function digestOfStrings(strings: readonly string[]): string {
  return short(createHash('sha256').update(JSON.stringify(strings)).digest('hex'))
}

const short = (hex: string): string => hex.slice(0, 32)

interface Walk {
  readonly hash: Hash
  /** What may still be read. */
  readonly budget: {files: number; bytes: number}
  /** The folders that a link could lead back to. */
  readonly open: readonly string[]
}

/** @param name relative to the root, with `/` between its parts */
async function add(location: string, name: string, walk: Walk): Promise<void> {
  const {hash, budget, open} = walk
  const found = await stat(location).catch(() => undefined)
  if (found?.isDirectory()) {
    const real = await realpath(location)
    if (open.includes(real)) return
    const entries = (await readdir(location)).filter((entry) => entry !== '.git').toSorted()
    for (const entry of entries) {
      await add(path.join(location, entry), `${name}/${entry}`, {...walk, open: [...open, real]})
    }
    return
  }
  // Sockets and pipes have no content, and a link may lead nowhere.
  if (!found?.isFile()) return
  budget.files -= 1
  budget.bytes -= found.size
  if (budget.files < 0 || budget.bytes < 0) throw new TooMuchError(`more than ${most.files} files or 1 GB`)
  hash.update(`${JSON.stringify([name, (found.mode & 0o111) !== 0, found.size])}\n`)
  for await (const chunk of createReadStream(location)) hash.update(chunk as Buffer)
}
