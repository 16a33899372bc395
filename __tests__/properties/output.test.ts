import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {openLedger, type Ledger} from '../../src/ledger/ledger.ts'
import {build as runBuild, type BuildJob} from '../../src/packer/build.ts'
import {diagnose} from '../../src/packer/diagnosis.ts'
import {failureIn} from '../../src/packer/diagnosis/failure.ts'
import {parseMessage} from '../../src/packer-output/messages.ts'
import {explain, UserError} from '../../src/lib/errors.ts'
import {actionsLog} from '../../src/lib/log.ts'
import {recordingLog} from '../helpers/recording-log.ts'
import {artifact, build, failsWith, image, provisionerPrints, says} from './as-packer.ts'
import {effectsOf, forEachOutput, none, seenByRunner, written} from './as-runner.ts'
import {fragments, hostileOutput, shortOutput, type HostileOutput} from './hostile-output.ts'
import {report, seed} from './tally.ts'

const commandFiles = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY']
const folder = mkdtempSync(join(tmpdir(), 'output-'))
const before = Object.fromEntries(commandFiles.map((name) => [name, process.env[name]]))

beforeAll(() => {
  for (const name of commandFiles) {
    writeFileSync(join(folder, name), '')
    process.env[name] = join(folder, name)
  }
})
afterAll(() => {
  for (const name of commandFiles) {
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
  }
  rmSync(folder, {recursive: true})
})

let ledger: Ledger
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(folder, 'ledger-')), 'bake')
})

const keyPair = 'packer_6740f1a0-1111-2222-3333-444455556666'
const instance = 'i-0123456789abcdef0'
const beginning = Buffer.concat([
  says(`Creating temporary keypair: ${keyPair}`),
  says('Launching a source AWS instance...'),
  says(`Instance ID: ${instance}`),
  says('Connected to SSH!'),
  says('Provisioning with shell script: setup.sh')
])

interface Heard {
  readonly announced: string[]
}

/** A shell script in the place of Packer, with the output that a real one would have had. */
function packerThatPrints(output: Buffer, {announced}: Heard, ending = 'exit 0', program = 'cat'): BuildJob {
  const packer = join(ledger.folder, 'packer-stand-in')
  writeFileSync(join(ledger.folder, 'prints'), output)
  writeFileSync(packer, `#!/bin/sh\n${program} '${join(ledger.folder, 'prints')}'\n${ending}\n`)
  chmodSync(packer, 0o755)
  return {
    packer,
    template: 'own.pkr.hcl',
    variablesFiles: [],
    arguments: [],
    workingDirectory: ledger.folder,
    environment: {PATH: process.env['PATH'] ?? ''},
    facts: {shipped: false, tagged: false, sshUsername: ''},
    onKeyPair: (name) => void announced.push(name),
    onKeyPairMade: () => {},
    onSecurityGroup: () => {},
    onInstance: (id) => void announced.push(id),
    onHint: () => {}
  }
}

const never = new AbortController().signal

/** What Packer announces of its own, and nothing that a machine may have made up. */
function expectOwnAnnouncements({announced}: Heard): void {
  expect(announced).toEqual([keyPair, instance])
  expect(ledger.announced).toMatchObject({
    keyPairs: [keyPair],
    doubtfulKeyPairs: [],
    securityGroups: [],
    instanceProfiles: [],
    roles: [],
    instances: [instance],
    launchTemplates: [],
    spot: false
  })
}

function expectUntouchedFiles(): void {
  expect(commandFiles.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(commandFiles.map(() => ''))
}

/** A machine prints this while it is provisioned. */
async function provisioned(outputs: readonly Buffer[], program?: string): Promise<void> {
  const heard: Heard = {announced: []}
  const prints = Buffer.concat([beginning, ...outputs.map(provisionerPrints), says('AMI: ami-x'), artifact()])
  const shown = await written(async () => {
    const {artifacts} = await runBuild(packerThatPrints(prints, heard, 'exit 0', program), ledger, actionsLog(), never)
    expect(artifacts).toEqual([{target: build, builderId: 'mitchellh.amazonebs', id: `us-east-1:${image}`}])
  })
  const seen = seenByRunner(shown)
  expect(effectsOf(seen)).toEqual(none)
  expect(Math.max(...seen.lines.map((line) => line.length))).toBeLessThan(6_000)
  expectOwnAnnouncements(heard)
  expectUntouchedFiles()
}

it('shows what a machine prints as text: the whole corpus', async () => {
  await provisioned(hostileOutput.map(({bytes}) => bytes))
  report('Known hostile outputs of a machine', {refused: 0, arrived: hostileOutput.length})
})

it('shows it as text when it comes a byte at a time', async () => {
  const write =
    'const fs = require("fs"); for (const byte of fs.readFileSync(process.argv[1])) fs.writeSync(1, Buffer.from([byte]))'
  await provisioned(
    shortOutput.map(({bytes}) => bytes),
    `'${process.execPath}' -e '${write}'`
  )
})

const madeUp = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({unit: 'binary', maxLength: 8})), {maxLength: 6})
  .map((parts) => Buffer.from(parts.join('')))

it('shows what a machine prints as text: made-up outputs', async () => {
  let all = 0
  await fc.assert(
    fc.asyncProperty(fc.array(madeUp, {minLength: 400, maxLength: 400}), async (outputs) => {
      ledger = openLedger(mkdtempSync(join(folder, 'ledger-')), 'bake')
      await provisioned(outputs)
      all += outputs.length
    }),
    {seed, numRuns: 30}
  )
  report('Made-up outputs of a machine', {refused: 0, arrived: all})
})

it('shows what comes past Packer’s protocol as text', async () => {
  // Packer itself must be believed: what has its protocol's form is left out.
  const isText = ({bytes}: HostileOutput): boolean => !/^\d+,[^\n]*,/m.test(bytes.toString('latin1'))
  const raw = hostileOutput.filter(isText).flatMap(({bytes}) => [bytes, Buffer.from('\n')])
  const heard: Heard = {announced: []}
  const shown = await written(() =>
    runBuild(packerThatPrints(Buffer.concat([...raw, artifact()]), heard), ledger, actionsLog(), never)
  )
  expect(effectsOf(seenByRunner(shown))).toEqual(none)
  expect(heard.announced).toEqual([])
})

/** The step fails: its one command has the text that GitHub shows. */
async function failsIn(work: () => Promise<unknown>): Promise<void> {
  const log = actionsLog()
  const shown = await written(async () => log.error(explain(await work().catch((error: unknown) => error))))
  const seen = seenByRunner(shown)
  expect(effectsOf(seen)).toEqual({...none, commands: ['error']})
  const data = seen.commands.map((command) => command.data).join('\n')
  expect(data.slice(0, 100)).toMatch(/^(The build|Packer)/)
  expect(data.length).toBeLessThan(4_096)
  expectUntouchedFiles()
}

it('says why a build failed in one message that is text: the whole corpus', async () => {
  const all = Buffer.concat(hostileOutput.flatMap(({bytes}) => [bytes, Buffer.from('\n')]))
  writeFileSync(join(ledger.folder, 'errors'), all)
  const output = Buffer.concat([beginning, provisionerPrints(all), failsWith(all)])
  const job = packerThatPrints(output, {announced: []}, `cat '${join(ledger.folder, 'errors')}' >&2; exit 1`)
  await failsIn(() => runBuild(job, ledger, recordingLog(), never))
})

it('says why a build failed in one message that is text', () =>
  forEachOutput(async (text, bytes) => {
    const facts = {shipped: false, tagged: false, sshUsername: ''}
    const said = [beginning, provisionerPrints(bytes), failsWith(bytes)]
    for (const [packer, stderr] of [
      [Buffer.concat(said), ''],
      [Buffer.concat([failsWith(bytes)]), text],
      [Buffer.alloc(0), text]
    ] as const) {
      const messages = packer
        .toString()
        .split('\n')
        .flatMap((line) => parseMessage(line) ?? [])
      await failsIn(async () => {
        throw new UserError(diagnose(failureIn(messages, stderr), facts, 'ended with exit code 1').message)
      })
    }
  }))

it('shows a log that the runner reads the same at every byte it may be cut', async () => {
  const log = actionsLog()
  for (const {bytes} of shortOutput) {
    const shown = await written(() => {
      log.info(bytes.toString())
      log.quote(bytes.toString().replaceAll(/\s/g, ''), bytes.toString())
    })
    for (const size of [1, 2, 3, 7, shown.length]) expect(effectsOf(seenByRunner(shown, size))).toEqual(none)
  }
})
