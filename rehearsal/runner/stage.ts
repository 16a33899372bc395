import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {messageOf} from '../../src/lib/errors.ts'
import {runChild, type ChildOptions} from './child.ts'
import {commandFiles, type CommandFiles} from './environment.ts'
import {parseKeyValueFile} from './file-commands.ts'
import type {Annotation, StageLog} from './log.ts'
import type {Masks} from './masks.ts'

/** What one of the action's scripts did. */
export interface StageResult {
  /** 128 + n after signal n. */
  readonly exitCode: number
  /** The exit code, a command or a command file says that the step failed. */
  readonly failed: boolean
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  /** Folders added through GITHUB_PATH, the last one first. */
  readonly path: readonly string[]
  /** Masked; empty where the runner drops it for its size. */
  readonly summary: string
  readonly annotations: readonly Annotation[]
}

const summaryLimit = 1024 * 1024

/** Runs main or post and reads its command files, whatever way it ended: files written before a cancel or a kill count. */
export async function runStage(
  child: Omit<ChildOptions, 'onLine'>,
  log: StageLog,
  masks: Masks,
  temp: string
): Promise<StageResult> {
  const files = commandFiles(temp)
  await mkdir(dirname(files.GITHUB_OUTPUT), {recursive: true})
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')))
  const exitCode = await run(child, files, log)

  const contents = await readAll(files)
  const keyValues = (variable: 'GITHUB_ENV' | 'GITHUB_OUTPUT' | 'GITHUB_STATE') => {
    try {
      return parseKeyValueFile(contents[variable])
    } catch (error) {
      log.error(`Unable to process file command '${variable.slice(7).toLowerCase()}' successfully.`)
      log.error(messageOf(error))
      return {}
    }
  }
  const env = keyValues('GITHUB_ENV')
  const outputs = {...log.outputs, ...keyValues('GITHUB_OUTPUT')}
  const state = {...log.state, ...keyValues('GITHUB_STATE')}
  const summary = readSummary(contents.GITHUB_STEP_SUMMARY, log, masks)
  return {
    exitCode,
    failed: exitCode !== 0 || log.failed,
    outputs,
    state,
    env,
    path: contents.GITHUB_PATH.split(/\r?\n/u)
      .filter((line) => line !== '')
      .toReversed(),
    summary,
    annotations: log.annotations
  }
}

async function run(child: Omit<ChildOptions, 'onLine'>, files: CommandFiles, log: StageLog): Promise<number> {
  try {
    return await runChild({...child, env: {...child.env, ...files}, onLine: log.line})
  } catch (error) {
    // State that is too large to be handed over ends here, with E2BIG.
    log.error(`An error occurred trying to start node with ${child.script}: ${messageOf(error)}`)
    return 1
  }
}

async function readAll(files: CommandFiles): Promise<CommandFiles> {
  return {
    GITHUB_ENV: await read(files.GITHUB_ENV),
    GITHUB_OUTPUT: await read(files.GITHUB_OUTPUT),
    GITHUB_PATH: await read(files.GITHUB_PATH),
    GITHUB_STATE: await read(files.GITHUB_STATE),
    GITHUB_STEP_SUMMARY: await read(files.GITHUB_STEP_SUMMARY)
  }
}

async function read(file: string): Promise<string> {
  // An action may delete its file; that is an empty one to the runner.
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.replace(/^\uFEFF/u, '')
}

function readSummary(text: string, log: StageLog, masks: Masks): string {
  const bytes = Buffer.byteLength(text)
  if (bytes <= summaryLimit) return masks.apply(text)
  log.error(
    `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(bytes / 1024)}k.`
  )
  return ''
}
