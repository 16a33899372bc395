import * as path from 'node:path'
import {awsCause} from '../aws/errors/causes.ts'
import {denialAdvice, denialIn, describeDenials} from '../aws/errors/denial.ts'
import {jenkinsFailureOf} from '../smoke/jenkins-failure.ts'
import {pointer, quoteBegins, type Advice} from '../lib/advice.ts'
import {connectionRules} from './diagnosis/connection.ts'
import type {Failure} from './diagnosis/failure.ts'
import type {BuildFacts, Rule} from './diagnosis/rule.ts'
import {machineRules, scriptFailed} from './diagnosis/scripts.ts'
import {imageUnknown, templateRules} from './diagnosis/template.ts'
import {harmless} from './diagnosis/tools.ts'

/** The explanation of a failed build. */
export interface Diagnosis {
  /** Of the entry in docs/troubleshooting.md; absent for an unknown failure. */
  readonly id?: string
  /** At most 3,500 characters: GitHub allows 4,096 in an annotation. */
  readonly message: string
}

const unknownAdvice = 'Run the job again if the problem may be temporary; otherwise correct what Packer names there.'
const longestMessage = 3_400
const longestError = 900
/** An error of apt is in its last lines; output long before the end of a script did not make it fail. */
const recent = 25
const shownLines = 14

/**
 * Explains a failed build to the person who reads the annotation: what happened, what to change, what Packer said.
 *
 * Only Packer's own errors decide on the cause. The machine's output is read when a script failed, and affects only the
 * wording of the message.
 *
 * @param how how Packer's process ended, for an unknown failure
 * @param otherwise the advice for such a failure
 */
export function diagnose(failure: Failure, facts: BuildFacts, how: string, otherwise?: Advice): Diagnosis {
  const errors = failure.errors.join('\n')
  // Until others may speak, only Packer does, and some of its messages are not errors.
  const own = othersSpoke(failure) ? errors : [errors, ...failure.said].join('\n')
  const aws = awsError(own)
  const cause = aws ? awsCause(aws.code, aws.message) : undefined
  if (imageUnknown.pattern.test(own)) return explained(imageUnknown, {}, failure)
  if (cause?.id === 'denied') return explained(cause, onDenial(own, facts), failure)
  if (cause) return explained(cause, {}, failure)
  const rule =
    [...connectionRules, ...templateRules].find(
      ({pattern, applies}) => pattern.test(own) && (applies?.(failure) ?? true)
    ) ?? templateRules.find(({id, pattern}) => id === 'plugin-crash' && pattern.test(crashIn(failure)))
  if (rule) return explained(rule, detailOf(rule, failure, facts), saidBy(rule, failure))
  if (scriptFailed.pattern.test(errors)) return explainScript(failure, facts)
  if (otherwise) return explained(otherwise, {}, failure)
  return {message: bounded([`Packer ${how} and made no image:`, ...evidence(failure), unknownAdvice])}
}

/** A machine, or a script on this runner. */
function othersSpoke({connected, local}: Failure): boolean {
  return connected || local === true
}

/** Packer's error stream, without the lines of its own log (PACKER_LOG), which tells of every plugin that ends. */
function crashIn({stderr}: Failure): string {
  return stderr.filter((line) => !/^\d{4}\/\d\d\/\d\d /.test(line) || line.includes('panic: ')).join('\n')
}

interface Extra {
  readonly where?: string
  readonly detail?: string | undefined
  /** In place of the advice's own. */
  readonly cause?: string
  readonly change?: string
  /** The line of the machine that shows the cause. */
  readonly line?: number
}

function explained(
  advice: Advice,
  {where = '', detail, cause = advice.cause, change, line}: Extra,
  failure: Failure
): Diagnosis {
  const message = bounded([
    `The build failed${where}. ${[cause, detail].filter(Boolean).join(' ')}`,
    `What to change: ${change ?? advice.change}`,
    pointer(advice.id),
    quoteBegins,
    ...evidence(failure, line)
  ])
  return {id: advice.id, message}
}

/** The advice for a denial: the statement to add, or the other policy that forbids it. */
function onDenial(text: string, facts: BuildFacts): Extra {
  const denial = denialIn(text)
  if (!denial) return {}
  const isSession = denial.by === 'session' || denial.by === 'session-deny'
  return {
    ...(isSession ? {cause: "Packer's session may not do what the template asks for."} : {}),
    detail: `AWS denied:\n${describeDenials([denial]).join('\n')}`,
    change: denialAdvice([denial], facts)
  }
}

function explainScript(failure: Failure, facts: BuildFacts): Diagnosis {
  const {said, script, local} = failure
  const first = said.length - recent
  const found = machineRules
    .flatMap((rule) => (local ? onRunner(rule) : rule))
    .map((rule) => ({
      rule,
      line: said.findIndex(
        (text, at) => rule.pattern.test(text) && (rule.anywhere || (at >= first && !harmless.test(text)))
      )
    }))
    .find(({line}) => line !== -1)
  const own = script !== undefined && script === facts.setupScript
  const where = script === undefined ? '' : ` in ${own ? 'your setup script' : 'the script'} ${path.basename(script)}`
  const advice = jenkinsFailureIn(found === undefined ? '' : (said[found.line] ?? '')) ?? found?.rule ?? scriptFailed
  return explained(advice, {where, ...(found ? {line: found.line} : {})}, failure)
}

/** The rule in the words for a script on this runner. */
function onRunner(rule: Rule): Rule | [] {
  return rule.onRunner ? {...rule, ...rule.onRunner} : []
}

/** prove-start.sh says on the same line why Jenkins failed, where Jenkins's log tells. */
function jenkinsFailureIn(line: string): Advice | undefined {
  if (!/^(?:Jenkins does not start|Jenkins was not ready|Port 8080 answers)/.test(line)) return undefined
  const [, ...causes] = line.split(' Its log says: ')
  return causes.length === 0 ? undefined : jenkinsFailureOf(causes.at(-1) ?? '')
}

function detailOf(rule: Rule, failure: Failure, facts: BuildFacts): Extra {
  const detail = rule.detail?.(failure, facts)
  // A post-processor's commands ask AWS with Packer's credentials; their regions are not the template's.
  const denied = rule.id === 'post-processor' ? failure.postProcessor?.said.findLast(denialIn) : undefined
  if (denied === undefined) return {detail}
  const {change, detail: denial} = onDenial(denied, {...facts, regions: []})
  return {...(change === undefined ? {} : {change}), detail: [detail, denial].filter(Boolean).join(' ')}
}

/** The machine's earlier output is not about a post-processor. */
function saidBy({id}: Rule, failure: Failure): Failure {
  return id === 'post-processor' ? {...failure, said: failure.postProcessor?.said ?? [], connected: true} : failure
}

/**
 * AWS's error in a message of Packer: as both generations of its SDK print it, or as the reason of an ended instance.
 */
function awsError(text: string): {readonly code: string; readonly message: string} | undefined {
  const [, code, message] =
    /api error ([\w.]+): ([^\n]*)/.exec(text) ??
    // Of the services whose model names their errors: IAM, STS, SSM, KMS.
    /response error StatusCode: \d+, RequestID: [\w-]*, ([A-Z]\w*): ([^\n]*)/.exec(text) ??
    beforeStatusCode(text) ??
    // The reason why the machine did not start may follow an internal error of AWS.
    /Instance state change details: [^:\n]*: (?:Server\.InternalError: )?((?:Client|Server)\.[\w.]+): ([^\n]*)/.exec(
      text
    ) ??
    []
  return code === undefined || message === undefined ? undefined : {code, message}
}

/** The code and the message in the line before `status code: 400, request id: …`. */
function beforeStatusCode(text: string): RegExpExecArray | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const errors = lines.filter((_, at) => /^\s*status code: \d/.test(lines[at + 1] ?? ''))
  return (
    errors.map((line) => /(?:^|: )([A-Z]\w*(?:\.\w+)*): (.*)$/.exec(line)).find((found) => found !== null) ?? undefined
  )
}

/**
 * The lines that matter: Packer's errors, and the output around the line that shows the cause, or else the last lines.
 */
function evidence(failure: Failure, line?: number): string[] {
  const {errors, said, stderr} = failure
  const from = line === undefined || line >= said.length - shownLines ? said.length - shownLines : line
  const lines = othersSpoke(failure) ? said.slice(Math.max(from, 0)).slice(0, shownLines) : shownBefore(said)
  const crash = stderr.filter((text) => /^.{0,120}\bpanic: |signal SIG/.test(text)).slice(0, 3)
  const silent = errors.length === 0 && lines.length === 0
  return [...errors.map(shortError), ...lines, ...(silent ? stderr.slice(-shownLines) : crash)]
}

function shownBefore(said: readonly string[]): string[] {
  return said.filter((text) => text.startsWith('Instance state change details'))
}

/** Without the encoded message for `aws sts decode-authorization-message`, which is in the log. */
function shortError(error: string): string {
  const short = error.replace(/(Encoded authorization failure message: ).*/s, '$1(in the log)')
  return short.length > longestError ? `${short.slice(0, longestError)}…` : short
}

function bounded(lines: readonly string[]): string {
  const text = lines.join('\n')
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text
}
