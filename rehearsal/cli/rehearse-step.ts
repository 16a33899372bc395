// The step of rehearse/action.yml: a rehearsal whose inputs, outputs, log and summary are those of a job of GitHub Actions.
import {mkdtemp, readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import * as core from '@actions/core'
import {earlySummary} from '../../src/action/early-summary.ts'
import {messageOf} from '../../src/lib/errors.ts'
import {stopSignal} from '../host/stop-signal.ts'
import {readActionFile} from '../runner/action-file.ts'
import type {LogLine} from '../runner/log.ts'
import {rehearse} from '../trials/rehearse.ts'
import {accountOf} from './account.ts'
import {stepInputs} from './step-inputs.ts'

const projectFolder = join(import.meta.dirname, '../..')

const showAs: Readonly<Record<LogLine['kind'], (message: string) => void>> = {
  text: core.info,
  group: core.startGroup,
  endgroup: core.endGroup,
  error: core.error,
  warning: core.warning,
  notice: core.notice,
  debug: core.debug
}

try {
  const {defaults} = await readActionFile(projectFolder)
  const {INPUTS = '{}', GITHUB_WORKSPACE, ...env} = withoutToken(process.env)
  const {leftOut, ...options} = stepInputs(JSON.parse(INPUTS) as Record<string, string>, defaults, env)
  if (leftOut.length > 0) {
    core.notice(`The rehearsal does without ${leftOut.join(', ')}: a local cloud stands in for the account.`)
  }
  const report = await rehearse({
    ...options,
    debug: core.isDebug(),
    // For the addresses of pages.
    context: {
      GITHUB_ACTION_REPOSITORY: env['GITHUB_ACTION_REPOSITORY'] ?? '',
      GITHUB_ACTION_REF: env['GITHUB_ACTION_REF'] ?? ''
    },
    env: {...env, INIT_CWD: GITHUB_WORKSPACE},
    // The runner empties it.
    folder: await mkdtemp(join(env['RUNNER_TEMP'] ?? tmpdir(), 'bake-jenkins-ami-rehearsal-')),
    signal: stopSignal(),
    progress: (sentence) => core.info(sentence),
    onLine: show
  })
  for (const [name, value] of Object.entries(report.outputs)) core.setOutput(name, value)
  const account = accountOf(report)
  core.info(`\n${account}`)
  await core.summary
    .addRaw('> A rehearsal without AWS, against a local cloud on the runner: there is no image in any account.\n\n')
    .addRaw(await readFile(report.summaryFile, 'utf8'))
    .addRaw(`\n<details><summary>What was real</summary>\n\n\`\`\`text\n${account}\`\`\`\n\n</details>\n`)
    .write()
  process.exitCode = report.exitCode
} catch (error) {
  core.setFailed(messageOf(error))
  await core.summary.addRaw(earlySummary('Nothing was rehearsed', error)).write()
}

/** A job that may bake has access to a token for its role. The rehearsal does not need it, and starts nothing with it. */
function withoutToken(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  delete env['ACTIONS_ID_TOKEN_REQUEST_URL']
  delete env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']
  return env
}

/** Shows a line as the bake's own step would: with its groups, and with whole messages as annotations. */
function show({kind, text, whole = text, continues}: LogLine): void {
  if (continues) return
  showAs[kind](kind === 'text' ? text : whole)
}
