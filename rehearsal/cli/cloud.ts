import {once} from 'node:events'
import {rename, rm, writeFile} from 'node:fs/promises'
import {Command, InvalidArgumentError, Option} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import type {DriverName} from '../trials/choose-driver.ts'
import {defaultSubject} from '../cloud/account.ts'
import {trustPolicyFor} from '../cloud/sts/roles.ts'
import {startLocalCloud} from '../trials/local-cloud.ts'
import {exportLines} from './export-lines.ts'
import {stopSignal} from '../host/stop-signal.ts'

interface Flags {
  driver?: DriverName
  envFile?: string
  port?: number
  subject?: string
}

const command = new Command('npm run cloud --')
  .description('Starts the local cloud alone and prints the environment for any AWS client; Ctrl-C or SIGTERM ends it')
  .addOption(
    new Option('--driver <name>', 'what the machines are; default: nspawn where this host can, else light').choices([
      'light',
      'nspawn'
    ])
  )
  .option('--env-file <file>', 'writes the environment there too, once the cloud is ready')
  .option('--port <number>', 'of 127.0.0.1; default: a free one', parsePort)
  .option('--subject <sub>', 'of the OIDC tokens; the role trusts repo:example-org/jenkins-images:* alone')
  .parse()

const {driver, envFile, port, subject} = command.opts<Flags>()
const stop = stopSignal()
try {
  // A script that waits for this file must not see the one of an earlier cloud.
  if (envFile !== undefined) await rm(envFile, {force: true})
  const local = await startLocalCloud({
    driver: driver ?? 'best',
    progress: (sentence) => console.error(sentence),
    signal: stop,
    ...(port !== undefined ? {port} : {}),
    ...(subject !== undefined ? {subject, trustPolicy: trustPolicyFor(defaultSubject)} : {})
  })
  try {
    const lines = exportLines(local.cloud)
    process.stdout.write(lines)
    if (envFile !== undefined) {
      await writeFile(`${envFile}.new`, lines, {mode: 0o600})
      await rename(`${envFile}.new`, envFile)
    }
    console.error(`The local cloud is ready at ${local.cloud.endpoint} (${local.driver} machines). Ctrl-C ends it.`)
    if (!stop.aborted) await once(stop, 'abort')
  } finally {
    await local.stop()
  }
  console.error('The local cloud has ended.')
} catch (error) {
  console.error(stop.aborted ? 'Stopped before the local cloud was ready.' : messageOf(error))
  process.exitCode = stop.aborted ? 130 : 1
}

function parsePort(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('Expected a port from 0 to 65535.')
  return number
}
