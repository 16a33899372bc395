// `npm run mutants [WORD…]`: takes each guard of __tests__/mutants/guards.ts out of a copy of the source, one at a time, and runs the
// tests that must then fail. Ends with 1 when one survives.
import {spawn} from 'node:child_process'
import {cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {guards, type Guard} from '../__tests__/mutants/guards.ts'
import {stopSignal} from '../rehearsal/host/stop-signal.ts'
import {messageOf} from '../src/lib/errors.ts'
import {timeLimit} from '../src/lib/wait.ts'

const root = join(import.meta.dirname, '..')
/** Two at once keep a small machine busy; jest itself runs each in one process. */
const atOnce = 2
const longestMs = 180_000
const say = (sentence: string) => console.log(sentence)
const stop = stopSignal()

interface Verdict {
  readonly guard: Guard
  /** The test that failed first; undefined where all passed. */
  readonly killedBy?: string
  /** Why it was not even tried. */
  readonly problem?: string
  readonly seconds: number
}

/** What jest writes with --json. */
interface JestResult {
  readonly numFailedTests: number
  readonly numPassedTests: number
  readonly numRuntimeErrorTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {readonly status: string; readonly fullName: string}[]
  }[]
}

/** A guard may be what ends a loop or a wait. */
class EndlessError extends Error {
  constructor(test: string) {
    super(`${test} does not come to an end`)
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bake-jenkins-ami-mutants-'))
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  say(messageOf(error))
  process.exitCode = stop.aborted ? 130 : 1
} finally {
  await rm(folder, {recursive: true, force: true})
}

async function main(words: readonly string[]): Promise<number> {
  const chosen = guards.filter(({name, file}) => words.every((word) => `${file} ${name}`.includes(word)))
  if (chosen.length === 0) throw new Error(`No guard has ${words.join(' and ')} in its file and name.`)
  const copies = await Promise.all(Array.from({length: atOnce}, (_, at) => copyOfTree(join(folder, `copy-${at}`))))
  const tests = [...new Set(chosen.flatMap((guard) => guard.tests))]
  say(`${chosen.length} guards; first their ${tests.length} test files as they are`)
  await share(copies, tests, async (copy, test) => {
    const result = await jest(copy, test)
    const fails = result.numFailedTests > 0 || result.numRuntimeErrorTestSuites > 0 || result.numPassedTests === 0
    if (fails)
      throw new Error(`${test} does not pass as it is, so that nothing can be told: ${firstFailure(result) ?? ''}`)
  })
  const verdicts: Verdict[] = []
  await share(copies, chosen, async (copy, guard) => {
    const verdict = await tried(copy, guard)
    verdicts.push(verdict)
    say(`${verdicts.length}/${chosen.length} ${lineOf(verdict)}`)
  })
  stop.throwIfAborted()
  return conclude(chosen.flatMap((guard) => verdicts.filter((verdict) => verdict.guard === guard)))
}

/** Works on all items, in each copy on one at a time. */
async function share<T>(
  copies: readonly string[],
  items: readonly T[],
  work: (copy: string, item: T) => Promise<void>
) {
  const queue = [...items]
  await Promise.all(
    copies.map(async (copy) => {
      for (let item = queue.shift(); item !== undefined && !stop.aborted; item = queue.shift()) await work(copy, item)
    })
  )
}

function lineOf({guard, killedBy, problem, seconds}: Verdict): string {
  const end = problem ?? (killedBy === undefined ? 'SURVIVED' : `killed by ${killedBy}`)
  return `${guard.file}: ${guard.name}: ${end} (${seconds.toFixed(1)} s)`
}

function conclude(verdicts: readonly Verdict[]): number {
  const alive = verdicts.filter(({killedBy}) => killedBy === undefined)
  const rows = verdicts.map(
    ({guard, killedBy, problem}) => `| \`${guard.file}\` | ${guard.name} | ${killedBy ?? problem ?? '**survived**'} |`
  )
  say(['', '| File | Guard | Killed by |', '|---|---|---|', ...rows, ''].join('\n'))
  say(`${verdicts.length} guards taken out, ${verdicts.length - alive.length} noticed, ${alive.length} not`)
  return alive.length > 0 ? 1 : 0
}

/** The tree with everything that tests read, and the same node_modules. */
async function copyOfTree(target: string): Promise<string> {
  const left = new Set(['node_modules', '.git'])
  await mkdir(target)
  await cp(root, target, {recursive: true, filter: (source) => !left.has(relative(root, source))})
  await symlink(join(root, 'node_modules'), join(target, 'node_modules'))
  return target
}

async function tried(copy: string, guard: Guard): Promise<Verdict> {
  const began = performance.now()
  const file = join(copy, 'src', guard.file)
  const text = await readFile(file, 'utf8')
  const parts = text.split(guard.guard)
  try {
    if (parts.length !== 2) {
      return {guard, problem: `its text is there ${parts.length - 1} times, not once`, seconds: 0}
    }
    await writeFile(file, parts.join(guard.without))
    for (const test of guard.tests) {
      const result = await jest(copy, test)
      const seconds = (performance.now() - began) / 1_000
      // A file that does not even load proves nothing.
      if (result.numRuntimeErrorTestSuites > 0)
        return {guard, problem: 'without it the source cannot be loaded', seconds}
      const killedBy = firstFailure(result)
      if (killedBy !== undefined) return {guard, seconds, killedBy}
    }
    return {guard, seconds: (performance.now() - began) / 1_000}
  } catch (error) {
    // Whoever runs the tests notices that they do not end.
    if (error instanceof EndlessError && !stop.aborted)
      return {guard, seconds: (performance.now() - began) / 1_000, killedBy: error.message}
    return {guard, problem: messageOf(error), seconds: (performance.now() - began) / 1_000}
  } finally {
    await writeFile(file, text)
  }
}

function firstFailure({testResults}: JestResult): string | undefined {
  const failed = testResults.flatMap(({name, assertionResults}) =>
    assertionResults.flatMap(({status, fullName}) =>
      status === 'failed' ? [`${name.replace(/^.*\/__tests__\//, '')}: ${fullName}`] : []
    )
  )
  return failed[0]?.replaceAll(/[|\n\r]/g, ' ').slice(0, 160)
}

async function jest(copy: string, test: string): Promise<JestResult> {
  const output = join(copy, 'mutant.json')
  await rm(output, {force: true})
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const program = join(copy, 'node_modules/jest/bin/jest.js')
  const child = spawn(
    process.execPath,
    [...flags, program, '-i', '--json', `--outputFile=${output}`, '--runTestsByPath', join(copy, '__tests__', test)],
    {cwd: copy, stdio: 'ignore', signal: timeLimit(longestMs, [stop])}
  )
  const end = await new Promise<'exit' | 'error'>((resolve) => {
    child.once('error', () => resolve('error'))
    child.once('exit', () => resolve('exit'))
  })
  if (end === 'error') throw new EndlessError(test)
  const result = await readFile(output, 'utf8').catch(() => undefined)
  if (result === undefined) throw new Error(`${test}: jest broke down`)
  return JSON.parse(result) as JestResult
}
