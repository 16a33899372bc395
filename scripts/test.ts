// `npm test`: sets up what the tests need, saying so, then runs jest and ends with a line of its own that counts.
import {existsSync} from 'node:fs'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {messageOf} from '../src/lib/errors.ts'
import {stopSignal} from '../rehearsal/host/stop-signal.ts'
import {packagesIn, pluginsIn} from '../rehearsal/jenkins/real/files.ts'
import {createNspawnDriver, whyNot} from '../rehearsal/machines/nspawn/driver.ts'
import {systemPacker} from '../rehearsal/host/packers/distribution.ts'
import {run} from '../rehearsal/host/run.ts'
import {scenarioPackers} from '../rehearsal/host/packers/scenario-packers.ts'
import {realCredentials} from '../rehearsal/host/safeguard.ts'
import {jenkinsLine, noteVariable} from './test-jenkins.ts'
import {runJest} from './run-jest.ts'
import {reportOf, type JestResult} from './test-report.ts'

const say = (sentence: string) => console.log(sentence)

const stop = stopSignal()
try {
  announceJenkins()
  await setUp()
  process.exitCode = stop.aborted ? 130 : await testAll(process.argv.slice(2), environment())
} catch (error) {
  say(messageOf(error))
  process.exitCode = 1
}

async function setUp(): Promise<void> {
  try {
    const {version, source} = await systemPacker({
      env: process.env,
      run,
      progress: say,
      isRoot: process.geteuid?.() === 0
    })
    say(`Set-up: Packer ${version}, ${source}`)
  } catch (error) {
    say(`Set-up: no Packer of the distribution: ${messageOf(error)}`)
  }
  for (const {packer, missing} of Object.values(await scenarioPackers())) {
    say(
      packer
        ? `Set-up: scenarios run on Packer ${packer.version}, ${packer.source}`
        : `Set-up: some scenarios are not run: ${missing}`
    )
  }
  await prepareMachines()
}

/** @throws Error for a file that is not there: it would fail every scenario on real machines, one after the other */
function announceJenkins(): void {
  for (const {path, by} of [...packagesIn(process.env), ...[pluginsIn(process.env) ?? []].flat()]) {
    if (!existsSync(path)) throw new Error(`${by} ${path}: there is no such file or folder`)
    say(`Set-up: ${by} names ${path}`)
  }
}

/** The first time, packages of the host and the base system of real machines take minutes, which no test is to wait for. */
async function prepareMachines(): Promise<void> {
  try {
    const reason = await whyNot()
    if (reason !== undefined) return say(`Set-up: tests of real machines are not run: ${reason}`)
    const driver = await createNspawnDriver({progress: say, signal: stop})
    await driver.close()
    say('Set-up: real machines can be started')
  } catch (error) {
    say(`Set-up: real machines cannot be started: ${messageOf(error)}`)
  }
}

/** Rehearsals refuse to start beside real credentials, and no test has any use for them. */
function environment(): NodeJS.ProcessEnv {
  const dropped = realCredentials(process.env)
  if (dropped.length > 0) say(`Set-up: the tests run without ${dropped.join(', ')}`)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.includes(name)))
}

async function testAll(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bake-jenkins-ami-test-'))
  const resultFile = join(folder, 'result.json')
  const noteFile = join(folder, 'jenkins.txt')
  try {
    // Scenarios mostly wait: for Packer, for machines, for Jenkins.
    const jestArgs = ['--maxWorkers=8', ...args, '--json', `--outputFile=${resultFile}`]
    const exitCode = await runJest(jestArgs, {...env, [noteVariable]: noteFile}, stop)
    const text = await readFile(resultFile, 'utf8').catch(() => undefined)
    if (text === undefined) {
      say('jest ended without a result')
      return exitCode || 1
    }
    const result: JestResult = JSON.parse(text)
    const notes = await readFile(noteFile, 'utf8').catch(() => '')
    say(`\n${jenkinsLine(notes)}\n${reportOf(result)}`)
    return exitCode
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
