import {writeFile} from 'node:fs/promises'
import {Command, InvalidArgumentError, Option} from 'commander'
import {messageOf} from '../../src/report/errors.ts'
import type {JenkinsMode} from '../machines/light/driver.ts'
import {cleanUp} from '../machines/nspawn/driver.ts'
import {rehearse, type RehearseOptions} from '../rehearse.ts'
import {accountOf} from './account.ts'
import {showLine} from './show-line.ts'
import {stopSignal} from './stop-signal.ts'

interface Flags extends Pick<RehearseOptions, 'driver' | 'jenkins' | 'canary' | 'cancelAt' | 'killAt'> {
  packer?: string
  with: Record<string, string>
  json?: string
  clean?: true
}

const jenkinsModes: JenkinsMode[] = [
  'ready',
  'slow',
  'boot-failure',
  'load-failure',
  'restart-loop',
  'absent',
  'wrong-version'
]

const command = new Command('npm run rehearse --')
  .description(
    'Bakes and smoke-tests a Jenkins image with a real Packer against a local cloud, without AWS: the committed action, run as the ' +
      'Actions runner runs it.'
  )
  .addOption(new Option('--driver <name>', 'what the machines are').choices(['light', 'nspawn']).default('light'))
  .option('--clean', 'removes what a killed rehearsal left, and does nothing else')
  .addOption(
    new Option('--jenkins <mode>', 'how the image’s Jenkins behaves (light)').choices(jenkinsModes).default('ready')
  )
  .option(
    '--packer <path|version|system>',
    'default: what the action installs; else what `npm run packers` built; else the distribution’s package'
  )
  .addOption(
    new Option('--with <input=value>', 'an input of the action, over those that the rehearsal sets (repeatable)')
      .argParser(addInput)
      .default({}, 'none')
  )
  .option('--json <file>', 'writes the report')
  .option('--cancel-at <call[#n]>', 'begins the runner’s cancel sequence when that call arrives')
  .option('--kill-at <call[#n]>', 'sends SIGKILL to the action’s node when that call arrives, then runs post')
  .addOption(
    new Option('--canary <fault>', 'a cloud that leaves something behind, which must turn the run red').choices([
      'ignored-terminate',
      'hidden-snapshot'
    ])
  )
  .addHelpText(
    'after',
    `
Calls are named as AWS names its actions (RunInstances, CreateImage), the request for an OIDC token GetIdToken, and a request to
port 8080 of a machine Probe. #n counts the calls of that name from 1, which is the default: RunInstances#2.

The rehearsal sets these inputs by itself: aws-region, role-to-assume, source-ami, jenkins-repository-url, smoke-timeout, packer-version
(and template for a Packer before 1.7), and allowed-cidrs=127.0.0.1/32, because that is where the machines see the action;
--canary hidden-snapshot sets deregister=always.

Exit status: the action's; 1 if it succeeded and something was left behind.`
  )
  .parse()

const {with: inputs, json, clean, ...flags} = command.opts<Flags>()
if (clean) {
  const removed = await cleanUp()
  console.log(removed.length === 0 ? 'There was nothing to remove.' : removed.map((one) => `Removed ${one}`).join('\n'))
  process.exit()
}
try {
  const report = await rehearse({
    ...flags,
    inputs,
    signal: stopSignal(),
    progress: (sentence) => console.log(sentence),
    onLine(line) {
      const text = showLine(line)
      if (text !== undefined) console.log(text)
    }
  })
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${accountOf(report)}`)
  process.exitCode = report.exitCode
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}

function addInput(text: string, earlier: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Expected INPUT=VALUE.')
  return {...earlier, [text.slice(0, equals)]: text.slice(equals + 1)}
}
