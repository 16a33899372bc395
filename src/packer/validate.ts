import * as path from 'node:path'
import type {ProcessIdentity} from '../lib/processes.ts'
import type {Log, Place} from '../lib/log.ts'
import {validateArguments} from '../template/arguments.ts'
import type {Declaration} from '../template/reading-parts.ts'
import {BuildError, variablesOf, type BuildJob} from './build.ts'
import {diagnose} from './diagnosis.ts'
import {failureIn} from './diagnosis/failure.ts'
import {notValid} from './diagnosis/template.ts'
import {longestLine} from '../packer-output/follow.ts'
import {parseMessage, shownText} from '../packer-output/messages.ts'
import {runCommand} from '../lib/run-command.ts'

export interface ValidateJob extends Omit<
  BuildJob,
  'onKeyPair' | 'onKeyPairMade' | 'onSecurityGroup' | 'onInstance' | 'onHint'
> {
  /** Where the template's variables are declared. */
  readonly declared: ReadonlyMap<string, Declaration>
  /**
   * The template has data sources, whose values are needed to validate names; Packer reads them with an option (since
   * 1.8.5).
   */
  readonly asksDataSources?: boolean
  /** Called with Packer's process as soon as it runs. */
  readonly onStart?: (leader: ProcessIdentity) => void
}

const validateMs = 10 * 60_000
/** GitHub shows ten errors of a step; the last one is the step's own. */
const mostAnnotations = 9

/**
 * Runs `packer validate`, which needs neither credentials nor a network except for data sources, before anything is
 * made. Each error becomes an annotation on the file and line that Packer names.
 *
 * @throws {BuildError} when Packer does not accept the template
 */
export async function validate(job: ValidateJob, log: Log, signal: AbortSignal): Promise<void> {
  const command = [
    'validate',
    '-machine-readable',
    ...(job.asksDataSources ? ['-evaluate-datasources'] : []),
    ...validateArguments(job.arguments),
    ...variablesOf(job),
    job.template
  ]
  const {environment: env, workingDirectory: cwd, onStart} = job
  const options = {env, cwd, signal, timeout: validateMs, ...(onStart ? {onStart} : {})}
  const {code, timedOut, stdout, stderr} = await runCommand(job.packer, command, options)
  if (timedOut) {
    throw new BuildError(
      `packer validate did not finish within ${validateMs / 60_000} minutes and was ended. Nothing was made. ` +
        'Find out what the template waits for: an old Packer reads data sources when it validates.'
    )
  }
  if (code === 0) return log.info('packer validate accepts the template.')

  const messages = stdout.split('\n').flatMap((line) => parseMessage(line.slice(0, longestLine)) ?? [])
  const said = messages.flatMap((message) => shownText(message) ?? []).join('\n')
  diagnosticsIn(said, job)
    .slice(0, mostAnnotations)
    .forEach(({text, place}) => log.error(text, place))
  // Another attempt does not help with a template's errors.
  const {id, message} = diagnose(failureIn(messages, stderr), job.facts, `ended with exit code ${code}`, notValid)
  const why = message.replace(/^The build failed\. /, '')
  throw new BuildError(`The template cannot be built, and nothing was made. ${why}`, id === undefined ? {} : {id})
}

export interface Diagnostic {
  readonly text: string
  /** Absent where Packer names none. */
  readonly place?: Place
}

/** The errors of HCL2 (`Error: …`, and `on FILE line N` in them), or the one of legacy JSON. */
export function diagnosticsIn(
  said: string,
  {template, declared}: Pick<ValidateJob, 'template' | 'declared'>
): Diagnostic[] {
  const errors = said.split(/^(?=Error: )/m).filter((text) => text.startsWith('Error: '))
  const texts = errors.length > 0 ? errors : [said]
  return texts
    .map((text) => text.replaceAll(/^[ \t]*\(source code not available\)\n/gm, '').trim())
    .filter((text) => text !== '')
    .map((text) => ({text, ...placed(text, template, declared)}))
}

function placed(text: string, template: string, declared: ReadonlyMap<string, Declaration>): Pick<Diagnostic, 'place'> {
  const [, file, line] = /^ +on (.+?) line (\d+)(?=[:,])/m.exec(text) ?? []
  if (file !== undefined) return {place: {file, line: Number(line)}}
  const variable = declared.get(/Unset variable "(.+?)"/.exec(text)?.[1] ?? '')
  if (variable) return {place: {file: variable.file, line: variable.line}}
  const [, jsonLine] = /^At line (\d+), column \d+/m.exec(text) ?? []
  if (jsonLine !== undefined) return {place: {file: template, line: Number(jsonLine)}}
  return path.extname(template) === '.json' ? {place: {file: template, line: 1}} : {}
}
