import {parseMessage, uiText} from './messages.ts'

/** What Packer said that it makes, before it called AWS for it. The names are unique to this build. */
export interface Announced {
  readonly keyPairs: readonly string[]
  readonly securityGroups: readonly string[]
  /** Packer was about to launch an instance or to make an image and did not say that it was done. */
  readonly unfinished: boolean
}

const temporaryName = /packer_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/
const afterConnection = /^(Connected to (SSH|WinRM)!|Using (SSH|WinRM) communicator|Provisioning with)/i

/**
 * Reads the announcements out of Packer's machine-readable output.
 *
 * The machine under construction speaks on the same lines later and could name things that belong to others.
 * So for each build only the first announcement of a kind counts, and none after Packer has connected to the machine.
 */
export function announcedBy(output: string): Announced {
  const builds = new Map<string, BuildAnnouncements>()
  for (const line of output.split('\n')) {
    const message = parseMessage(line)
    const said = message && uiText(message)
    if (!said || said.build === '') continue
    const build = builds.get(said.build) ?? {connected: false, launching: false, imaging: false}
    builds.set(said.build, note(build, said.text))
  }
  const all = [...builds.values()]
  return {
    keyPairs: all.flatMap(({keyPair}) => keyPair ?? []),
    securityGroups: all.flatMap(({securityGroup}) => securityGroup ?? []),
    unfinished: all.some(({launching, imaging}) => launching || imaging)
  }
}

interface BuildAnnouncements {
  readonly connected: boolean
  readonly launching: boolean
  readonly imaging: boolean
  readonly keyPair?: string
  readonly securityGroup?: string
}

function note(build: BuildAnnouncements, text: string): BuildAnnouncements {
  // These two only make a sweep look once more, so it does no harm when a provisioner forges them.
  if (text.startsWith('Launching a source AWS instance')) return {...build, launching: true}
  if (text.startsWith('Instance ID: ')) return {...build, launching: false}
  if (/^Creating AMI \S+ from instance /.test(text)) return {...build, imaging: true}
  if (text.startsWith('AMI: ')) return {...build, imaging: false}
  if (build.connected) return build
  if (afterConnection.test(text)) return {...build, connected: true}
  const name = temporaryName.exec(text)?.[0]
  if (!name) return build
  if (text.startsWith('Creating temporary keypair: ')) return {keyPair: name, ...build}
  if (text.startsWith('Creating temporary security group for this instance: ')) return {securityGroup: name, ...build}
  return build
}
