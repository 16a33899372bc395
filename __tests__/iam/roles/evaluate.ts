import {parse, type CollectionTag, type ScalarTag} from 'yaml'

/** A template of CloudFormation, with its functions in their long form. */
export interface Template {
  readonly Parameters: Readonly<
    Record<string, {readonly Default?: string; readonly Type: string; readonly AllowedPattern?: string}>
  >
  readonly Rules: Readonly<
    Record<string, {readonly RuleCondition?: unknown; readonly Assertions: readonly {readonly Assert: unknown}[]}>
  >
  readonly Conditions: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Readonly<Record<string, {readonly Condition: string; readonly Value: unknown}>>
}

export interface Resource {
  readonly Type: string
  readonly Condition?: string
  readonly DeletionPolicy?: string
  readonly Properties: Readonly<Record<string, unknown>>
}

const short = ['If', 'Sub', 'Equals', 'Not', 'And', 'Or', 'Select', 'Split', 'Join', 'GetAtt']
const longName = (tag: string) => (tag === '!Ref' ? 'Ref' : `Fn::${tag.slice(1)}`)

const customTags: (ScalarTag | CollectionTag)[] = ['Ref', ...short].flatMap((name) => {
  const tag = `!${name}`
  return [
    {tag, resolve: (text: string) => ({[longName(tag)]: text})},
    {
      tag,
      collection: 'seq',
      resolve: (items) => ({[longName(tag)]: (items as unknown as {toJSON(): unknown}).toJSON()})
    }
  ] as (ScalarTag | CollectionTag)[]
})

export function readTemplate(text: string): Template {
  return parse(text, {customTags}) as Template
}

const removed = Symbol('AWS::NoValue')

/** Works out a template as CloudFormation does: as far as the functions go that ours uses. */
export class Evaluation {
  readonly #values: ReadonlyMap<string, unknown>
  readonly #template: Template

  constructor(
    template: Template,
    parameters: Readonly<Record<string, string>>,
    pseudo: Readonly<Record<string, string>>
  ) {
    this.#template = template
    const given = Object.entries(template.Parameters).map(([name, {Default, Type}]): [string, unknown] => {
      const value = parameters[name] ?? Default
      if (value === undefined) throw new Error(`${name} has no value`)
      return [name, Type === 'CommaDelimitedList' ? value.split(',') : value]
    })
    const unknown = Object.keys(parameters).filter((name) => template.Parameters[name] === undefined)
    if (unknown.length > 0) throw new Error(`no parameter is called ${unknown.join()}`)
    this.#values = new Map<string, unknown>([...given, ...Object.entries(pseudo), ['AWS::NoValue', removed]])
  }

  /** The resources whose condition holds. */
  resources(): Readonly<Record<string, Resource>> {
    const made = Object.entries(this.#template.Resources).filter(([, {Condition}]) => this.holds(Condition))
    return Object.fromEntries(made.map(([name, resource]) => [name, this.value(resource) as Resource]))
  }

  /** The outputs whose condition holds. */
  outputs(): string[] {
    return Object.entries(this.#template.Outputs).flatMap(([name, {Condition}]) =>
      this.holds(Condition) ? [name] : []
    )
  }

  /** The rules that are broken. */
  broken(): string[] {
    return Object.entries(this.#template.Rules).flatMap(([name, {RuleCondition, Assertions}]) => {
      if (RuleCondition !== undefined && this.value(RuleCondition) !== true) return []
      return Assertions.every(({Assert}) => this.value(Assert) === true) ? [] : [name]
    })
  }

  holds(condition: string | undefined): boolean {
    return condition === undefined || this.value(this.#template.Conditions[condition]) === true
  }

  value(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((one) => this.value(one)).filter((one) => one !== removed)
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node)
    const [name, argument] = entries[0] ?? ['', undefined]
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) return this.#call(name, argument)
    return Object.fromEntries(entries.map(([key, one]) => [key, this.value(one)]).filter(([, one]) => one !== removed))
  }

  #call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.#named(String(argument))
    if (name === 'Fn::GetAtt') return `attribute ${String(argument)}`
    if (name === 'Fn::Sub') return this.#substituted(argument)
    const list = argument as unknown[]
    if (name === 'Fn::If') return this.value(this.holds(String(list[0])) ? list[1] : list[2])
    const [first, second] = list.map((one) => this.value(one))
    switch (name) {
      case 'Fn::Equals':
        return first === second
      case 'Fn::Not':
        return first !== true
      case 'Fn::And':
        return list.every((one) => this.value(one) === true)
      case 'Fn::Or':
        return list.some((one) => this.value(one) === true)
      case 'Fn::Select':
        return (second as unknown[])[Number(first)]
      case 'Fn::Split':
        return String(second).split(String(first))
      case 'Fn::Join':
        return (second as unknown[]).join(String(first))
      default:
        throw new Error(`this evaluation does not know ${name}`)
    }
  }

  #named(name: string): unknown {
    if (this.#values.has(name)) return this.#values.get(name)
    if (this.#template.Resources[name] === undefined) throw new Error(`nothing is called ${name}`)
    return `reference to ${name}`
  }

  #substituted(argument: unknown): string {
    const [text, own] = Array.isArray(argument)
      ? (argument as [string, Record<string, unknown>])
      : [argument as string, {}]
    return text.replace(/\$\{([^}]+)\}/g, (_, name: string) =>
      String(name in own ? this.value(own[name]) : this.#named(name))
    )
  }
}
