import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {Command, Option} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import {documentOf} from '../trials/compatibility/document.ts'
import {play} from '../trials/compatibility/play.ts'
import {isWrong, lineOf, type Compatibility, type Result} from '../trials/compatibility/result.ts'
import {nameOf, rows} from '../trials/compatibility/rows.ts'
import {packageVariable, pluginsVariable} from '../jenkins/real/files.ts'
import {actionsNode} from '../runner/node.ts'
import {stopSignal} from '../host/stop-signal.ts'

interface Flags {
  only: string[]
  json?: string
  docs?: true
  from?: string
}

const projectFolder = join(import.meta.dirname, '../..')

const command = new Command('npm run compatibility --')
  .description(
    'Rehearses the committed action on everything that it is said to work with and that can be had here: Packers, kinds of templates, ' +
      'systems and versions of Java. Nothing runs beside it: real machines are started one after the other.'
  )
  .addOption(
    new Option('--only <text>', 'only rows that contain it, such as "1.6.6" or "Ubuntu" (repeatable)')
      .argParser((text: string, earlier: string[]) => [...earlier, text])
      .default([], 'all')
  )
  .option('--json <file>', 'writes the results')
  .addOption(new Option('--docs', 'writes docs/compatibility.md, of all rows').conflicts('only'))
  .option('--from <file>', 'runs nothing and takes the results that --json wrote')
  .addHelpText(
    'after',
    `
${packageVariable} names the packages of Jenkins that are installed, separated by colons: a .deb or a .war for images, an .rpm for the
scripts for Amazon Linux. ${pluginsVariable} names a folder with plugins for images.
Without them images get the real Jenkins where pkg.jenkins.io can be reached; everything else gets a stand-in.

Exit status: 1 when a row fails or anything is left. What cannot be had here is not run, and says why.`
  )
  .parse()

const {only, json, docs, from} = command.opts<Flags>()
try {
  const compatibility = from === undefined ? await playRows() : await readResults(from)
  const {results} = compatibility
  if (json !== undefined) await writeFile(json, `${JSON.stringify(compatibility, null, 2)}\n`)
  if (docs) await writeFile(join(projectFolder, 'docs/compatibility.md'), documentOf(compatibility))
  const count = (outcome: Result['outcome']): number => results.filter((result) => result.outcome === outcome).length
  const left = results.reduce((sum, {leftovers}) => sum + leftovers, 0)
  console.log(
    `${results.length} rows: ${count('verified')} verified, ${count('installed')} installed, ${count('failed')} failed, ${count('not run')} not run, ${left} leftovers`
  )
  process.exitCode = results.length === 0 || results.some(isWrong) ? 1 : 0
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}

async function playRows(): Promise<Compatibility> {
  const signal = stopSignal()
  const wanted = rows.filter((row) => only.length === 0 || only.some((text) => nameOf(row).includes(text)))
  const results: Result[] = []
  for (const row of wanted) {
    const result = await play(row, signal)
    signal.throwIfAborted()
    results.push(result)
    console.log(lineOf(result))
  }
  return {node: actionsNode().version, results}
}

async function readResults(file: string): Promise<Compatibility> {
  return JSON.parse(await readFile(file, 'utf8')) as Compatibility
}
