import {quoteBegins} from '../lib/advice.ts'
import {linksIn, pageFor} from '../lib/links.ts'
import {code, fenced, text} from './markdown.ts'

/** A message of the action, in the parts that a reader looks for. */
interface Parts {
  readonly what: readonly string[]
  readonly change: readonly string[]
  /** What a program printed, or more than a reader takes in at a glance. */
  readonly excerpt: readonly string[]
  /** The entry of the documentation. */
  readonly page: string | undefined
}

/** In characters: a longer line is an excerpt. */
const longestSentence = 400
const mostSentences = 10
/** The advice, and the cause that may stand before it. */
const advised = /^([A-Z][^:]{0,300}\.)? ?What to change: (.*)$/

/**
 * Splits a message as the action's errors are written: what happened, what to change, what a program printed. Lines that a
 * program printed may look like advice: behind the line that announces them, all is excerpt.
 */
function partsOf(message: string): Parts {
  const what: string[] = []
  const change: string[] = []
  const excerpt: string[] = []
  let page: string | undefined
  const lines = message.split('\n')
  const announced = lines.indexOf(quoteBegins)
  for (const [index, line] of lines.entries()) {
    const isQuoted = announced >= 0 && index >= announced
    const [, cause = '', advice] = index === 0 || isQuoted ? [] : (advised.exec(line) ?? [])
    const [, named] = isQuoted ? [] : (/^See (docs\/\S+)\.$/.exec(line) ?? [])
    if (advice !== undefined) {
      if (cause !== '') what.push(cause)
      change.push(advice)
    } else if (named !== undefined) page = named
    else if (index === 0 || (!isQuoted && isSentence.test(line))) what.push(line)
    else excerpt.push(line)
  }
  return {what, change, excerpt, page}
}

/** Further sentences of messages that list several problems. */
const isSentence = /^(Input '|Left in the account: )/

/**
 * What went wrong, what to change, and where more is said of it; in Markdown, below a headline.
 *
 * @param env for the addresses of the pages that the message names
 */
export function failureSection(message: string, env: NodeJS.ProcessEnv): string[] {
  const {what, change, excerpt, page = pageFor(message)} = partsOf(message)
  const isLong = [...what, ...change].some((line) => line.length > longestSentence) || what.length > mostSentences
  const links = linksIn([message, page ?? ''], env).map((one) => `[${one.page}](${one.url})`)
  const pages = links.length === 0 && page !== undefined ? [text(page)] : links
  const whole = isLong ? message.split('\n') : excerpt
  return [
    ...paragraphs(what.slice(0, mostSentences).map(shortened)),
    ...change.slice(0, mostSentences).flatMap((line) => [`**What to change:** ${text(shortened(line))}`, '']),
    ...(pages.length > 0 ? [`**More:** ${pages.join(', ')}`, ''] : []),
    ...(whole.length > 0 ? [fenced(whole.join('\n')), ''] : [])
  ]
}

const shortened = (line: string): string =>
  line.length > longestSentence ? `${line.slice(0, longestSentence)}…` : line

/** Several are a list: inputs, or what is left. */
function paragraphs(lines: readonly string[]): string[] {
  return lines.length > 1
    ? [...lines.map((line) => `- ${sentence(line)}`), '']
    : lines.flatMap((line) => [sentence(line), ''])
}

/** The name of an input stands out. */
function sentence(line: string): string {
  const [, input, rest] = /^Input '([a-z0-9-]{1,60})': (.*)$/s.exec(line) ?? []
  return input === undefined || rest === undefined ? text(line) : `Input ${code(input)}: ${text(rest)}`
}
