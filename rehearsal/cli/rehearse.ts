import {open, writeFile} from 'node:fs/promises'
import {Command, InvalidArgumentError, Option} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import {behavioursOf} from '../trials/choose-driver.ts'
import {packageOption, packageVariable, pluginsOption, pluginsVariable} from '../jenkins/real/files.ts'
import {parseFault, type Fault} from '../cloud/faults/fault.ts'
import {faultKinds, meanings} from '../cloud/faults/kinds.ts'
import {baseNames} from '../machines/driver.ts'
import {cleanUp} from '../machines/nspawn/driver.ts'
import {mirrorVariable} from '../machines/nspawn/ubuntu-sources.ts'
import {rehearse} from '../trials/rehearse.ts'
import {type RehearseOptions} from '../trials/rehearse-options.ts'
import {accountOf} from './account.ts'
import {showLine} from './show-line.ts'
import {stopSignal} from '../host/stop-signal.ts'

interface Flags extends Pick<
  RehearseOptions,
  | 'driver'
  | 'base'
  | 'jenkins'
  | 'jenkinsPackage'
  | 'jenkinsPlugins'
  | 'canary'
  | 'cancelAt'
  | 'killAt'
  | 'loseAt'
  | 'debug'
> {
  packer?: string
  with: Record<string, string>
  fault: Fault[]
  json?: string
  clean?: true
}

const command = new Command('npm run rehearse --')
  .description(
    'Bakes and smoke-tests a Jenkins image with a real Packer against a local cloud, without AWS: the committed action, run as the ' +
      'Actions runner runs it.'
  )
  .addOption(
    new Option('--driver <name>', 'what the machines are; default: nspawn where this host can, else light').choices([
      'light',
      'nspawn'
    ])
  )
  .addOption(new Option('--base <system>', 'what the machines run; default: debian-13').choices(baseNames))
  .option('--clean', 'removes what a killed rehearsal left, and does nothing else')
  .addOption(
    new Option('--jenkins <mode>', 'how the image’s Jenkins behaves (below)')
      .choices([...new Set(Object.values(behavioursOf).flat())])
      .default('ready')
  )
  .option(
    `${packageOption} <file>`,
    `what real machines install as Jenkins: Jenkins’s own .deb, or a jenkins.war; default: ${packageVariable}`
  )
  .option(`${pluginsOption} <folder>`, `plugins for them, *.hpi and *.jpi; default: ${pluginsVariable}`)
  .option(
    '--packer <path|version|system>',
    'default: what the action installs; else what `npm run packers` built; else the distribution’s package'
  )
  .addOption(
    new Option('--with <input=value>', 'an input of the action, over those that the rehearsal sets (repeatable)')
      .argParser(addInput)
      .default({}, 'none')
  )
  .option('--debug', 'shows what “Enable debug logging” shows: every call, request and decision')
  .option('--json <file>', 'writes the report')
  .option('--cancel-at <call[#n]>', 'begins the runner’s cancel sequence when that call arrives')
  .option('--kill-at <call[#n]>', 'sends SIGKILL to the action’s node when that call arrives, then runs post')
  .option('--lose-at <call[#n]>', 'sends SIGKILL to everything that the job runs, and runs no post: the runner is lost')
  .addOption(
    new Option('--fault <call[#n]=kind[*times]>', 'what goes wrong with a call (repeatable)')
      .argParser(addFault)
      .default([], 'none')
  )
  .addOption(
    new Option('--canary <fault>', 'a cloud that leaves something behind, which must turn the run red').choices([
      'ignored-terminate',
      'hidden-snapshot'
    ])
  )
  .addHelpText(
    'after',
    `
Machines:
  nspawn  real ones: Debian 13 with systemd, cloud-init, OpenSSH, OpenJDK and apt, and a fresh boot from the image. They need Linux on
          x86_64, apt-get, and root or sudo without a password; what is missing (systemd-container, mmdebstrap …) is installed. Jenkins is
          the one that ${packageOption} or ${packageVariable} names, else the real one where pkg.jenkins.io can be
          reached, else a stand-in. Only the stand-in can be told to fail. --jenkins: ${behavioursOf.nspawn.join(', ')}.
          The variable may name several packages, separated by colons: an .rpm is for \`npm run compatibility\`.
          With --base ubuntu-24.04 they run Ubuntu, from Ubuntu's archive or the mirror that ${mirrorVariable} names.
  light   an SSH server that records the template's commands and runs none, and an HTTP server with Jenkins's pages: they do not prove
          that the template's scripts install Jenkins, or that the image boots. --jenkins: ${behavioursOf.light.join(', ')}.
Without --driver, a self-hosted runner gets light ones; so does a --jenkins or a Probe that only they have.

Calls are named as AWS names its actions (RunInstances, CreateImage), the request for an OIDC token GetIdToken, and a request to
port 8080 of a machine Probe. #n counts the calls of that name from 1, which is the default: RunInstances#2. packer:RunInstances#1
counts Packer's calls only, action:RunInstances#1 the action's. --cancel-at, --kill-at and --lose-at mean the call's arrival (it is
carried out all the same); with :after behind the call, the moment when it has been answered: CreateImage#1:after.

Kinds of faults:
${faultKinds.map((kind) => `  ${kind.padEnd(19)}${meanings[kind]}`).join('\n')}
*n repeats a fault for the n calls from there on, * for all of them: RunInstances#2=throttled*4.

The rehearsal sets these inputs by itself: aws-region, role-to-assume, source-ami, smoke-timeout, packer-version (and template for a
Packer before 1.7); jenkins-repository-url, its key's fingerprint and jenkins-update-center-url, but for a Jenkins from pkg.jenkins.io;
and allowed-cidrs, because the machines see the action at an address of this host's. --canary hidden-snapshot sets deregister=always.

Exit status: the action's; 1 if it succeeded and something was left behind.`
  )
  .parse()

const {with: inputs, fault: faults, json, clean, ...flags} = command.opts<Flags>()
if (clean) {
  await cleanUpNow()
  process.exit()
}
const stop = stopSignal()
try {
  // A bake takes half a minute; that there is nowhere to report to, one should hear before it.
  if (json !== undefined) await expectWritable(json)
  const report = await rehearse({
    ...flags,
    driver: flags.driver ?? 'best',
    inputs,
    faults,
    signal: stop,
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
  console.error(stop.aborted ? 'Stopped before the bake began.' : messageOf(error))
  process.exitCode = stop.aborted ? 130 : 1
}

async function cleanUpNow(): Promise<void> {
  try {
    const removed = await cleanUp()
    console.log(removed.map((one) => `Removed ${one}`).join('\n') || 'There was nothing to remove.')
  } catch (error) {
    console.error(messageOf(error))
    process.exitCode = 1
  }
}

async function expectWritable(file: string): Promise<void> {
  try {
    await (await open(file, 'a')).close()
  } catch (error) {
    throw new Error(`--json: the report could not be written: ${messageOf(error)}`, {cause: error})
  }
}

function addInput(text: string, earlier: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Expected INPUT=VALUE.')
  return {...earlier, [text.slice(0, equals)]: text.slice(equals + 1)}
}

function addFault(text: string, earlier: readonly Fault[]): Fault[] {
  try {
    return [...earlier, parseFault(text)]
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error))
  }
}
