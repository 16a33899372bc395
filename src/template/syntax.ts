import {unknown, type Value} from './value.ts'

/** The tree of an expression, as far as it is understood. */
export type Syntax =
  | {readonly kind: 'value'; readonly value: Value}
  /** A string with interpolations, as a list of its parts. */
  | {readonly kind: 'text'; readonly parts: readonly Syntax[]}
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'member'; readonly of: Syntax; readonly key: Syntax}
  | {readonly kind: 'call'; readonly name: string; readonly given: readonly Syntax[]}
  | {readonly kind: 'list'; readonly items: readonly Syntax[]}
  | {readonly kind: 'map'; readonly entries: readonly (readonly [Syntax, Syntax])[]}
  | {readonly kind: 'choice'; readonly condition: Syntax; readonly yes: Syntax; readonly no: Syntax}
  | {readonly kind: 'operation'; readonly operator: string; readonly left: Syntax; readonly right: Syntax}
  | {readonly kind: 'loop'; readonly names: readonly string[]; readonly over: Syntax; readonly result: LoopResult}

interface LoopResult {
  /** Present: the loop makes a map. */
  readonly key?: Syntax
  readonly value: Syntax
  readonly condition?: Syntax
}

export const notUnderstood: Syntax = {kind: 'value', value: unknown}

/** No real template is nested deeper. */
const deepest = 100

/**
 * Reads an expression of HCL2 (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md). Like the reader of
 * blocks, it never refuses one: an expression that it does not understand is an unknown value.
 */
export function readExpression(source: string): Syntax {
  try {
    const reader = new ExpressionReader(source)
    return reader.whole()
  } catch (error) {
    if (error instanceof NotUnderstood) return notUnderstood
    throw error
  }
}

/** Reads a string with interpolations, without quotation marks and escapes: HCL2's in JSON. */
export function readTemplate(text: string): Syntax {
  try {
    return new ExpressionReader(text).template()
  } catch (error) {
    if (error instanceof NotUnderstood) return notUnderstood
    throw error
  }
}

class NotUnderstood extends Error {}

const blank = /(?:[ \t\r\n]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y
const identifier = /[\p{L}_][\p{L}\p{N}_-]*/uy
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const operator = /\|\||&&|==|!=|<=|>=|[<>+\-*/%]/y
const heredoc = /<<(-?)([\p{L}_][\p{L}\p{N}_-]*)\n/uy

/** From the weakest. */
const ranks = [['||'], ['&&'], ['==', '!='], ['<', '>', '<=', '>='], ['+', '-'], ['*', '/', '%']]
const escapes: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\'}

class ExpressionReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Syntax {
    const syntax = this.#expression()
    this.#skip()
    if (this.#at < this.#text.length) throw new NotUnderstood()
    return syntax
  }

  template(): Syntax {
    const parts = this.#parts(() => this.#at >= this.#text.length, false)
    return joined(parts)
  }

  #expression(): Syntax {
    this.#depth += 1
    if (this.#depth > deepest) throw new NotUnderstood()
    const condition = this.#operation(0)
    let syntax = condition
    if (this.#is('?')) {
      const yes = this.#expression()
      this.#expect(':')
      syntax = {kind: 'choice', condition, yes, no: this.#expression()}
    }
    this.#depth -= 1
    return syntax
  }

  #operation(rank: number): Syntax {
    const operators = ranks[rank]
    if (!operators) return this.#unary()
    let left = this.#operation(rank + 1)
    for (;;) {
      this.#skip()
      const found = match(operator, this.#text, this.#at)
      // `=>` and `=` belong to a map, not to an operation.
      if (found === undefined || !operators.includes(found)) return left
      this.#at += found.length
      left = {kind: 'operation', operator: found, left, right: this.#operation(rank + 1)}
    }
  }

  #unary(): Syntax {
    if (this.#is('!')) return {kind: 'operation', operator: '!', left: this.#unary(), right: notUnderstood}
    if (this.#is('-')) {
      return {kind: 'operation', operator: '-', left: {kind: 'value', value: 0}, right: this.#unary()}
    }
    return this.#members(this.#primary())
  }

  #members(start: Syntax): Syntax {
    let syntax = start
    for (;;) {
      const next = this.#text[this.#at]
      if (next === '.' && this.#text[this.#at + 1] !== '.') {
        this.#at += 1
        const name = this.#take(identifier) ?? this.#take(/\d+/y)
        // `.*` takes a member of all.
        if (name === undefined) throw new NotUnderstood()
        syntax = {kind: 'member', of: syntax, key: {kind: 'value', value: name}}
      } else if (next === '[') {
        this.#at += 1
        if (this.#is('*')) throw new NotUnderstood()
        syntax = {kind: 'member', of: syntax, key: this.#expression()}
        this.#expect(']')
      } else return syntax
    }
  }

  #primary(): Syntax {
    this.#skip()
    const next = this.#text[this.#at] ?? ''
    if (next === '"') {
      this.#at += 1
      const parts = this.#parts(() => this.#text[this.#at] === '"', true)
      this.#at += 1
      return joined(parts)
    }
    if (this.#is('(')) {
      const syntax = this.#expression()
      this.#expect(')')
      return syntax
    }
    if (this.#is('[')) return this.#list()
    if (this.#is('{')) return this.#map()
    const document = this.#heredoc()
    if (document) return document
    const digits = this.#take(number)
    if (digits !== undefined) return {kind: 'value', value: Number(digits)}
    return this.#named()
  }

  #named(): Syntax {
    const name = this.#take(identifier)
    if (name === undefined) throw new NotUnderstood()
    if (this.#text[this.#at] === '(') {
      this.#at += 1
      return {kind: 'call', name, given: this.#items(')')}
    }
    const literal = literals.get(name)
    return literal ?? {kind: 'name', name}
  }

  #list(): Syntax {
    if (this.#isLoop()) return this.#loop(']')
    return {kind: 'list', items: this.#items(']')}
  }

  #items(end: string): Syntax[] {
    const items: Syntax[] = []
    while (!this.#is(end)) {
      items.push(this.#expression())
      if (this.#is('...')) throw new NotUnderstood()
      if (this.#is(',')) continue
      this.#expect(end)
      break
    }
    return items
  }

  #map(): Syntax {
    if (this.#isLoop()) return this.#loop('}')
    const entries: [Syntax, Syntax][] = []
    while (!this.#is('}')) {
      const isInBrackets = this.#text[this.#at] === '('
      const key = this.#expression()
      if (!this.#is('=') && !this.#is(':')) throw new NotUnderstood()
      // A bare word is the key itself.
      entries.push([key.kind === 'name' && !isInBrackets ? {kind: 'value', value: key.name} : key, this.#expression()])
      this.#is(',')
    }
    return {kind: 'map', entries}
  }

  #isLoop(): boolean {
    this.#skip()
    const found = /for\s/y
    found.lastIndex = this.#at
    if (!found.test(this.#text)) return false
    this.#at += 4
    return true
  }

  #loop(end: ']' | '}'): Syntax {
    const names = [this.#word()]
    if (this.#is(',')) names.push(this.#word())
    if (this.#word() !== 'in') throw new NotUnderstood()
    const over = this.#expression()
    this.#expect(':')
    const first = this.#expression()
    const second = end === '}' && this.#is('=>') ? this.#expression() : undefined
    if (this.#is('...')) throw new NotUnderstood()
    this.#skip()
    const condition = match(/if\b/y, this.#text, this.#at) === undefined ? undefined : this.#after('if')
    this.#expect(end)
    return {
      kind: 'loop',
      names,
      over,
      result: {
        value: second ?? first,
        ...(second ? {key: first} : {}),
        ...(condition ? {condition} : {})
      }
    }
  }

  #after(word: string): Syntax {
    this.#at += word.length
    return this.#expression()
  }

  #word(): string {
    this.#skip()
    const name = this.#take(identifier)
    if (name === undefined) throw new NotUnderstood()
    return name
  }

  /** The parts of a string up to its end. */
  #parts(isEnd: () => boolean, hasEscapes: boolean): Syntax[] {
    const parts: Syntax[] = []
    let text = ''
    let trimsNext = false
    const flush = (): void => {
      // As Packer normalizes every string.
      if (text !== '') parts.push({kind: 'value', value: text.normalize('NFC')})
      text = ''
    }
    while (!isEnd()) {
      if (this.#at >= this.#text.length) throw new NotUnderstood()
      const [next = '', second = '', third = ''] = this.#text.slice(this.#at, this.#at + 3)
      if (hasEscapes && next === '\\') text += this.#escape(second)
      else if ((next === '$' || next === '%') && second === next && third === '{') {
        text += `${next}{`
        this.#at += 3
      } else if (next === '%' && second === '{') throw new NotUnderstood()
      else if (next === '$' && second === '{') {
        this.#at += 2
        // `${~` and `~}` take the blanks beside them away.
        if (this.#is('~')) text = text.trimEnd()
        flush()
        parts.push(this.#expression())
        trimsNext = this.#is('~')
        this.#expect('}')
        if (trimsNext) this.#take(/\s+/y)
      } else {
        // A character outside of Unicode's first plane has two units.
        text += next
        this.#at += next.length
      }
    }
    flush()
    return parts
  }

  #escape(letter: string): string {
    const [, digits] =
      /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(this.#text.slice(this.#at, this.#at + 10))?.filter(Boolean) ??
      []
    this.#at += digits === undefined ? 2 : 2 + digits.length
    if (digits !== undefined) {
      const point = Number.parseInt(digits, 16)
      return point > 0x10_ff_ff ? '' : String.fromCodePoint(point)
    }
    const found = escapes[letter]
    if (found === undefined) throw new NotUnderstood()
    return found
  }

  #heredoc(): Syntax | undefined {
    heredoc.lastIndex = this.#at
    const [start, dash, word = ''] = heredoc.exec(this.#text) ?? []
    if (start === undefined) return undefined
    const rest = this.#text.slice(this.#at + start.length)
    const end = new RegExp(`^[ \\t]*${word}[ \\t]*$`, 'mu').exec(rest)
    if (!end) throw new NotUnderstood()
    const body = rest.slice(0, end.index)
    this.#at += start.length + end.index + end[0].length
    const lines = dash ? unindented(body) : body
    return new ExpressionReader(lines).template()
  }

  /** @returns whether the string comes next; it is skipped then */
  #is(text: string): boolean {
    this.#skip()
    if (!this.#text.startsWith(text, this.#at)) return false
    // Neither `==` nor `=>` is a `=`.
    if (text === '=' && /[=>]/.test(this.#text[this.#at + 1] ?? '')) return false
    if (text === '!' && this.#text[this.#at + 1] === '=') return false
    this.#at += text.length
    return true
  }

  #expect(text: string): void {
    if (!this.#is(text)) throw new NotUnderstood()
  }

  #skip(): void {
    this.#take(blank)
  }

  #take(pattern: RegExp): string | undefined {
    const found = match(pattern, this.#text, this.#at)
    this.#at += found?.length ?? 0
    return found
  }
}

const literals = new Map<string, Syntax>(
  Object.entries({true: true, false: false, null: null}).map(([name, value]) => [name, {kind: 'value', value}])
)

/**
 * A string with a single literal is that literal, and a string that is a single interpolation is its value, of any
 * type.
 */
function joined(parts: readonly Syntax[]): Syntax {
  const [only] = parts
  if (only === undefined) return {kind: 'value', value: ''}
  return parts.length === 1 ? only : {kind: 'text', parts}
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function unindented(body: string): string {
  const lines = body.split('\n')
  const filled = lines.filter((line) => line.trim() !== '')
  const least = Math.min(...filled.map((line) => line.length - line.trimStart().length))
  return lines.map((line) => line.slice(Math.min(least, line.length))).join('\n')
}
