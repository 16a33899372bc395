import {parseMessage, uiText, type UiText} from './messages.ts'

/** What Packer said that it makes. */
export interface Announced {
  /** Of temporary key pairs that are this build's own: unique names, or names that Packer got past. */
  readonly keyPairs: readonly string[]
  /**
   * Names that the template chose (`temporary_key_pair_name`), with nothing said since: Packer may have made the key pair,
   * or it may be somebody else's.
   */
  readonly doubtfulKeyPairs: readonly string[]
  /** Unique temporary names, told before the call that makes them. */
  readonly securityGroups: readonly string[]
  readonly instanceProfiles: readonly string[]
  readonly roles: readonly string[]
  /** Ids, told after the launch. */
  readonly instances: readonly string[]
  /** Ids, told after the call; before it Packer says only that it launches a spot instance. */
  readonly launchTemplates: readonly string[]
  readonly spot: boolean
  /** Where copies of the image may be, the image's own region among them where it is encrypted by copying. */
  readonly copyRegions: readonly string[]
  /** Packer was about to launch an instance or to make or copy an image and did not say that it was done. */
  readonly unfinished: boolean
  /** A launch of that kind, with nothing unique announced before it: its instance cannot be told from others. */
  readonly untraceable: boolean
}

/** What one build has announced so far. */
export interface BuildAnnouncements {
  readonly keyPair?: string
  /** Packer said something that it says only once it has the key pair. */
  readonly hasKeyPair: boolean
  readonly securityGroup?: string
  readonly instanceProfile?: string
  readonly role?: string
  readonly instance?: string
  readonly launchTemplate?: string
  readonly spot: boolean
  readonly connected: boolean
  readonly launching: boolean
  readonly imaging: boolean
  readonly copyRegions: readonly string[]
}

const nothing: BuildAnnouncements = {
  hasKeyPair: false,
  spot: false,
  connected: false,
  launching: false,
  imaging: false,
  copyRegions: []
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** The names that Packer makes up for key pairs and groups: no two builds have the same. */
export const temporaryName = new RegExp(`^packer_${uuid}$`)
const temporaryIamName = new RegExp(`^packer-${uuid}$`)
const afterConnection = /^(Connected to (SSH|WinRM)!|Using (SSH|WinRM) communicator|Provisioning with)/i

/** AWS has fewer regions; more than this is not Packer speaking. */
const mostRegions = 50

/** Reads the announcements out of Packer's machine-readable output, of one run or several. */
export function announcedBy(...outputs: readonly string[]): Announced {
  return sum(outputs.flatMap((output) => buildsOf(output)))
}

function buildsOf(output: string): readonly BuildAnnouncements[] {
  const builds = new Announcements()
  for (const line of output.split('\n')) {
    const message = parseMessage(line)
    const said = message && uiText(message)
    if (said) builds.note(said)
  }
  return builds.all
}

function sum(builds: readonly BuildAnnouncements[]): Announced {
  const isOwn = ({keyPair = '', hasKeyPair}: BuildAnnouncements): boolean => hasKeyPair || temporaryName.test(keyPair)
  return {
    keyPairs: builds.filter(isOwn).flatMap(({keyPair}) => keyPair ?? []),
    doubtfulKeyPairs: builds.filter((build) => !isOwn(build)).flatMap(({keyPair}) => keyPair ?? []),
    securityGroups: builds.flatMap(({securityGroup}) => securityGroup ?? []),
    instanceProfiles: builds.flatMap(({instanceProfile}) => instanceProfile ?? []),
    roles: builds.flatMap(({role}) => role ?? []),
    instances: builds.flatMap(({instance}) => instance ?? []),
    launchTemplates: builds.flatMap(({launchTemplate}) => launchTemplate ?? []),
    spot: builds.some(({spot}) => spot),
    copyRegions: [...new Set(builds.flatMap(({copyRegions}) => copyRegions))],
    unfinished: builds.some(({launching, imaging, copyRegions}) => launching || imaging || copyRegions.length > 0),
    untraceable: builds.some(({launching, instance, keyPair}) => launching && !instance && !keyPair)
  }
}

/**
 * The announcements of all builds of a run.
 *
 * The machine under construction speaks on the same lines later and could name things that belong to others.
 * So for each build only the first announcement of a kind counts, and none after Packer has connected to the machine.
 */
export class Announcements {
  readonly #builds = new Map<string, BuildAnnouncements>()

  get all(): readonly BuildAnnouncements[] {
    return [...this.#builds.values()]
  }

  /** @returns what this text announced for the first time */
  note({build, text}: UiText): Pick<BuildAnnouncements, 'keyPair' | 'securityGroup' | 'instance'> {
    if (build === '') return {}
    const before = this.#builds.get(build) ?? nothing
    const after = noted(before, text)
    this.#builds.set(build, after)
    return {
      ...(after.keyPair && !before.keyPair ? {keyPair: after.keyPair} : {}),
      ...(after.securityGroup && !before.securityGroup ? {securityGroup: after.securityGroup} : {}),
      ...(after.instance && !before.instance ? {instance: after.instance} : {})
    }
  }
}

function noted(build: BuildAnnouncements, text: string): BuildAnnouncements {
  // It does no harm when a provisioner forges these: they make a sweep look once more, and in more regions, for copies
  // of this bake's own image.
  if (/^Creating (unencrypted )?AMI \S+ from instance /.test(text)) return {...build, imaging: true}
  if (text.startsWith('AMI: ')) return {...build, imaging: false}
  const region = /^Copying to: ([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})$/.exec(text.trim())?.[1]
  if (region && build.copyRegions.length < mostRegions) return {...build, copyRegions: [...build.copyRegions, region]}
  if (build.connected) return build

  if (afterConnection.test(text)) return {...build, connected: true}
  const launch = /^Launching a (source|spot) AWS instance/.exec(text)
  if (launch) return {...gotPast(build), launching: true, spot: launch[1] === 'spot'}
  const instance = /^Instance ID: (i-[0-9a-f]{8,17})$/.exec(text.trim())?.[1]
  if (instance) return {instance, ...build, launching: false}
  const template = /^Created Spot Fleet launch template: (lt-[0-9a-f]{8,17})$/.exec(text.trim())?.[1]
  if (template) return {launchTemplate: template, ...build}

  const [, what = '', name = ''] = /^Creating temporary ([a-z ]+): (\S.*)$/.exec(text.trimEnd()) ?? []
  switch (what) {
    case 'keypair':
      // A name with wildcards in it cannot be looked for.
      return /[*?\\]/.test(name) ? build : {keyPair: name, ...build}
    case 'security group for this instance':
      return temporaryName.test(name) ? {securityGroup: name, ...gotPast(build)} : build
    case 'instance profile for this instance':
      return temporaryIamName.test(name) ? {instanceProfile: name, ...gotPast(build)} : build
    case 'role for this instance':
      return temporaryIamName.test(name) ? {role: name, ...build} : build
    default:
      return build
  }
}

/** Packer makes its key pair before everything else, and says nothing more of the kind when it could not. */
function gotPast(build: BuildAnnouncements): BuildAnnouncements {
  return {...build, hasKeyPair: build.keyPair !== undefined}
}
