import {readFile, writeFile} from 'node:fs/promises'
import {basename, join, resolve} from 'node:path'
import {Command, InvalidArgumentError, Option} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import {withFigures, type Measurements} from '../trials/bench/document.ts'
import type {Peer, Result} from '../trials/bench/figure.ts'
import {figures} from '../trials/bench/figures.ts'
import {describeMachine} from '../trials/bench/machine.ts'
import {measure} from '../trials/bench/run.ts'
import {linesOf} from '../trials/bench/table.ts'
import {choosePacker, releasesReachable} from '../host/packers/choose.ts'
import type {Packer} from '../host/packers/packer.ts'
import {run} from '../host/run.ts'
import {refuseRealCredentials} from '../host/safeguard.ts'
import {stopSignal} from '../host/stop-signal.ts'
import {readActionFile} from '../runner/action-file.ts'
import {actionsNode} from '../runner/node.ts'

interface Flags {
  peer: Peer[]
  packer?: string
  runs?: number
  json?: string
  docs?: true
  from?: string
}

const project = join(import.meta.dirname, '../..')
const page = join(project, 'docs/performance.md')
const names = figures.map(({name}) => name)
const {env} = process

const command = new Command('npm run bench --')
  .description(
    'Measures the committed action: its time, calls and memory, each figure beside its baseline in the same run. Progress is on stderr.'
  )
  .argument('[figures...]', `of ${names.join(', ')}; default: all`)
  .addOption(
    new Option('--peer <name=path>', 'the main script of another action, for `start` and `size` (repeatable)')
      .argParser((text: string, earlier: Peer[]) => [...earlier, peerIn(text)])
      .default([], 'none')
  )
  .option('--packer <path|version|system>', 'as for npm run rehearse')
  .option('--runs <n>', 'how often each figure is measured, in place of its own number', wholeNumber)
  .option('--json <file>', 'writes the results')
  .option('--docs', `writes the generated part of docs/${basename(page)}`)
  .option('--from <file>', 'measures nothing and takes the results that --json wrote')
  .addHelpText(
    'after',
    `
Figures:
${figures.map(({name, what, runs}) => `  ${name.padEnd(10)}${what}. ${runs} runs`).join('\n')}

A goal that is missed does not fail the command: times are of this machine, at this hour. Exit status: 1 where something could not be
measured because it failed, or that was named; 130 after Ctrl-C, with what was measured until then.`
  )
  .parse()

const {peer: peers, packer: wanted, runs, json, docs, from} = command.opts<Flags>()
const signal = stopSignal()
const progress = (sentence: string): void => console.error(sentence)
try {
  const measurements = from === undefined ? await measureAll() : await read(from)
  if (from !== undefined) show(measurements.results)
  if (json !== undefined) await writeFile(json, `${JSON.stringify(measurements, null, 2)}\n`)
  if (docs) await writeFile(page, withFigures(await readFile(page, 'utf8'), measurements))
  const isNamed = command.args.length > 0
  if (measurements.results.some(({failed, missing}) => failed || (isNamed && missing !== undefined))) {
    process.exitCode = 1
  }
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}

async function measureAll(): Promise<Measurements> {
  refuseRealCredentials(env)
  const unknown = command.args.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Error(`There is no figure ${unknown.join(', ')}. There are ${names.join(', ')}.`)
  const node = actionsNode()
  let packer: Promise<Packer> | undefined
  const bench = {project, node: node.executable, peers, env, progress, signal, runs}
  const results: Result[] = []
  for (const figure of figures.filter(({name}) => command.args.length === 0 || command.args.includes(name))) {
    const result = await measureUnlessStopped(figure, {...bench, packer: () => (packer ??= havePacker())})
    if (!result) break
    show([result])
    results.push(result)
  }
  return {
    date: new Date().toISOString(),
    machine: describeMachine(),
    node: node.version,
    ...(packer ? {packer: (await packer).version} : {}),
    results
  }
}

async function measureUnlessStopped(...args: Parameters<typeof measure>): Promise<Result | undefined> {
  try {
    return await measure(...args)
  } catch (error) {
    if (!signal.aborted) throw error
    console.error('Stopped: what was measured until now is told.')
    process.exitCode = 130
    return undefined
  }
}

function show(results: readonly Result[]): void {
  for (const line of results.flatMap(linesOf)) console.log(line)
}

async function havePacker(): Promise<Packer> {
  return choosePacker(wanted, {
    env,
    progress,
    run,
    isRoot: process.geteuid?.() === 0,
    releasesReachable,
    actionDefault: (await readActionFile(project)).defaults.get('packer-version') ?? ''
  })
}

async function read(file: string): Promise<Measurements> {
  return JSON.parse(await readFile(file, 'utf8')) as Measurements
}

function peerIn(text: string): Peer {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Expected NAME=PATH.')
  return {name: text.slice(0, equals), main: resolve(env['INIT_CWD'] ?? '.', text.slice(equals + 1))}
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 999.')
  return Number(text)
}
