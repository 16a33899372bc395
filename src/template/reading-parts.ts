import type {Expression} from './expression.ts'
import type {Syntax} from './syntax.ts'
import type {ValueMap} from './value.ts'
import type {VariableKind} from './variable-type.ts'

/** The facts about a template that can be known without Packer. */
export interface Reading {
  readonly variables: ReadonlyMap<string, Declaration>
  readonly locals: ReadonlyMap<string, Placed>
  readonly settings: readonly Setting[]
  /** Builders that the template has, by their names: `amazon-ebs.own`; in legacy JSON the builder's bare name. */
  readonly sources: ReadonlyMap<string, SourceBlock>
  /** `data.amazon-ami.base`; a data source may have no settings. */
  readonly data: ReadonlySet<string>
  readonly builds: readonly BuildBlock[]
  readonly uses: readonly Use[]
  /** Of these only the settings were read, without the components that they belong to. */
  readonly dynamic: readonly DynamicBlock[]
  /** The post-processors of each build. */
  readonly chains: readonly (readonly Chain[])[]
  /** The types of all blocks, `hcp_packer_registry` for one. */
  readonly blocks: ReadonlySet<string>
  /** All references of the files to variables and locals: `var.name`. */
  readonly references: ReadonlySet<string>
}

/** `build { … }`, which its settings refer to. */
export interface BuildBlock {
  readonly file: string
}

/** Post-processors of which each takes what the one before it hands on. */
export interface Chain {
  readonly parts: readonly PostProcessor[]
  /** False: a dynamic block may make none, or several. */
  readonly isSure: boolean
}

export interface PostProcessor {
  readonly type: string
  /** Its `keep_input_artifact`. */
  readonly keep?: Expression
  /** False: only some builds have it. */
  readonly isSure: boolean
}

/** A block inside of a build that adds to a builder: `source "amazon-ebs.own" { … }`. Its settings refer to it. */
export interface Use {
  readonly build: BuildBlock
  readonly source: string
  /** False: only Packer knows whether it adds to this builder, or to another one. */
  readonly isSure: boolean
}

/**
 * A `dynamic` block inside of a build. Of which component the blocks are that it makes, and how many it makes, depends
 * on values.
 */
export interface DynamicBlock {
  /** Of the blocks that it makes: `source`, `provisioner` … */
  readonly type: string
  /** About the block around it, with its own loop. */
  readonly around: Around
  /** A list of one name; absent for types that have none. */
  readonly labels?: Expression
  /** Reads its content. */
  readonly read: (draft: Draft, around: Around) => void
}

export interface SourceBlock {
  readonly type: string
  /** A name that Packer evaluates, in legacy JSON. */
  readonly evaluatedName?: Expression
  readonly file: string
  readonly line: number
}

/** A place in a file. */
export interface Placed {
  readonly file: string
  readonly expression: Expression
}

/** A variable that a template declares. */
export interface Declaration {
  readonly file: string
  readonly line: number
  readonly kind: VariableKind
  /** Absent: its default's. */
  readonly type?: Syntax
  /** Absent: a value must be given. */
  readonly default?: Expression
  /** Its value must not be shown anywhere. */
  readonly sensitive: boolean
}

/** A line such as `access_key = …`, anywhere in the template. */
export interface Setting extends Placed {
  /** Of the builder, data source or post-processor that it is in, such as `amazon-ebs`; empty outside of all. */
  readonly component: string
  /** Of the builder that it is in, such as `amazon-ebs.own`, or of the data source, `data.amazon-ami.base`; empty outside of all. */
  readonly owner: string
  /** Of the block or object around it. */
  readonly within: string
  /** Not in a block inside of the builder. */
  readonly isTop: boolean
  readonly name: string
  /** The dynamic blocks around it, which repeat it, outermost first. */
  readonly loops: readonly Loop[]
  readonly build?: BuildBlock
  readonly use?: Use
  /** The same for all settings of one provisioner or post-processor; absent outside of them. */
  readonly block?: object
}

/** `dynamic "assume_role" { for_each = … }`. */
export interface Loop {
  /** The iterator's name. */
  readonly name: string
  readonly over: Expression
  /** The iterator's value in a single repetition. */
  readonly item?: ValueMap
}

/** A reading while it is made. */
export interface Draft {
  readonly variables: Map<string, Declaration>
  readonly locals: Map<string, Placed>
  readonly settings: Setting[]
  readonly sources: Map<string, SourceBlock>
  readonly data: Set<string>
  readonly builds: BuildBlock[]
  readonly uses: Use[]
  readonly dynamic: DynamicBlock[]
  readonly chains: (readonly Chain[])[]
  readonly blocks: Set<string>
  readonly references: Set<string>
}

export function newDraft(): Draft {
  return {
    variables: new Map(),
    locals: new Map(),
    settings: [],
    sources: new Map(),
    data: new Set(),
    builds: [],
    uses: [],
    dynamic: [],
    chains: [],
    blocks: new Set(),
    references: new Set()
  }
}

/** The facts that all settings of one block share. */
export type Around = Omit<Setting, 'name' | 'expression'>

export function declare(draft: Draft, name: string, declaration: Declaration): void {
  if (name !== '') draft.variables.set(name, declaration)
}

/** The facts about a new build's settings. */
export function inBuild(draft: Draft, around: Around): Around {
  const build = {file: around.file}
  draft.builds.push(build)
  return {...around, build}
}

/**
 * The builder that a build names: of three parts Packer takes the last two, whatever the first is, `source` or
 * `sources` (packer, hcl2template/types.source.go).
 */
export function builderIn(name: string): string {
  const parts = name.split('.')
  return parts.length > 2 ? parts.slice(1, 3).join('.') : name
}

/** The facts about the settings that a build adds to a builder. */
export function inUse(draft: Draft, around: Around, label: string, isSure = true): Around {
  const source = builderIn(label)
  const inner = {...around, component: source.split('.')[0] ?? '', owner: source, within: 'source', isTop: true}
  if (!around.build) return inner
  const use = {build: around.build, source, isSure}
  draft.uses.push(use)
  return {...inner, use}
}

/** The name of the builder or data source that a block makes; empty for other blocks. */
export function ownerOf(type: string, labels: readonly string[]): string {
  return type === 'source' ? labels.join('.') : type === 'data' ? ['data', ...labels].join('.') : ''
}

/** Blocks inside of a build that are named after a component. */
export const nests = new Set(['provisioner', 'post-processor', 'error-cleanup-provisioner'])

/** Whether it is its component's own, and not in a block or a map inside of that. */
export function isOwn({isTop, within}: Setting): boolean {
  return isTop || nests.has(within)
}

/** Keeps a dynamic block until values are known, if it is a build's. */
export function addDynamic(draft: Draft, block: DynamicBlock): void {
  if (block.around.build && block.around.owner === '') draft.dynamic.push(block)
}
