import type {Disk, LightFile} from './disk.ts'
import {absolutePath} from './disk.ts'

/** What a command that was never executed is answered with. */
export interface Answer {
  readonly exitStatus: number
  readonly stdout: Buffer
  readonly stderr: string
  /** How long the command takes, in ms. */
  readonly takesMs: number
  /** The uploaded scripts that would have run. */
  readonly scripts: readonly LightFile[]
}

const word = String.raw`(?:[^\s'"\\;|&]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+`
const tokens = new RegExp(`\\|\\||&&|[;|&\\n]|${word}`, 'g')
const separators = new Set(['||', '&&', ';', '|', '&', '\n'])
/** Programs that take a script's path without running the script. */
const handlers = new Set([
  'cat',
  'chgrp',
  'chmod',
  'chown',
  'cp',
  'install',
  'ls',
  'mkdir',
  'mv',
  'rm',
  'stat',
  'test',
  'touch'
])

const request = '# light-machine: '

/**
 * The answer to a command: exit status 0 and no output, at once, unless an uploaded script that it would run asks for something else.
 * A script asks with lines of its own: `# light-machine: print TEXT` (the bytes of TEXT on stdout, whatever they are),
 * `# light-machine: take N s` (over SSH) and `# light-machine: exit N`.
 */
export function answerTo(line: string, disk: Disk, username: string): Answer {
  return answerOf(scriptsRunBy(line, disk, username))
}

/** What the scripts that a command would run ask for. */
export function answerOf(scripts: readonly LightFile[]): Answer {
  const printed: string[] = []
  let takesMs = 0
  for (const script of scripts) {
    takesMs += 1000 * requested(script, /^# light-machine: take (\d{1,3}) s\s*$/m)
    // latin1 keeps every byte as it is: hostile output need not be UTF-8.
    for (const text of script.bytes.toString('latin1').split('\n')) {
      if (text.startsWith(`${request}print `)) printed.push(`${text.slice(`${request}print `.length)}\n`)
    }
    const exitStatus = Math.min(requested(script, /^# light-machine: exit (\d{1,3})\s*$/m), 255)
    if (exitStatus !== 0)
      return {exitStatus, stdout: latin1(printed), stderr: 'light machine: asked to fail\n', takesMs, scripts}
  }
  return {exitStatus: 0, stdout: latin1(printed), stderr: '', takesMs, scripts}
}

/** A command on one line, without the values of its variables: templates hand secrets over in them. */
export function forLog(command: string): string {
  return JSON.stringify(command.replace(/=(?:'[^']*'|"[^"]*"|[^\s;'"])+/g, '=…'))
}

/** The words of a shell command line, quotes kept; separators (`;`, `&&`, …) are words of their own. */
export function wordsOf(line: string): string[] {
  return line.match(tokens) ?? []
}

/** A word as the shell hands it on: quotes and backslashes resolved. Nothing is expanded. */
export function unquote(quoted: string): string {
  return quoted.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? ''
  )
}

function scriptsRunBy(line: string, disk: Disk, username: string): LightFile[] {
  const scripts: LightFile[] = []
  let handled = false
  for (const quoted of wordsOf(line)) {
    if (separators.has(quoted)) {
      handled = false
      continue
    }
    const text = unquote(quoted)
    const script = disk.files.get(absolutePath(text, username))
    if (script !== undefined && !handled) scripts.push(script)
    // `sh -c 'chmod +x /tmp/a.sh; /tmp/a.sh'` hides a command line in one word. An assignment hides none.
    else if (/\s/.test(text) && !/^\w+=/.test(text)) scripts.push(...scriptsRunBy(text, disk, username))
    if (handlers.has(text)) handled = true
  }
  return scripts
}

function requested(script: LightFile, line: RegExp): number {
  return Number(line.exec(script.bytes.toString('latin1'))?.[1] ?? 0)
}

function latin1(texts: readonly string[]): Buffer {
  return Buffer.from(texts.join(''), 'latin1')
}
