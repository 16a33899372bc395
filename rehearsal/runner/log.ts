import {parseCommand, type Command} from './commands.ts'
import type {Masks} from './masks.ts'

/** Which of the action's two scripts wrote. */
export type Stage = 'main' | 'post'

/** One line of the log as GitHub shows it, masked. */
export interface LogLine {
  readonly stage: Stage
  readonly kind: 'text' | 'group' | 'endgroup' | 'error' | 'warning' | 'notice' | 'debug'
  readonly text: string
  /** On the first line of a message that has several, the whole message, masked. */
  readonly whole?: string
  /** A further line of a message. */
  readonly continues?: true
  /** Milliseconds since the log was opened. */
  readonly at: number
}

/** A note that GitHub shows on a run's page. */
export interface Annotation {
  readonly stage: Stage
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly title?: string
}

/** The log of one stage, fed with the raw lines of its output. */
export interface StageLog {
  readonly annotations: readonly Annotation[]
  /** What the deprecated commands set-output and save-state gave. */
  readonly outputs: Record<string, string>
  readonly state: Record<string, string>
  /** A command failed, which fails the step even if the script ends with 0. */
  readonly failed: boolean
  readonly line: (raw: string) => void
  /** An error of the runner's own. */
  readonly error: (message: string) => void
  /** A warning of the runner's own. */
  readonly warning: (message: string) => void
}

const annotationsPerLevel = 10
const annotationLength = 4096

/** Does what the runner does with a step's output: obeys the workflow commands in it, masks and shows the rest. */
export function createStageLog(options: {
  readonly stage: Stage
  readonly masks: Masks
  readonly debug: boolean
  /** Milliseconds since the log was opened. */
  readonly now: () => number
  readonly onLine: (line: LogLine) => void
}): StageLog {
  const {stage, masks} = options
  const annotations: Annotation[] = []
  const outputs: Record<string, string> = {}
  const state: Record<string, string> = {}
  let failed = false
  let echo = false
  let resumeToken: string | undefined

  const show = (kind: LogLine['kind'], text: string) => {
    // A message of several lines carries its prefix on the first one only.
    const [first = '', ...others] = text.split(/\r\n|\n|\r/u).map((line) => masks.apply(line))
    const whole = others.length > 0 ? {whole: [first, ...others].join('\n')} : {}
    options.onLine({stage, kind, text: first, ...whole, at: options.now()})
    for (const line of others) {
      options.onLine({stage, kind: 'text', text: line, continues: true, at: options.now()})
    }
  }
  const annotate = (level: Annotation['level'], message: string, title?: string) => {
    show(level, message)
    if (annotations.filter((annotation) => annotation.level === level).length >= annotationsPerLevel) return
    const shown = masks.apply(message).slice(0, annotationLength)
    annotations.push({stage, level, message: shown, ...(title ? {title: masks.apply(title)} : {})})
  }
  const refuse = (message: string) => {
    annotate('error', message)
    failed = true
  }
  const set = (values: Record<string, string>, command: Command) => {
    annotate(
      'warning',
      `The \`${command.name}\` command is deprecated and will be disabled soon. Please upgrade to using Environment Files.`
    )
    values[command.properties['name'] ?? ''] = command.data
  }

  const obey = (command: Command) => {
    const {name, data, properties} = command
    switch (name) {
      case 'group':
      case 'endgroup':
        show(name, data)
        break
      case 'debug':
        if (options.debug) show(name, data)
        break
      case 'error':
      case 'warning':
      case 'notice':
        annotate(name, data, properties['title'])
        break
      case 'add-mask':
        if (data.trim() === '') annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.")
        else masks.add(data)
        break
      case 'echo':
        echo = data.trim().toLowerCase() === 'on'
        break
      case 'set-output':
        set(outputs, command)
        break
      case 'save-state':
        set(state, command)
        break
      case 'set-env':
      case 'add-path':
        refuse(
          `Unable to process command: the \`${name}\` command is disabled. Please upgrade to using Environment Files.`
        )
        break
      default:
        // Problem matchers do not matter here.
        break
    }
  }

  return {
    annotations,
    outputs,
    state,
    get failed() {
      return failed
    },
    line(raw) {
      const command = parseCommand(raw, resumeToken)
      if (resumeToken !== undefined) {
        show('text', raw)
        if (command?.name === resumeToken.toLowerCase()) resumeToken = undefined
      } else if (!command) {
        show('text', raw)
      } else if (command.name === 'stop-commands') {
        show('text', raw)
        if (command.data === '' || parseCommand(`::${command.data}::`)) refuse('Invalid stop-commands token')
        else resumeToken = command.data
      } else {
        if (echo && !['add-mask', 'debug', 'echo', 'error', 'notice', 'warning'].includes(command.name))
          show('text', raw)
        obey(command)
      }
    },
    error: refuse,
    warning: (message) => annotate('warning', message)
  }
}

/** The line as the runner's log file has it: `##[group]Build`, `##[error]…`. */
export function asLogFileLine({kind, text}: LogLine): string {
  return kind === 'text' ? text : `##[${kind}]${text}`
}
