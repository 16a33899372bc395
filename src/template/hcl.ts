import type {Expression} from './expression.ts'
import {lineFinder} from './lines.ts'
import {readExpression} from './syntax.ts'

/** The contents of a block, or of a whole file. */
export interface Body {
  readonly attributes: readonly Attribute[]
  readonly blocks: readonly Block[]
}

export interface Attribute {
  readonly name: string
  readonly expression: Expression
}

interface Block extends Body {
  readonly type: string
  readonly labels: readonly string[]
  readonly line: number
}

/**
 * Reads the structure of an HCL2 file: blocks, attributes, and the strings and variables in expressions.
 *
 * Packer has the last word on a template. This reader never refuses one: it skips everything that it does not
 * understand (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md).
 */
export function readHcl(text: string): Body {
  return new Reader(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')).file()
}

/** The variables and locals in the interpolations of a string, as they are written: `var.name`. */
export function referencesIn(text: string): readonly string[] {
  return new Reader(text).references()
}

const identifier = /[\p{L}_][\p{L}\p{N}_-]*/uy
/** A comment in one piece counts as a blank. */
const blanks = /(?:[ \t]|\/\*[\s\S]*?\*\/)+/y
const comment = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const heredoc = /<<-?([\p{L}_][\p{L}\p{N}_-]*)\n/uy
const member = /\s*\.\s*/y
const closing: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'}

class Reader {
  readonly #text: string
  readonly #lineAt: (at: number) => number
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#lineAt = lineFinder(text)
  }

  /** A brace that closes nothing does not end it. */
  file(): Body {
    const bodies: Body[] = []
    while (this.#at < this.#text.length) bodies.push(this.#body())
    return {
      attributes: bodies.flatMap(({attributes}) => attributes),
      blocks: bodies.flatMap(({blocks}) => blocks)
    }
  }

  /** Of a text that is the inside of a string. */
  references(): readonly string[] {
    const found: Found = {texts: [], references: []}
    this.#template(found, () => false, false)
    return found.references
  }

  /** Up to the brace that closes it, or the end. */
  #body(): Body {
    const attributes: Attribute[] = []
    const blocks: Block[] = []
    while (this.#at < this.#text.length) {
      if (this.#take(comment) !== undefined) continue
      if (this.#next() === '}') break
      const line = this.#lineAt(this.#at)
      const name = this.#take(identifier) ?? this.#quoted()
      if (name === undefined) {
        this.#at += 1
        continue
      }
      this.#take(blanks)
      if (this.#next() === '=' || this.#next() === ':') {
        this.#at += 1
        attributes.push({name, expression: this.#expression(line)})
      } else blocks.push(...this.#block(name, line))
    }
    this.#at += 1
    return {attributes, blocks}
  }

  #block(type: string, line: number): Block[] {
    const labels: string[] = []
    for (;;) {
      this.#take(blanks)
      const label = this.#quoted() ?? this.#take(identifier)
      if (label === undefined) break
      labels.push(label)
    }
    if (this.#next() !== '{') return []
    this.#at += 1
    return [{type, labels, line, ...this.#body()}]
  }

  /** Up to the end of its line, where no bracket is open. */
  #expression(line: number): Expression {
    const found = {texts: [] as string[], references: [] as string[]}
    const start = this.#at
    this.#scan(found, (next) => next === '\n' || next === '}')
    const source = this.#text.slice(start, this.#at).trim()
    return {...found, syntax: readExpression(source), line, source}
  }

  #scan(found: Found, isEnd: (next: string) => boolean): void {
    while (this.#at < this.#text.length && !isEnd(this.#next())) {
      const next = this.#next()
      const close = closing[next]
      if (close !== undefined) {
        this.#at += 1
        this.#scan(found, (character) => character === close)
        this.#at += 1
      } else if (next === '"') this.#string(found)
      else if (this.#take(comment) === undefined && !this.#heredoc(found) && !this.#name(found)) this.#at += 1
    }
  }

  /**
   * `var.name`, `local.name`, or a call; `var.` where the name is not written. Variables that `env` would read are not in Packer's environment, unless their
   * names begin with PKR_VAR_.
   */
  #name(found: Found): boolean {
    const name = this.#take(identifier)
    if (name === undefined) return false
    if (name === 'var' || name === 'local') {
      const isMember = this.#take(member) !== undefined
      found.references.push(`${name}.${(isMember && this.#take(identifier)) || ''}`)
    } else if (name === 'env' && this.#next() === '(') {
      this.#at += 1
      this.#scan({texts: [], references: []}, (next) => next === ')')
    }
    return true
  }

  #string(found: Found): void {
    this.#at += 1
    found.texts.push(this.#template(found, (next) => next === '"' || next === '\n', true))
    this.#at += 1
  }

  /** The words of a string with their escapes resolved; its interpolations are scanned. */
  #template(found: Found, isEnd: (next: string) => boolean, hasEscapes: boolean): string {
    let text = ''
    while (this.#at < this.#text.length && !isEnd(this.#next())) {
      const next = this.#next()
      const pair = this.#text.slice(this.#at, this.#at + 2)
      if (hasEscapes && next === '\\') {
        text += escapes[pair] ?? pair.slice(1)
        this.#at += 2
      } else if (/^([$%])\1\{/.test(this.#text.slice(this.#at, this.#at + 3))) {
        text += `${next}{`
        this.#at += 3
      } else if (pair === '${' || pair === '%{') {
        this.#at += 2
        this.#scan(found, (character) => character === '}')
        this.#at += 1
      } else {
        text += next
        this.#at += 1
      }
    }
    return text
  }

  #heredoc(found: Found): boolean {
    heredoc.lastIndex = this.#at
    const [start, word = ''] = heredoc.exec(this.#text) ?? []
    if (start === undefined) return false
    const from = this.#at + start.length
    const end = new RegExp(`^[ \\t]*${word}[ \\t]*$`, 'mu').exec(this.#text.slice(from))
    const text = end ? this.#text.slice(from, from + end.index) : this.#text.slice(from)
    found.texts.push(new Reader(text).#template(found, () => false, false))
    this.#at = from + text.length + (end?.[0].length ?? 0)
    return true
  }

  #quoted(): string | undefined {
    if (this.#next() !== '"') return undefined
    const found: Found = {texts: [], references: []}
    this.#string(found)
    return found.texts.at(-1)
  }

  #next(): string {
    return this.#text[this.#at] ?? ''
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }
}

interface Found {
  readonly texts: string[]
  readonly references: string[]
}

const escapes: Readonly<Record<string, string>> = {'\\n': '\n', '\\r': '\r', '\\t': '\t'}
