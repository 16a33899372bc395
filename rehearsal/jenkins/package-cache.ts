import {createHash} from 'node:crypto'
import {mkdir, readdir, readFile, rename, writeFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import type {Run} from '../host/run.ts'
import type {StandInFailure} from './failures.ts'
import type {BuiltPackage} from './package.ts'

interface Kept {
  readonly control: string
  /** The package, in base64. */
  readonly deb: string
}

/**
 * The package that was built from the same sources for the same version, failure and compiler before; else the one that `build`
 * makes, which is kept: compiling takes seconds.
 *
 * @param cache A folder of the rehearsal's cache
 */
export async function cachedPackage(
  cache: string,
  {version, failure, run}: {readonly version: string; readonly failure?: StandInFailure | undefined; readonly run: Run},
  build: () => Promise<BuiltPackage>
): Promise<BuiltPackage> {
  const compiler = await run('javac', ['-version']).catch(() => 'none')
  const file = join(cache, `${await keyOf([version, failure ?? 'works', compiler])}.json`)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text !== undefined) {
    const {control, deb} = JSON.parse(text) as Kept
    return {control, bytes: Buffer.from(deb, 'base64')}
  }
  const built = await build()
  const kept: Kept = {control: built.control, deb: built.bytes.toString('base64')}
  await mkdir(cache, {recursive: true})
  await writeFile(`${file}.${process.pid}`, JSON.stringify(kept))
  await rename(`${file}.${process.pid}`, file)
  return built
}

/** Of everything in this folder, programs and parts of the package alike. */
async function keyOf(parts: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part}\0`)
  const entries = await readdir(import.meta.dirname, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.toSorted()) {
    hash.update(`${relative(import.meta.dirname, file)}\0`).update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 16)
}
