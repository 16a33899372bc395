import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Run} from '../host/run.ts'

const sourceFolder = join(import.meta.dirname, 'java')

/** Old enough for a Java on which the stand-in has to say that it is too old. */
const release = 17

/** What the program is: a JAR like Jenkins's WAR, or one Java source file. */
export type Form = 'jar' | 'source'

/**
 * Writes the stand-in's program as `target`. With a Java compiler on PATH it is a JAR like Jenkins's WAR; without one it
 * is the source text, which any Java with its compiler module can run, a second more slowly.
 * @param folder an empty folder for what is in between
 */
export async function writeWar(target: string, version: string, folder: string, run: Run): Promise<Form> {
  const sources = await readSources(version)
  if (!(await hasCompiler(run))) {
    await writeFile(target, asOneFile(sources))
    return 'source'
  }
  const classes = join(folder, 'classes')
  await mkdir(classes)
  await Promise.all([...sources].map(([name, text]) => writeFile(join(folder, name), text)))
  const files = [...sources.keys()].map((name) => join(folder, name))
  await run('javac', ['--release', String(release), '-encoding', 'UTF-8', '-d', classes, ...files])
  const manifest = join(folder, 'MANIFEST.MF')
  await writeFile(
    manifest,
    `Main-Class: Main\nJenkins-Version: ${version}\nImplementation-Title: stand-in for Jenkins\n`
  )
  await run('jar', ['--create', '--file', target, '--manifest', manifest, '-C', classes, '.'])
  return 'jar'
}

/** Name to text, the main class first. */
async function readSources(version: string): Promise<Map<string, string>> {
  const names = (await readdir(sourceFolder)).filter((name) => name.endsWith('.java'))
  const mainFirst = names.toSorted((a, b) => Number(b === 'Main.java') - Number(a === 'Main.java'))
  const texts = await Promise.all(
    mainFirst.map(async (name) => {
      const text = await readFile(join(sourceFolder, name), 'utf8')
      return [name, text.replace('@VERSION@', version)] as const
    })
  )
  return new Map(texts)
}

/** Java 21 runs a program from source only when all of it is in one file. */
function asOneFile(sources: Map<string, string>): string {
  const lines = [...sources.values()].flatMap((text) => text.split('\n'))
  const imports = lines.filter((line) => line.startsWith('import '))
  return [...new Set(imports), ...lines.filter((line) => !line.startsWith('import '))].join('\n')
}

async function hasCompiler(run: Run): Promise<boolean> {
  try {
    const major = /^javac (\d+)/m.exec(await run('javac', ['-version']))?.[1]
    return Number(major ?? 0) >= release
  } catch {
    return false
  }
}
