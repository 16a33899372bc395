import {readFileSync} from 'node:fs'
import {converted, typeOf} from './convert.ts'
import {answersFor} from './data-sources.ts'
import {evaluate, entriesOf, type Lookup, type Scope} from './evaluate.ts'
import {jsonExpression, type Expression} from './expression.ts'
import {readHcl} from './hcl.ts'
import {asObject, parseJson} from './json.ts'
import {keyLines} from './lines.ts'
import type {Declaration, Loop, Reading, Setting} from './reading-parts.ts'
import {readExpression, type Syntax} from './syntax.ts'
import {asBool, asText, unknown, type Value, type ValueMap} from './value.ts'
import type {VariableKind} from './variable-type.ts'

/** A file of values for a template's variables. */
export interface VariablesFile {
  readonly path: string
  readonly values: ReadonlyMap<string, Expression>
}

/**
 * @param isLegacy for a template in legacy JSON: its files of values are JSON under any name, and Packer evaluates
 * their strings as it does the template's
 * @throws {Error} when it cannot be read, or is invalid JSON
 */
export function openVariablesFile(location: string, isLegacy: boolean): VariablesFile {
  const text = readFileSync(location, 'utf8')
  if (isLegacy || location.endsWith('.json')) {
    const entries = Object.entries(asObject(parseJson(location, text)))
    const lineOf = keyLines(text)
    return {
      path: location,
      values: new Map(
        entries.map(([name, value]) => [name, jsonExpression(value, lineOf(name), isLegacy ? 'legacy' : 'file')])
      )
    }
  }
  const {attributes} = readHcl(text)
  return {path: location, values: new Map(attributes.map(({name, expression}) => [name, expression]))}
}

export interface Sources {
  readonly reading: Reading
  /** In Packer's order: later values take precedence. */
  readonly files: readonly VariablesFile[]
  readonly vars: Readonly<Record<string, string>>
  /** For HCL2's `PKR_VAR_name`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The variables in Packer's environment, for `env` in a template. */
  readonly packerEnv: Readonly<Record<string, string | undefined>>
}

/** The values of a template's expressions, with the values of its variables. */
export class Values {
  readonly #sources: Sources
  readonly #filled: ReadonlyMap<string, Value>
  readonly #data: Lookup
  readonly #known = new Map<string, Value>()
  readonly #scope: Scope

  /**
   * @param filled variables that the action fills in, with their values if they are known
   * @param data stands in for the data sources, by their types
   */
  constructor(sources: Sources, filled: ReadonlyMap<string, Value> = new Map(), data: Lookup = () => unknown) {
    this.#sources = sources
    this.#filled = filled
    this.#data = data
    const {packerEnv} = sources
    this.#scope = {
      root: (name) => this.#root(name),
      env: (name) => (Object.hasOwn(packerEnv, name) ? (packerEnv[name] ?? '') : ''),
      convert: converted
    }
  }

  /** The region of Packer's calls that a template gives no other; empty where it is not known. */
  get region(): string {
    return this.#scope.env('AWS_REGION')
  }

  /** The same with the answers of data sources, as far as from where they come. */
  withAnswers(): Values {
    return new Values(this.#sources, this.#filled, answersFor(this.#sources.reading))
  }

  of({expression}: {readonly expression: Expression}): Value {
    return evaluate(expression.syntax, this.#scope)
  }

  /** A setting's values: several where dynamic blocks repeat it, none where they do not make it. */
  ofSetting(setting: Setting): readonly Value[] {
    return this.#repeated(setting, setting.loops, this.#scope)
  }

  /**
   * The values that an expression may have, as far as all of its text is known: both branches of a choice that is not
   * known, and a variable's own value where an input replaces it. A part of another expression is none.
   */
  possible(syntax: Syntax, seen: readonly string[] = []): readonly Value[] {
    const value = evaluate(syntax, this.#scope)
    if (value !== unknown) return [value]
    if (syntax.kind === 'choice') {
      const condition = asBool(evaluate(syntax.condition, this.#scope))
      const branches = condition === undefined ? [syntax.yes, syntax.no] : [condition ? syntax.yes : syntax.no]
      return branches.flatMap((branch) => this.possible(branch, seen))
    }
    if (syntax.kind !== 'member' || syntax.of.kind !== 'name' || syntax.key.kind !== 'value') return []
    const name = asText(syntax.key.value)
    if (name === undefined) return []
    if (syntax.of.name === 'var') return [this.ofVariableItself(name) ?? unknown]
    const local =
      syntax.of.name === 'local' && !seen.includes(name) ? this.#sources.reading.locals.get(name) : undefined
    return local ? this.possible(local.expression.syntax, [...seen, name]) : []
  }

  ofVariable(name: string): Value {
    return this.#once(`var.${name}`, () => this.#variable(name))
  }

  /** The value that a variable would have without the action. */
  ofVariableItself(name: string): Value | undefined {
    return givenValue(name, this.#sources, this.#scope)
  }

  /**
   * The loops of every single repetition of a dynamic block; where only Packer knows how many there are, of one with
   * unknown items.
   */
  repetitions([loop, ...inner]: readonly Loop[], scope = this.#scope): readonly (readonly Loop[])[] {
    if (!loop) return [[]]
    const items = itemsOf(loop, scope) ?? [{key: unknown, value: unknown}]
    return items.flatMap((item) =>
      this.repetitions(inner, withItem(scope, loop, item)).map((rest) => [{...loop, item}, ...rest])
    )
  }

  #repeated(setting: Setting, loops: Setting['loops'], scope: Scope): readonly Value[] {
    const [loop, ...inner] = loops
    if (!loop) return [evaluate(setting.expression.syntax, scope)]
    const items = itemsOf(loop, scope)
    return items?.flatMap((item) => this.#repeated(setting, inner, withItem(scope, loop, item))) ?? [unknown]
  }

  #root(name: string): Value | Lookup {
    switch (name) {
      case 'var':
        return (member) => this.ofVariable(member)
      case 'local':
        return (member) =>
          this.#once(`local.${member}`, () => {
            const local = this.#sources.reading.locals.get(member)
            return local ? this.of(local) : unknown
          })
      case 'data':
        return this.#data
      case 'source':
        return sourceNames(this.#sources.reading)
      default:
        return unknown
    }
  }

  /** Evaluates once; a value that depends on itself is unknown. */
  #once(name: string, work: () => Value): Value {
    const found = this.#known.get(name)
    if (found !== undefined) return found
    this.#known.set(name, unknown)
    const value = work()
    this.#known.set(name, value)
    return value
  }

  #variable(name: string): Value {
    const filled = this.#filled.get(name)
    if (filled !== undefined) return filled
    const own = this.ofVariableItself(name)
    // Null is a value.
    return own === undefined ? unknown : own
  }
}

/** More regions than anybody copies an image to. */
const mostRepetitions = 100

/** The values of a dynamic block's iterator; undefined if they are not known. */
function itemsOf({over, item}: Loop, scope: Scope): readonly ValueMap[] | undefined {
  if (item) return [item]
  const entries = entriesOf(evaluate(over.syntax, scope))
  if (!entries || entries.length > mostRepetitions) return undefined
  return entries.map(([key, value]) => ({key, value}))
}

function withItem(scope: Scope, loop: Loop, item: ValueMap): Scope {
  return {...scope, root: (name) => (name === loop.name ? item : scope.root(name))}
}

/** `source.amazon-ebs.own`, as a build refers to it, comes to its name. */
function sourceNames({sources}: Reading): ValueMap {
  const types = new Map<string, Record<string, Value>>()
  for (const name of sources.keys()) {
    const [type = '', own = ''] = name.split('.')
    types.set(type, {...types.get(type), [own]: name})
  }
  return Object.fromEntries(types)
}

/** The last value takes precedence, and all of them over the default; undefined if there is none. */
function givenValue(name: string, {reading, files, vars, env}: Sources, scope: Scope): Value | undefined {
  const {kind = 'text', default: fallback, type: declared} = reading.variables.get(name) ?? {}
  const own = fallback && evaluate(fallback.syntax, scope)
  const type = own !== undefined && takesDefaultsType(declared) ? typeOf(own) : declared
  const given = (): Value | undefined => {
    if (Object.hasOwn(vars, name)) return fromLine(vars[name] ?? '', kind)
    const file = files.findLast(({values}) => values.has(name))?.values.get(name)
    if (file) return evaluate(file.syntax, scope)
    const ambient = env[`PKR_VAR_${name}`]
    return ambient === undefined ? own : fromEnvironment(ambient, type)
  }
  const value = given()
  return value === undefined ? undefined : converted(value, type)
}

function takesDefaultsType(declared: Syntax | undefined): boolean {
  return declared === undefined || (declared.kind === 'name' && declared.name === 'any')
}

/** The type that a variable takes from its default; undefined if it has one of its own, or takes any. */
export function typeOfDefault({type, default: fallback}: Declaration): Syntax | undefined {
  if (!fallback || !takesDefaultsType(type)) return undefined
  return typeOf(evaluate(fallback.syntax, {root: () => unknown, env: () => ''}))
}

/** The action hands a line of `vars` on in a JSON file. */
function fromLine(text: string, kind: VariableKind): Value {
  if (kind === 'text' || kind === 'untyped') return text
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON has no other values
    return JSON.parse(text) as Value
  } catch {
    return text
  }
}

/** A string, unless the variable is of a type that needs an expression (hcl2template/types.variables.go). */
function fromEnvironment(text: string, type: Syntax | undefined): Value {
  const isText = type === undefined || (type.kind === 'name' && type.name !== 'bool')
  return isText ? text : evaluate(readExpression(text), {root: () => unknown, env: () => ''})
}
