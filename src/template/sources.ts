import {buildsOf, isChosen, type Build} from './builds.ts'
import type {Values} from './values.ts'
import {refersTo, variableIn} from './reference.ts'
import type {Reading, Setting, SourceBlock} from './reading-parts.ts'
import {Answer, asText, isMap, isTrue, textsIn, unknown, type Value} from './value.ts'

/**
 * A builder of Amazon's plugin as one build of a template has it, with the values of its settings as far as they are known without Packer.
 */
export class TemplateSource implements SourceBlock {
  /** The build's, as far as it is known: `amazon-ebs.own`, `nightly.amazon-ebs.own`; in legacy JSON the builder's bare name. */
  readonly name: string
  readonly type: string
  readonly file: string
  readonly line: number
  readonly #settings: readonly Setting[]
  readonly #locals: Reading['locals']
  readonly #data: readonly Setting[]
  readonly #values: Values

  constructor({source, name, use}: Build, block: SourceBlock, {settings, locals}: Reading, values: Values) {
    this.name = name ?? source
    this.type = block.type
    this.file = block.file
    this.line = block.line
    const own = settings.filter(({owner}) => owner === source)
    // The build's settings take precedence, wherever the files have them.
    this.#settings = [
      ...own.filter((setting) => setting.use === undefined),
      ...own.filter((setting) => use !== undefined && setting.use === use)
    ]
    this.#data = settings.filter(({owner}) => owner.startsWith('data.'))
    this.#locals = locals
    this.#values = values
  }

  /** The setting of this name that takes precedence, with its place. */
  setting(name: string, within?: string): Setting | undefined {
    return this.#settings.findLast((setting) => setting.name === name && isIn(setting, within))
  }

  /** Its values: a dynamic block may repeat it. */
  all(name: string, within?: string): readonly Value[] {
    const found = this.#settings.filter((setting) => setting.name === name && isIn(setting, within))
    return found.flatMap((setting) => this.#values.ofSetting(setting))
  }

  /** Its value; null if the template does not set it. */
  value(name: string, within?: string): Value {
    return this.all(name, within).at(-1) ?? null
  }

  /** Its value as Packer would use it; undefined if there is none, or it is not known. */
  text(name: string, within?: string): string | undefined {
    const text = asText(this.value(name, within))
    // The plugin evaluates it again.
    return text === '' || text?.includes('{{') ? undefined : text
  }

  isTrue(name: string, within?: string): boolean {
    return this.all(name, within).some(isTrue)
  }

  /** Whether it is true, or only Packer knows whether it is. */
  mayBeTrue(name: string, within?: string): boolean {
    return this.all(name, within).some((value) => isTrue(value) || value === unknown)
  }

  /** Whether a setting is the variable of the same name, itself or through locals, and nothing more. */
  isVariable(name: string): boolean {
    const setting = this.setting(name)
    return setting !== undefined && variableIn(setting.expression.syntax, this.#locals) === name
  }

  /** Whether a setting has a variable in it, itself, through locals, or perhaps through a dynamic block's iterator. */
  reads(name: string, variable: string): boolean {
    const setting = this.setting(name)
    return setting !== undefined && this.#refersTo(setting, variable)
  }

  /** Whether any of its settings has this variable in it, in the same way. */
  uses(variable: string): boolean {
    return this.#settings.some((setting) => this.#refersTo(setting, variable))
  }

  /** Whether the template's data sources ask in the region that is in this variable. */
  looksUpIn(variable: string): boolean {
    return this.#data.some((one) => one.isTop && one.name === 'region' && this.#refersTo(one, variable))
  }

  #refersTo({expression, loops}: Setting, variable: string): boolean {
    return [expression, ...loops.map(({over}) => over)].some((one) => refersTo(one, variable, this.#locals))
  }

  /** How it finds its source image; undefined if only Packer knows. */
  imageQuery(): ImageQuery | undefined {
    const setting = this.setting('source_ami')
    const answer = setting && this.#values.withAnswers().ofSetting(setting).at(-1)
    if (answer instanceof Answer) {
      const query = this.#ofData(answer.source)
      return query && {...query, dataSource: answer.source}
    }
    const own = this.value('source_ami')
    if (own !== null && own !== '') return queryFor(this.text('source_ami') ?? '')
    const block = 'source_ami_filter'
    return queryFor(undefined, (name) => this.value(name, block))
  }

  /** @param owner `data.amazon-ami.base` */
  #ofData(owner: string): ImageQuery | undefined {
    const find = (wanted: string, within?: string): Value => {
      const settings = this.#data.filter((one) => one.owner === owner && one.name === wanted && isIn(one, within))
      return settings.flatMap((setting) => this.#values.ofSetting(setting)).at(-1) ?? null
    }
    if (!asksAsTheBake(find, this.#values.region)) return undefined
    if (!owner.startsWith('data.amazon-parameterstore.')) return queryFor(undefined, find)
    const parameter = asText(find('name'))
    return parameter === undefined ? undefined : {parameter}
  }

  /** The first setting in a block of this name. */
  firstIn(block: string): Setting | undefined {
    return this.#settings.find(({within, isTop}) => within === block && !isTop)
  }

  /** Whether it has a block or an object of this name; a dynamic block that makes none is not there. */
  has(block: string): boolean {
    return this.#settings.some(
      (setting) =>
        (isIn(setting, block) || (setting.isTop && setting.name === block)) &&
        this.#values.ofSetting(setting).length > 0
    )
  }
}

function isIn({within, isTop}: Setting, block: string | undefined): boolean {
  return block === undefined ? isTop : within === block && !isTop
}

/** One for each build that the arguments of Packer choose. */
export function sourcesOf(reading: Reading, values: Values, given: readonly string[]): TemplateSource[] {
  return buildsOf(reading, values)
    .filter((build) => isChosen(build, given))
    .flatMap((build) => {
      const block = reading.sources.get(build.source)
      return block?.type.startsWith('amazon-') ? [new TemplateSource(build, block, reading, values)] : []
    })
}

/** How a template finds its source image. */
export interface ImageQuery {
  /** The data source that asks, `data.amazon-ami.base`; absent where the builder itself does. */
  readonly dataSource?: string
  readonly id?: string
  /** The name of a parameter of Systems Manager that holds the id. */
  readonly parameter?: string
  readonly owners?: readonly string[]
  readonly filters?: readonly (readonly [string, readonly string[]])[]
  /** Absent: no images that their owners have deprecated, unless they are the account's own. */
  readonly includeDeprecated?: true
}

type Find = (name: string, within?: string) => Value

/** Settings with which a data source asks another account, or another cloud (packer-plugin-amazon, common/access_config.go). */
const otherAccess: readonly (readonly [name: string, within?: string])[] = [
  ['access_key'],
  ['secret_key'],
  ['token'],
  ['profile'],
  ['shared_credentials_file'],
  ['mfa_code'],
  ['custom_endpoint_ec2'],
  ['role_arn', 'assume_role'],
  ['name', 'vault_aws_engine']
]

/** Whether a data source surely asks in the bake's region, with the bake's credentials. */
function asksAsTheBake(find: Find, region: string): boolean {
  const isUnset = (value: Value): boolean => value === null || value === ''
  const own = find('region')
  return (isUnset(own) || own === region) && otherAccess.every(([name, within]) => isUnset(find(name, within)))
}

/** @returns undefined if only Packer knows */
function queryFor(id: string | undefined, find: Find = () => null): ImageQuery | undefined {
  if (id !== undefined) return /^ami-[0-9a-f]{8,17}$/.test(id) ? {id} : undefined
  const filters = find('filters')
  const deprecated = find('include_deprecated')
  if (!isMap(filters) || deprecated === unknown) return undefined
  const named = Object.entries(filters).map(([name, value]): [string, string | undefined] => [name, asText(value)])
  const {texts, isWhole} = textsIn(find('owners'))
  const isKnown = named.every((entry): entry is [string, string] => entry[1] !== undefined && !entry[1].includes('{{'))
  if (!isKnown || !isWhole || named.length === 0) return undefined
  return {
    owners: texts,
    filters: named.map(([name, value]) => [name, [value ?? '']]),
    ...(isTrue(deprecated) ? {includeDeprecated: true} : {})
  }
}
