import * as path from 'node:path'
import {InputError} from '../lib/errors.ts'
import type {Setting} from './reading-parts.ts'
import type {TemplateSource} from './sources.ts'
import {textsIn, unknown, type Value} from './value.ts'

/** The findings in a template before anything is made. */
export interface Findings {
  /** Problems because of which the template cannot be baked. */
  readonly problems: readonly InputError[]
  /** Warnings to the template's owner. */
  readonly warnings: readonly string[]
}

export interface FindingFacts {
  /** The bake's; empty where it is not known. */
  readonly region: string
  /** The user accepts that Packer removes an image of the same name before the new one is tested. */
  readonly allowsForceDeregister: boolean
  readonly legacy: boolean
  readonly hasAgent: boolean
  readonly hasSessionManagerPlugin: boolean
  /** Packer works under a session policy, which makes no roles; credentials of the step's own environment cannot be narrowed. */
  readonly isNarrowed: boolean
  /** That policy lets it change only what carries the bake's tags. */
  readonly changesOnlyTagged: boolean
}

/** Settings of Amazon's builders in a user's template that would harm the bake or the account. */
export function findingsIn(sources: readonly TemplateSource[], facts: FindingFacts): Findings {
  const found = sources.flatMap((source) => rules.flatMap((rule) => rule(source, facts, sources) ?? []))
  return {
    problems: unique(found.flatMap(({problem}) => problem ?? [])).map((text) => new InputError('template', text)),
    warnings: unique(found.flatMap(({warning}) => warning ?? []))
  }
}

type Finding = {readonly problem?: string; readonly warning?: string}
type Rule = (source: TemplateSource, facts: FindingFacts, all: readonly TemplateSource[]) => Finding | undefined

const rules: readonly Rule[] = [
  otherRegion,
  forcedDeregistration,
  imageElsewhere,
  noImage,
  cooldown,
  temporaryProfile,
  mappedSnapshot,
  sharedSnapshots,
  agent,
  sessionManager,
  openToEverybody
]

function otherRegion(
  source: TemplateSource,
  {region, legacy}: FindingFacts,
  all: readonly TemplateSource[]
): Finding | undefined {
  const own = source.text('region')
  if (own === undefined || region === '' || own === region) return undefined
  const regions = new Set(all.map((one) => one.text('region') ?? region))
  const isOfSeveral = all.filter(({name}) => name === source.name).length > 1
  const advice = isOfSeveral
    ? `Give each of the builds called ${source.name} a name of its own, and bake each region in a step of its own, with -only in 'packer-args'.`
    : regions.size > 1
      ? `Bake each region in a step of its own: aws-region: ${own} with packer-args: -only=${legacy ? '' : '*'}${source.name}.`
      : `Set aws-region: ${own}, or say ${legacy ? '"region": "{{user `region`}}"' : 'region = var.region'} there and ` +
        `declare ${legacy ? '"region": "" among the variables' : 'variable "region" {}'}, which is filled in.`
  return {
    problem:
      `${at(source, 'region')} builds in ${own}, but the input 'aws-region' is ${region}. This action could not find and remove resources in another ` +
      `region. ${advice}`
  }
}

function forcedDeregistration(source: TemplateSource, {allowsForceDeregister}: FindingFacts): Finding | undefined {
  const where = at(source, 'force_deregister')
  const perhaps = source.isTrue('force_delete_snapshot') ? '' : 'perhaps '
  const snapshots = source.mayBeTrue('force_delete_snapshot')
    ? ` and ${perhaps}its snapshots (force_delete_snapshot)`
    : ''
  if (!source.isTrue('force_deregister')) {
    const loss = `Packer removes the image of the same name${snapshots} before the new one is tested, and if the new one fails or is rejected, there is no image left`
    return unsure(source, 'force_deregister', loss)
  }
  if (allowsForceDeregister) {
    return {
      warning:
        `${where} says force_deregister: Packer removes the image of the same name${snapshots} before the new one is tested. ` +
        'If the new one fails or is rejected, there is no image left.'
    }
  }
  return {
    problem:
      `${where} says force_deregister: Packer would remove the image of the same name${snapshots} before the new one is tested, ` +
      'so that there is no image left if the new one fails or is rejected. Take force_deregister out and give each image a name of its own ' +
      '(ami_name = "jenkins-{{timestamp}}"); the sweep action removes old ones. If that loss is accepted: allow-force-deregister: true.'
  }
}

function imageElsewhere(source: TemplateSource): Finding | undefined {
  if (!source.isTrue('skip_save_build_region')) {
    const effect =
      "the bake fails when the image is made: it would be only in its copy regions, but it is tested in 'aws-region'"
    return unsure(source, 'skip_save_build_region', effect)
  }
  return {
    problem:
      `${at(source, 'skip_save_build_region')} says skip_save_build_region: the image would be only in its copy regions, but it is tested ` +
      "in 'aws-region'. Take skip_save_build_region out (ami_regions still makes the copies), or set 'aws-region' to the region that the image is for."
  }
}

function noImage(source: TemplateSource): Finding | undefined {
  if (!source.isTrue('skip_create_ami')) {
    return unsure(source, 'skip_create_ami', 'it makes no image, so that there is nothing to test and nothing to keep')
  }
  return {
    warning: `${at(source, 'skip_create_ami')} says skip_create_ami: it makes no image, so that there is nothing to test and nothing to keep.`
  }
}

function cooldown(source: TemplateSource): Finding | undefined {
  const within = 'deregistration_protection'
  if (!source.isTrue('with_cooldown', within)) {
    return unsure(source, 'with_cooldown', 'an image that is rejected cannot be removed for 24 hours', within)
  }
  return {
    problem:
      `${at(source, 'with_cooldown', within)} says deregistration_protection with_cooldown: an image that is rejected could not be removed ` +
      'for 24 hours. Take with_cooldown out; without it the protection stays on an image that is kept.'
  }
}

function temporaryProfile(source: TemplateSource, {isNarrowed}: FindingFacts): Finding | undefined {
  const block = 'temporary_iam_instance_profile_policy_document'
  if (!source.has(block) || !isNarrowed) return undefined
  return {
    problem:
      `${at(source, block)} has ${block}: Packer would have to make a role, which its session may not do, because a role can be given any permission. ` +
      'Make an instance profile once and name it: iam_instance_profile = "NAME", or var.instance_profile, which the input \'instance-profile\' fills in.'
  }
}

function mappedSnapshot(source: TemplateSource, {isNarrowed}: FindingFacts): Finding | undefined {
  const [name, within] = ['snapshot_id', 'ami_block_device_mappings'] as const
  if (isNarrowed || source.setting(name, within) === undefined) return undefined
  return {
    warning:
      `${at(source, name, within)} maps a snapshot of your own into the image: if Packer gives the image up (after a cancel or an error), it ` +
      "deletes the image's snapshots, and this one with them. With 'role-to-assume' the action takes that right from Packer."
  }
}

/**
 * Packer shares the snapshots of its images before it tags those that it did not make with the image
 * (packer-plugin-amazon, builder/ebs/builder.go). Copies of images get their tags at once.
 */
function sharedSnapshots(source: TemplateSource, {region, changesOnlyTagged}: FindingFacts): Finding | undefined {
  if (!changesOnlyTagged || source.isTrue('skip_create_ami')) return undefined
  const shared = surest(['snapshot_users', 'snapshot_groups'].map((name) => [name, isListed(source.value(name))]))
  const mapped = source.all('snapshot_id', 'ami_block_device_mappings').some((value) => value !== null)
  const copied = source.mayBeTrue('encrypt_boot') ? 'perhaps' : 'no'
  const untagged = surest([
    ['ami_regions', isListed(source.value('ami_regions'), source.text('region') ?? region)],
    ['encrypt_boot', source.isTrue('encrypt_boot') ? 'yes' : copied],
    ['snapshot_id', mapped ? 'yes' : 'no']
  ])
  if (shared === undefined || untagged === undefined) return undefined
  const [name, isShared] = shared
  const [cause, isUntagged] = untagged
  const open = isShared === 'perhaps' ? name : cause
  const what = cause === 'snapshot_id' ? 'a snapshot of your own' : `the snapshots of the copies (${cause})`
  if (isShared === 'perhaps' || isUntagged === 'perhaps') {
    return {
      warning:
        `${at(source, open)} has ${open} with a value that only Packer knows. With ${name}, AWS may deny after the build that Packer shares ${what}: ` +
        "they do not carry the bake's tags by then."
    }
  }
  const instead =
    cause === 'encrypt_boot'
      ? ', or make no copy: in place of encrypt_boot say encrypted = true and kms_key_id in launch_block_device_mappings'
      : ''
  return {
    problem:
      `${at(source, name)} says ${name}, but AWS would deny after the build that Packer shares ${what}: Packer's session may change only what carries ` +
      `the bake's tags, and Packer shares snapshots before it tags these. Take ${name} out and share them in a step after this one ` +
      `(aws ec2 modify-snapshot-attribute)${instead}.`
  }
}

type Certainty = 'yes' | 'perhaps' | 'no'

function surest(found: readonly (readonly [string, Certainty])[]): readonly [string, Certainty] | undefined {
  return found.find(([, certainty]) => certainty === 'yes') ?? found.find(([, certainty]) => certainty === 'perhaps')
}

/** Whether a list has an item, other than the one that does not count. */
function isListed(value: Value, but?: string): Certainty {
  const {texts, isWhole} = textsIn(value)
  if (texts.some((text) => text !== but)) return 'yes'
  return isWhole ? 'no' : 'perhaps'
}

function agent(source: TemplateSource, {hasAgent}: FindingFacts): Finding | undefined {
  if (hasAgent) return undefined
  if (!source.isTrue('ssh_agent_auth')) {
    return unsure(source, 'ssh_agent_auth', 'Packer cannot log in: there is no SSH_AUTH_SOCK in the env of this step')
  }
  return {
    problem: `${at(source, 'ssh_agent_auth')} says ssh_agent_auth, and there is no SSH_AUTH_SOCK in the env of this step. Start ssh-agent and add the key in a step before this one, and hand SSH_AUTH_SOCK on through GITHUB_ENV.`
  }
}

function sessionManager(source: TemplateSource, {hasSessionManagerPlugin}: FindingFacts): Finding | undefined {
  if (source.text('ssh_interface') !== 'session_manager') return undefined
  const where = at(source, 'ssh_interface')
  if (!hasSessionManagerPlugin) {
    return {
      problem: `${where} says ssh_interface = "session_manager", which needs AWS's session-manager-plugin on this runner's PATH, but it is not there. Install it in a step before this one: docs/networks.md shows how.`
    }
  }
  if (source.value('iam_instance_profile') !== null) return undefined
  return {
    problem: `${where} says ssh_interface = "session_manager" and names no iam_instance_profile: the build's machine needs a role with AmazonSSMManagedInstanceCore for its SSM agent.`
  }
}

/** AWS ignores the address of such a range. */
const everybody = /\/0+$/

/** The builder's own default lets in everybody (packer-plugin-amazon, common/step_security_group.go). */
function openToEverybody(source: TemplateSource, {legacy}: FindingFacts): Finding | undefined {
  const ranges = letInBy(source)
  if (ranges !== 'everybody') return undefined
  const port = source.text('communicator') === 'winrm' ? 'WinRM' : 'SSH'
  return {
    warning:
      `${at(source, 'temporary_security_group_source_cidrs')} lets everybody (0.0.0.0/0) reach the build's machine by ${port}. ` +
      (legacy
        ? 'Add "temporary_security_group_source_cidrs": "{{user `allowed_cidrs`}}" and declare "allowed_cidrs": "" among the variables, '
        : 'Add temporary_security_group_source_cidrs = var.allowed_cidrs and declare variable "allowed_cidrs" { type = list(string) }, ') +
      "which is filled in with 'allowed-cidrs'."
  }
}

/**
 * Who may reach a build: ranges, or `everybody`; undefined if that is not known, or the template has a security group
 * of its own.
 */
export function letInBy(source: TemplateSource): readonly string[] | 'everybody' | undefined {
  const own = ['security_group_id', 'security_group_ids'].some((name) => {
    const value = source.value(name)
    return value === unknown || textsIn(value).texts.length > 0 || !textsIn(value).isWhole
  })
  const communicator = source.text('communicator')
  // It works on a volume of the machine that Packer itself runs on.
  if (source.type === 'amazon-chroot') return []
  if (own || source.has('security_group_filter') || communicator === 'none') return undefined
  if (source.text('ssh_interface') === 'session_manager') return []
  if (source.isTrue('temporary_security_group_source_public_ip')) return undefined
  const value = source.value('temporary_security_group_source_cidrs')
  const {texts, isWhole} = textsIn(value)
  if (texts.some((text) => everybody.test(text))) return 'everybody'
  if (!isWhole) return undefined
  return texts.length === 0 ? 'everybody' : texts
}

/** A setting may be true, and nobody knows it before Packer runs. */
function unsure(source: TemplateSource, name: string, effect: string, within?: string): Finding | undefined {
  if (!source.mayBeTrue(name, within)) return undefined
  return {
    warning:
      `${at(source, name, within)} has ${name} with a value that only Packer knows. If it is true, ${effect}. ` +
      'To be sure, write true or false there, or a variable with such a value.'
  }
}

/** `main.pkr.hcl line 12: amazon-ebs.own` */
function at(source: TemplateSource, name: string, within?: string): string {
  const setting: Setting | undefined = source.setting(name, within) ?? source.firstIn(name)
  const {file, line} = setting ? {file: setting.file, line: setting.expression.line} : source
  return `${path.basename(file)} line ${line}: ${source.name}`
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
