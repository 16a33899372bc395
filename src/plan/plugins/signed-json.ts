import {createVerify, type KeyObject} from 'node:crypto'

/** Whether a member of the document is kept whole (`inner` is undefined), or a member of one of its members. */
export type IsWanted = (name: string, inner: string | undefined) => boolean

export interface SignedJson {
  /** The members that were wanted, as JSON, and `signature`. */
  readonly members: ReadonlyMap<string, string>
  /** The members of members that were wanted, as JSON, by their own names. */
  readonly inner: ReadonlyMap<string, string>
  /** Whether the owner of the key made this signature (RSA with SHA-512) of the document. To be asked once. */
  readonly isSignedBy: (key: KeyObject, signature: Buffer) => boolean
}

export interface Limits {
  /** The most bytes that are read. */
  readonly longest: number
  /** The most bytes that are kept. */
  readonly mostKept: number
}

/** Jenkins has some 2,100 plugins. */
const mostValues = 50_000

/**
 * Reads a JSON object of any size in a bounded memory. Its member `signature` is about the document without that
 * member, byte for byte, as Jenkins's update-center2 signs what it writes (its classes WithSignature and Signer). What
 * is kept is a part of the very bytes that are verified. Parsing the result shows whether it is JSON. A call of
 * `updateCenter.post` around the object, for browsers, is left out.
 *
 * @throws {Error} that says what is wrong with the document
 */
export async function readSignedJson(
  body: AsyncIterable<Buffer>,
  isWanted: IsWanted,
  {longest, mostKept}: Limits
): Promise<SignedJson> {
  const reader = new Reader(isWanted, mostKept)
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > longest) throw new Error(`it is longer than ${longest / 1e6} MB`)
    reader.read(chunk)
  }
  return reader.end()
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const blanks: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])
const longestAround = 100

/** A value or a name that continues in the next chunk: the part so far, and where in the current chunk it begins. */
interface Gathered {
  readonly depth: number
  readonly parts: Buffer[]
  size: number
  from: number
}

/** Follows brackets and strings, and no other token. */
class Reader {
  readonly #isWanted: IsWanted
  readonly #mostKept: number
  readonly #members = new Map<string, string>()
  readonly #inner = new Map<string, string>()
  #kept = 0
  readonly #signed = createVerify('RSA-SHA512')
  #hasMember = false
  /** Where in the present chunk the member begins that is signed. */
  #signedFrom: number | undefined
  /** How many brackets are open. */
  #depth = 0
  #isOver = false
  /** The bytes before the document, and then those behind it. */
  #around = ''
  #isInString = false
  #isEscaped = false
  #name: Gathered | undefined
  #value: Gathered | undefined
  /** By depth, down to the members of a member: the present name, whether it is one of an object, and whether a name comes next. */
  readonly #names: string[] = []
  readonly #isObject: boolean[] = []
  readonly #isNameNext: boolean[] = []
  /** A name of the document itself was read, and not yet the colon behind it. */
  #isColonNext = false

  constructor(isWanted: IsWanted, mostKept: number) {
    this.#isWanted = isWanted
    this.#mostKept = mostKept
  }

  read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#isInString) at = this.#stringIn(chunk, at)
      else if (this.#depth > 0) this.#tokenAt(chunk, at)
      else this.#outside(chunk[at] ?? 0)
    }
    if (this.#name) this.#gather(this.#name, chunk, chunk.length)
    if (this.#value) this.#gather(this.#value, chunk, chunk.length)
    this.#sign(chunk, chunk.length)
  }

  end(): SignedJson {
    if (this.#depth > 0) throw new Error('it is cut off')
    if (!this.#isOver || !/^\s*\)?;?\s*$/.test(this.#around)) throw new Error('it is not a JSON object')
    return {
      members: this.#members,
      inner: this.#inner,
      isSignedBy: (key, signature) => this.#signed.verify(key, signature)
    }
  }

  #outside(byte: number): void {
    if (byte === openBrace && !this.#isOver && /^\s*(updateCenter\.post\(\s*)?$/.test(this.#around)) {
      this.#around = ''
      return this.#open(true)
    }
    this.#around += String.fromCharCode(byte)
    if (this.#around.length > longestAround) throw new Error('it is not a JSON object')
  }

  #tokenAt(chunk: Buffer, at: number): void {
    const depth = this.#depth
    if (depth === 1 && !this.#isInPlace(chunk[at])) throw new Error('it is not a JSON object')
    switch (chunk[at]) {
      case quote:
        this.#isInString = true
        if (this.#isNameNext[depth]) this.#name = {depth, parts: [], size: 0, from: at + 1}
        this.#isNameNext[depth] = false
        break
      case colon:
        if (depth === 1) this.#isColonNext = false
        this.#beginValue(at + 1)
        break
      case comma:
        this.#endMember(chunk, at)
        this.#isNameNext[depth] = this.#isObject[depth] ?? false
        break
      case openBrace:
      case openBracket:
        this.#open(chunk[at] === openBrace)
        break
      case closeBrace:
      case closeBracket:
        this.#endMember(chunk, at)
        this.#close()
        break
      default:
    }
  }

  /**
   * Of the bytes between two members, and of those around the member `signature`, none is signed: there may be nothing
   * that could be read as a value of another member.
   */
  #isInPlace(byte: number | undefined): boolean {
    if (blanks.has(byte)) return true
    if (this.#isNameNext[1]) return byte === quote || byte === closeBrace
    return this.#isColonNext === (byte === colon) && byte !== closeBracket
  }

  /** @returns where the string ends, or the end of the chunk */
  #stringIn(chunk: Buffer, from: number): number {
    let isEscaped = this.#isEscaped
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at]
      if (isEscaped) isEscaped = false
      else if (byte === backslash) isEscaped = true
      else if (byte === quote) {
        this.#isInString = this.#isEscaped = false
        if (this.#name) this.#endName(this.#name, chunk, at)
        return at
      }
    }
    this.#isEscaped = isEscaped
    return chunk.length
  }

  #open(isObject: boolean): void {
    const depth = (this.#depth += 1)
    if (depth > 2) return
    this.#isObject[depth] = this.#isNameNext[depth] = isObject
    this.#names[depth] = ''
  }

  #close(): void {
    this.#depth -= 1
    if (this.#depth > 0) return
    this.#isOver = true
    this.#signed.update(this.#hasMember ? '}' : '{}')
  }

  #endName(name: Gathered, chunk: Buffer, at: number): void {
    this.#gather(name, chunk, at)
    const bytes = Buffer.concat(name.parts)
    this.#name = undefined
    this.#names[name.depth] = bytes.toString('utf8')
    if (name.depth === 1) this.#isColonNext = true
    if (name.depth > 1 || this.#names[1] === 'signature') return
    this.#signed.update(this.#hasMember ? ',"' : '{"').update(bytes)
    this.#hasMember = true
    this.#signedFrom = at
  }

  #beginValue(from: number): void {
    const depth = this.#depth
    if (this.#value || depth > 2) return
    const [, name = '', inner] = this.#names
    const isSignature = depth === 1 && name === 'signature'
    if (isSignature || this.#isWanted(name, depth === 1 ? undefined : inner))
      this.#value = {depth, parts: [], size: 0, from}
  }

  #endMember(chunk: Buffer, at: number): void {
    if (this.#depth === 1) {
      this.#sign(chunk, at)
      this.#signedFrom = undefined
    }
    const value = this.#value
    if (value?.depth !== this.#depth) return
    this.#gather(value, chunk, at)
    this.#value = undefined
    this.#kept += value.size
    const name = this.#names[value.depth] ?? ''
    const values = value.depth === 1 ? this.#members : this.#inner
    // Readers differ in which of the two they take.
    if (values.has(name)) throw new Error('it has two members of one name')
    values.set(name, Buffer.concat(value.parts).toString('utf8'))
    if (values.size > mostValues) throw new Error(`it has more than ${mostValues} members`)
  }

  #sign(chunk: Buffer, end: number): void {
    if (this.#signedFrom === undefined) return
    this.#signed.update(chunk.subarray(this.#signedFrom, end))
    this.#signedFrom = 0
  }

  #gather(piece: Gathered, chunk: Buffer, end: number): void {
    const part = chunk.subarray(piece.from, end)
    piece.parts.push(part)
    piece.from = 0
    piece.size += part.length
    if (this.#kept + piece.size > this.#mostKept)
      throw new Error(`more than ${this.#mostKept / 1e6} MB of it are about these plugins`)
  }
}
