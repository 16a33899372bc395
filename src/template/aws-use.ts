import {tagKeys} from '../aws/tags.ts'
import {textsOf} from './reached.ts'
import type {Sources} from './values.ts'
import type {Expression} from './expression.ts'
import type {Reading, Setting} from './reading-parts.ts'
import type {TemplateSource} from './sources.ts'
import type {Syntax} from './syntax.ts'
import {asText} from './value.ts'

/**
 * The features of AWS that the sources of a template use, as far as Packer's session depends on them. A setting counts
 * if it is present, whatever its value is.
 */
export interface AwsUse {
  /** Where its sources put the variable `tags`. */
  readonly tags: TagUse
  readonly spot: boolean
  /** The image is copied where it is made, to encrypt it. */
  readonly copiesAtHome: boolean
  /** Its build may be reached through Session Manager. */
  readonly sessions: boolean
  /** Its machine has an instance profile. */
  readonly profile: boolean
  /** Its machine is launched with an existing group, key pair, snapshot, placement … */
  readonly others: boolean
  readonly fastLaunch: boolean
  /** The password of a Windows machine is asked for. */
  readonly passwords: boolean
  /** It has AWS explain its refusals. */
  readonly decodes: boolean
  /** It reads from Secrets Manager or Parameter Store. */
  readonly secrets: boolean
  /** The ids of snapshots that its mappings name. */
  readonly snapshots: readonly string[]
  /** There is a mapping whose snapshot cannot be known without Packer. */
  readonly unknownSnapshots: boolean
}

interface TagUse {
  /** Every source on its machine (`run_tags`), and so on its key pair, its group, its image and the image's snapshots. */
  readonly machines: boolean
  /** Every source on its machine's volumes (`run_volume_tags`). */
  readonly volumes: boolean
  /** Every source on its launch template (`spot_tags`). */
  readonly launchTemplates: boolean
}

/** Components of which the Amazon plugin tags the resources with `run_tags` at creation; data sources make none. */
const tagging = new Set(['amazon-ebs', 'amazon-ami', 'amazon-parameterstore', 'amazon-secretsmanager'])

/** Settings and blocks that name existing resources for a launch (packer-plugin-amazon, common/run_config.go). */
const there =
  /^(security_group_(id|ids|filter)|ssh_keypair_name|snapshot_id|placement|capacity_reservation\w*|license_\w+|host_\w+|tenancy)$/

/**
 * @param builders those that are going to run
 * @param hasTags its variable `tags` is filled in with the bake's
 */
export function awsUseOf(sources: Sources, builders: readonly TemplateSource[], hasTags: boolean): AwsUse {
  const settings = sources.reading.settings.filter(({component}) => component.startsWith('amazon'))
  const has = (...names: readonly string[]): boolean => settings.some(({name}) => names.includes(name))
  const mapped = settings.filter(({name}) => name === 'snapshot_id')
  const idsOf = (setting: Setting): string[] =>
    textsOf(setting, sources).flatMap(({text}) => text.match(/\bsnap-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/g) ?? [])
  return {
    tags: hasTags ? tagUseOf(builders, sources.reading) : nowhere,
    spot: has('spot_price', 'spot_instance_types'),
    copiesAtHome: has('encrypt_boot'),
    sessions: has('ssh_interface', 'winrm_interface'),
    profile: has('iam_instance_profile'),
    others: settings.some(({within, name}) => there.test(name) || there.test(within)),
    fastLaunch: settings.some(({within, name}) => within === 'fast_launch' || name === 'fast_launch'),
    passwords: settings.some(({name}) => name === 'communicator' || name.startsWith('winrm_')),
    decodes: has('decode_authorization_messages'),
    secrets:
      settings.some(({component}) => /^amazon-(secretsmanager|parameterstore)$/.test(component)) ||
      expressionsIn(sources).some(({source}) => source.includes('aws_secretsmanager')),
    snapshots: [...new Set(mapped.flatMap(idsOf))],
    unknownSnapshots: mapped.some((setting) => idsOf(setting).length === 0)
  }
}

function expressionsIn({reading}: Sources): Expression[] {
  const defaults = [...reading.variables.values()].flatMap((variable) => variable.default ?? [])
  return [...reading.settings, ...reading.locals.values()].map(({expression}) => expression).concat(defaults)
}

const nowhere: TagUse = {machines: false, volumes: false, launchTemplates: false}

function tagUseOf(builders: readonly TemplateSource[], {settings, sources, locals}: Reading): TagUse {
  const others = settings.filter(({component, owner}) => component.startsWith('amazon') && !sources.has(owner))
  const tagsEverywhere = (name: string): boolean =>
    builders.every((builder) => carriesTags(builder.setting(name)?.expression.syntax, locals))
  // With `ami_skip_run_tags` the image gets its tags too late.
  const machines =
    builders.length > 0 &&
    builders.every((builder) => tagging.has(builder.type) && builder.setting('ami_skip_run_tags') === undefined) &&
    others.every(({component}) => tagging.has(component)) &&
    tagsEverywhere('run_tags')
  return {
    machines,
    volumes: machines && tagsEverywhere('run_volume_tags'),
    launchTemplates: machines && tagsEverywhere('spot_tags')
  }
}

/**
 * Whether a map surely has all that is in `var.tags`, with the bake's own; one that only has some of it, or an element,
 * does not.
 */
function carriesTags(syntax: Syntax | undefined, locals: Reading['locals'], seen: readonly string[] = []): boolean {
  switch (syntax?.kind) {
    case 'member': {
      if (syntax.of.kind !== 'name' || syntax.key.kind !== 'value') return false
      const name = asText(syntax.key.value) ?? ''
      if (syntax.of.name === 'var') return name === 'tags'
      const local = syntax.of.name === 'local' && !seen.includes(name) ? locals.get(name) : undefined
      return carriesTags(local?.expression.syntax, locals, [...seen, name])
    }
    case 'call': {
      if (syntax.name !== 'merge' && syntax.name !== 'tomap') return false
      const at = syntax.given.findLastIndex((one) => carriesTags(one, locals, seen))
      return at >= 0 && !syntax.given.slice(at + 1).some(saysBake)
    }
    case 'choice':
      return carriesTags(syntax.yes, locals, seen) && carriesTags(syntax.no, locals, seen)
    default:
      return false
  }
}

/** A map that is merged in later would replace the bake's tag. */
function saysBake(syntax: Syntax): boolean {
  return syntax.kind === 'map' && syntax.entries.some(([key]) => key.kind === 'value' && key.value === tagKeys.bake)
}
