import {parseMessage, uiText, type UiText} from './messages.ts'

/** What Packer said that it makes, each learned while nobody but Packer could speak. */
export interface Announced {
  /** Temporary names, unique to this build, told before the call that makes them. */
  readonly keyPairs: readonly string[]
  readonly securityGroups: readonly string[]
  /** Told after the launch. */
  readonly instances: readonly string[]
  /** Packer was about to launch an instance or to make an image and did not say that it was done. */
  readonly unfinished: boolean
  /** A launch of that kind, with nothing unique announced before it: its instance cannot be told from others. */
  readonly untraceable: boolean
}

/** What one build has announced so far. */
export interface BuildAnnouncements {
  readonly keyPair?: string
  readonly securityGroup?: string
  readonly instance?: string
  readonly connected: boolean
  readonly launching: boolean
  readonly imaging: boolean
}

const temporaryName = /packer_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/
const afterConnection = /^(Connected to (SSH|WinRM)!|Using (SSH|WinRM) communicator|Provisioning with)/i

/** Reads the announcements out of Packer's machine-readable output. */
export function announcedBy(output: string): Announced {
  const builds = new Announcements()
  for (const line of output.split('\n')) {
    const message = parseMessage(line)
    const said = message && uiText(message)
    if (said) builds.note(said)
  }
  const all = builds.all
  return {
    keyPairs: all.flatMap(({keyPair}) => keyPair ?? []),
    securityGroups: all.flatMap(({securityGroup}) => securityGroup ?? []),
    instances: all.flatMap(({instance}) => instance ?? []),
    unfinished: all.some(({launching, imaging}) => launching || imaging),
    untraceable: all.some(({launching, instance, keyPair}) => launching && !instance && !keyPair)
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
  note({build, text}: UiText): Pick<BuildAnnouncements, 'keyPair' | 'instance'> {
    if (build === '') return {}
    const before = this.#builds.get(build) ?? {connected: false, launching: false, imaging: false}
    const after = noted(before, text)
    this.#builds.set(build, after)
    return {
      ...(after.keyPair && !before.keyPair ? {keyPair: after.keyPair} : {}),
      ...(after.instance && !before.instance ? {instance: after.instance} : {})
    }
  }
}

function noted(build: BuildAnnouncements, text: string): BuildAnnouncements {
  // These only make a sweep look once more, so it does no harm when a provisioner forges them.
  if (text.startsWith('Launching a source AWS instance')) return {...build, launching: true}
  if (/^Creating AMI \S+ from instance /.test(text)) return {...build, imaging: true}
  if (text.startsWith('AMI: ')) return {...build, imaging: false}
  if (build.connected) return build
  if (afterConnection.test(text)) return {...build, connected: true}

  const instance = /^Instance ID: (i-[0-9a-f]{8,17})$/.exec(text.trim())?.[1]
  if (instance) return {instance, ...build, launching: false}
  const name = temporaryName.exec(text)?.[0]
  if (!name) return build
  if (text.startsWith('Creating temporary keypair: ')) return {keyPair: name, ...build}
  if (text.startsWith('Creating temporary security group for this instance: ')) return {securityGroup: name, ...build}
  return build
}
