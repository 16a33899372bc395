import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {transformSync} from 'esbuild'

const src = join(import.meta.dirname, '..', '..', 'src')

/** What these throw becomes the message of an InputError. */
const inputFiles = new Set([
  'inputs/image.ts',
  'inputs/inputs.ts',
  'inputs/template.ts',
  'lib/parse.ts',
  'lib/paths.ts',
  'smoke/user-data.ts',
  'template/arguments.ts',
  'template/json.ts',
  'template/reading.ts',
  'template/template.ts',
  'template/user-variables.ts'
])

/** A message that a user of the action can meet. */
export interface SourceMessage {
  readonly file: string
  /** The beginning of the message, its values as `…`; undefined where it is put together elsewhere. */
  readonly text: string | undefined
}

/** The sources in plain JavaScript, with every string in one form. */
const sources: readonly {readonly file: string; readonly code: string}[] = readdirSync(src, {
  recursive: true,
  encoding: 'utf8'
})
  .filter((file) => file.endsWith('.ts'))
  .toSorted()
  .map((file) => ({file, code: javascript(readFileSync(join(src, file), 'utf8'))}))

/**
 * Every message of an error for users, read out of the source: the first text in each `new UserError(…)` and its kin, in
 * `log.error(…)`, and in the errors that parsers of inputs throw.
 */
export function sourceMessages(): SourceMessage[] {
  return sources.flatMap(({file, code}) => messagesOf(file, code))
}

/**
 * The texts in the source, their values as `…`: also those of which messages are put together. A regular expression with a
 * quotation mark in it hides what follows it in its file.
 */
export function sourceTexts(): string[] {
  return sources.flatMap(({code}) => textsIn(code))
}

function textsIn(code: string): string[] {
  const texts: string[] = []
  for (let at = 0; at < code.length; at += 1) {
    const text = textAt(code, at)
    if (text === undefined) continue
    texts.push(plainText(text))
    at += text.length - 1
  }
  return texts
}

/** The minifier joins texts that are added up and takes comments out. */
function javascript(typescript: string): string {
  return transformSync(typescript, {loader: 'ts', minifySyntax: true, charset: 'utf8', target: 'esnext'}).code
}

function messagesOf(file: string, code: string): SourceMessage[] {
  const throwing = inputFiles.has(file)
    ? 'new (?:User|Input|)Error|\\w*[lL]og\\.error'
    : 'new (?:User|Input|Leftover|Build)Error|\\w*[lL]og\\.error'
  const starts = [...code.matchAll(new RegExp(`(?:${throwing})\\(`, 'g'))]
  return starts.map(({0: found, index}) => ({file, text: firstText(code, argumentsAt(code, index + found.length - 1))}))
}

/** The text between a parenthesis and the one that closes it; texts may hold parentheses. */
function argumentsAt(code: string, open: number): string {
  let depth = 0
  let at = open
  while (at < code.length) {
    const text = textAt(code, at)
    if (text !== undefined) {
      at += text.length
      continue
    }
    if (code[at] === '(') depth += 1
    if (code[at] === ')' && --depth === 0) return code.slice(open + 1, at)
    at += 1
  }
  throw new Error('a parenthesis is not closed')
}

/** A string or template literal that begins here, as it is written. */
function textAt(code: string, at: number): string | undefined {
  const quote = code[at]
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined
  for (let end = at + 1; end < code.length; end += 1) {
    if (code[end] === '\\') end += 1
    else if (quote === '`' && code.startsWith('${', end)) end = endOfValue(code, end + 2)
    else if (code[end] === quote) return code.slice(at, end + 1)
  }
  return undefined
}

function endOfValue(code: string, from: number): number {
  let depth = 1
  for (let at = from; at < code.length; at += 1) {
    const text = textAt(code, at)
    if (text !== undefined) at += text.length - 1
    else if (code[at] === '{') depth += 1
    else if (code[at] === '}' && --depth === 0) return at
  }
  throw new Error('a value in a template literal is not closed')
}

/** The first text of some length; a name stands for the constant or the function of that name in the same file. */
function firstText(code: string, within: string): string | undefined {
  for (let at = 0; at < within.length; at += 1) {
    const text = textAt(within, at)
    if (text === undefined) continue
    const plain = plainText(text)
    if (/\p{L}{3}.*\s/u.test(plain.replaceAll('…', ''))) return plain
    at += text.length - 1
  }
  const [name = ''] = /\b[a-z]\w*Advice\b/.exec(within) ?? []
  const defined = name && new RegExp(`(?:const|let|var) ${name} = `).exec(code)
  return defined ? firstText('', code.slice(defined.index, defined.index + 2_000)) : undefined
}

function plainText(literal: string): string {
  let text = ''
  for (let at = 1; at < literal.length - 1; at += 1) {
    if (literal[0] === '`' && literal.startsWith('${', at)) {
      at = endOfValue(literal, at + 2)
      text += '…'
    } else if (literal[at] === '\\') {
      at += 1
      text += literal[at] === 'n' ? ' ' : literal[at]
    } else text += literal[at]
  }
  return text.replace(/\s+/g, ' ').trim()
}
