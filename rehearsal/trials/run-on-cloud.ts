import {createWriteStream} from 'node:fs'
import {join, resolve} from 'node:path'
import {finished} from 'node:stream/promises'
import type {JenkinsSource} from './jenkins-source.ts'
import type {LocalCloud} from './local-cloud.ts'
import {cacheFolder} from '../host/folders.ts'
import {settingsFor} from '../host/packers/for-action.ts'
import {needsDerivedTemplate, type Packer} from '../host/packers/packer.ts'
import {asLogFileLine} from '../runner/log.ts'
import {runAction} from '../runner/run-action.ts'
import {installSessionManagerPlugin} from '../machines/session-manager/install.ts'
import {rehearsalContext, rehearsalEnvironment, rehearsalInputs, usableInputs, declares} from './settings.ts'
import type {RehearseOptions} from './rehearse-options.ts'
import {reportedCalls, type RepeatedRun} from './report.ts'

const projectFolder = join(import.meta.dirname, '../..')

interface Performance {
  readonly options: RehearseOptions
  readonly packer: Packer
  readonly jenkins: JenkinsSource
  readonly work: string
  readonly logFile: string
  readonly cancel: AbortSignal
  readonly kill: AbortSignal
  readonly lose: AbortSignal
}

/** Runs the action against the cloud, once or again and again, with its log also in a file. */
export async function runOn(
  local: LocalCloud,
  {options, packer, jenkins, work, logFile, cancel, kill, lose}: Performance
) {
  const {env = process.env} = options
  const {cloud, sshPort} = local
  const log = createWriteStream(logFile)
  try {
    const settings = await settingsFor(packer, {
      scratch: work,
      shippedTemplate: join(projectFolder, 'templates/jenkins'),
      endpoint: cloud.endpoint,
      ...(sshPort !== undefined ? {sshPort} : {})
    })
    const workspace = env['INIT_CWD'] ?? process.cwd()
    const own = options.inputs?.['template']
    if (own && needsDerivedTemplate(packer) && !declares(resolve(workspace, own), 'custom_endpoint_ec2')) {
      throw new Error(
        `Packer ${packer.version} can be sent to the local cloud only by the template: declare a variable "custom_endpoint_ec2" and ` +
          'use it in the source, or take a Packer from 1.7 on (--packer)'
      )
    }
    const bySession = options.inputs?.['connect-via'] === 'session-manager'
    const basic = rehearsalInputs(local, jenkins, options.canary)
    const inputs = {
      ...(own ? usableInputs(basic, resolve(workspace, own), local.driver) : basic),
      ...settings.inputs,
      // Where no port is opened, the action takes no ranges.
      ...(bySession ? {'allowed-cidrs': ''} : {}),
      ...options.inputs
    }
    const path = bySession ? [...settings.path, await installSessionManagerPlugin(work)] : settings.path
    const act = (more: Readonly<Record<string, string>> = {}) =>
      runAction({
        action: options.action ?? projectFolder,
        debug: options.debug ?? false,
        inputs: {...inputs, ...more},
        env: {
          ...rehearsalEnvironment(cloud, inputs, env),
          ...settings.env,
          ...options.actionEnv
        },
        path,
        oidc: cloud.oidc,
        context: {...rehearsalContext(), ...options.context},
        parentFolder: work,
        workspace,
        toolCache: join(cacheFolder(env), 'tool-cache'),
        ...(options.container ? {container: true} : {}),
        cancel,
        kill,
        lose,
        onLine(line) {
          log.write(`${asLogFileLine(line)}\n`)
          options.onLine?.(line)
        },
        ...(options.wait ? {wait: options.wait} : {})
      })
    const [first, ...others] = await Promise.all([act(), ...(options.beside ?? []).map(act)])
    const beside = others.map(({exitCode, seconds, outputs, log: text, summary}) => ({
      exitCode,
      seconds,
      outputs,
      log: text,
      summary
    }))
    const again: RepeatedRun[] = []
    for (const more of options.again ?? []) {
      await more.before?.(local, again.at(-1)?.outputs ?? first.outputs)
      const before = cloud.calls.length
      const {exitCode, seconds, outputs, log: text, summary} = await act(more.inputs)
      again.push({exitCode, seconds, outputs, log: text, summary, calls: reportedCalls(cloud.calls.slice(before))})
    }
    return {...first, beside, again}
  } finally {
    log.end()
    await finished(log)
    await jenkins.stop()
  }
}
