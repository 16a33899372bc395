import {gaveUpNames, most, noted, nothing, temporaryName, type BuildAnnouncements} from './build-announcements.ts'
import {parseMessage, productsIn, type Message, type Product} from './messages.ts'
import {Speakers, type Said} from './speakers.ts'

/** The resources that Packer announced. */
export interface Announced extends Omit<BuildAnnouncements, 'hasKeyPair' | 'launching' | 'imaging'> {
  /** Of temporary key pairs that are this build's own: unique names, or names that Packer got past in a build that has not finished. */
  readonly keyPairs: readonly string[]
  /**
   * Names that the template chose (`temporary_key_pair_name`), with nothing said since: Packer may have made the key pair,
   * or it may be somebody else's.
   */
  readonly doubtfulKeyPairs: readonly string[]
  /** The artifacts that Packer reports at its end, on lines of its own protocol. */
  readonly products: readonly Product[]
  /** Resources named by Packer, or by the machine in its place: they are looked up, and believed only with a proof. */
  readonly hints: readonly Hint[]
  /** Packer was about to launch an instance or to make or copy an image and did not say that it was done. */
  readonly unfinished: boolean
  /** A launch of that kind, with nothing unique announced before it: its instance cannot be told from others. */
  readonly untraceable: boolean
}

/** Reads the announcements out of Packer's machine-readable output, of one run or several. */
export function announcedBy(...outputs: readonly string[]): Announced {
  return announcedIn(
    outputs.map((output) => {
      const announcements = new Announcements()
      output.split('\n').forEach((line) => announcements.hear(line))
      return announcements
    })
  )
}

/** The announcements of several runs of Packer. */
export function announcedIn(runs: readonly Announcements[]): Announced {
  const products = runs.flatMap((one) => one.products)
  return {...sum(runs.flatMap((one) => one.all)), products, hints: runs.flatMap((one) => one.hints)}
}

function sum(builds: readonly BuildAnnouncements[]): Omit<Announced, 'products' | 'hints'> {
  const isOwn = ({hasKeyPair}: BuildAnnouncements, name: string): boolean => hasKeyPair || temporaryName.test(name)
  const keyPairs = (own: boolean): string[] =>
    builds.flatMap((build) => build.keyPairs.filter((name) => isOwn(build, name) === own))
  return {
    keyPairs: [...new Set(keyPairs(true))],
    doubtfulKeyPairs: [...new Set(keyPairs(false))],
    securityGroups: builds.flatMap(({securityGroups}) => securityGroups),
    instanceProfiles: builds.flatMap(({instanceProfiles}) => instanceProfiles),
    roles: builds.flatMap(({roles}) => roles),
    instances: builds.flatMap(({instances}) => instances),
    volumes: builds.flatMap(({volumes}) => volumes),
    launchTemplates: builds.flatMap(({launchTemplates}) => launchTemplates),
    spot: builds.some(({spot}) => spot),
    copyRegions: [...new Set(builds.flatMap(({copyRegions}) => copyRegions))],
    hidesCopies: builds.some(({hidesCopies}) => hidesCopies),
    unfinished: builds.some(
      ({launching, imaging, copyRegions, hidesCopies}) => launching + imaging + copyRegions.length > 0 || hidesCopies
    ),
    untraceable: builds.some(({launching, keyPairs: names}) => launching > 0 && names.length === 0)
  }
}

/** The resources that a message announced for the first time. */
export interface Announcement {
  readonly keyPair?: string
  /** The key pairs of a build that has gone on, as it does only once it has them. */
  readonly madeKeyPairs?: readonly string[]
  readonly securityGroup?: string
  readonly instance?: string
  readonly hints: readonly Hint[]
}

/** The content of a line of Packer's output. */
export interface Heard {
  /** Absent where the line is not of Packer's protocol: a panic's stack, a plugin's own print. */
  readonly message?: Message
  /** Absent where it is not for people. */
  readonly said?: Said
  readonly announced: Announcement
}

/** To be looked up in AWS and not believed: the machine may say the same. */
export interface Hint {
  readonly type: 'instance' | 'image' | 'volume'
  readonly id: string
}

/**
 * The announcements of all builds of a run.
 *
 * Later the machine under construction speaks on the same lines and could name other people's resources. So anything
 * said while it may be the machine that speaks is only a reason to look it up.
 */
export class Announcements {
  readonly #builds = new Map<string, BuildAnnouncements>()
  readonly #hints = new Map<string, Hint>()
  readonly #made = new Set<string>()
  readonly #products: Product[] = []
  readonly #speakers = new Speakers()
  readonly #regions: ReadonlySet<string> | undefined

  /** @param regions where copies may be, so that a machine cannot name others; absent: not known */
  constructor(regions?: ReadonlySet<string>) {
    this.#regions = regions
  }

  get all(): readonly BuildAnnouncements[] {
    return [...this.#builds].map(([name, build]) => (this.finished.includes(name) ? gaveUpNames(build) : build))
  }

  get products(): readonly Product[] {
    return this.#products
  }

  get hints(): readonly Hint[] {
    return [...this.#hints.values()]
  }

  /** The names of the builds that have ended without an error, as often as they have. */
  get finished(): readonly string[] {
    return this.#speakers.finished
  }

  /** Takes the next line of Packer's output. */
  hear(line: string): Heard {
    const message = parseMessage(line)
    if (!message) return {said: {build: '', text: line, byOthers: true}, announced: {hints: []}}
    this.report(message)
    const said = this.#speakers.hear(message)
    return {message, ...(said ? {said} : {}), announced: said ? this.note(said) : {hints: []}}
  }

  /** Reads a line of Packer's own protocol, which no machine can write. */
  report({category, args: [, key, value = '']}: Message): void {
    if (category === 'artifact' && key === 'id') this.#products.push(...productsIn(value))
  }

  note(said: Said): Announcement {
    const {build, text, byOthers} = said
    if (build === '') return {hints: []}
    const known = this.#builds.get(build)
    const before = known ?? nothing
    const after = noted(before, said, this.#regions)
    // amazon-ebsvolume has just taken the tags off its volumes that they were launched with.
    const isUntagged = !byOthers && text.startsWith('Tagging EBS volumes')
    if (after === known && !isUntagged) return {hints: this.#hintsIn(text)}
    this.#builds.set(build, after)
    const fresh = (kind: 'keyPairs' | 'securityGroups' | 'instances'): string | undefined =>
      after[kind].length > before[kind].length ? after[kind].at(-1) : undefined
    const [keyPair, securityGroup, instance] = [fresh('keyPairs'), fresh('securityGroups'), fresh('instances')]
    const hasGoneOn = after !== before && after.hasKeyPair && keyPair === undefined
    const made = hasGoneOn ? after.keyPairs.filter((name) => !this.#made.has(name)) : []
    made.forEach((name) => this.#made.add(name))
    const hints = instance === undefined ? this.#hintsIn(text) : []
    const untagged: readonly Hint[] = [
      ...after.instances.map((id) => ({type: 'instance', id}) as const),
      // A short build may be over, and its instance gone, before anybody looks.
      ...after.volumes.map((id) => ({type: 'volume', id}) as const)
    ]
    return {
      ...(keyPair !== undefined ? {keyPair} : {}),
      ...(made.length > 0 ? {madeKeyPairs: made} : {}),
      ...(securityGroup !== undefined ? {securityGroup} : {}),
      ...(instance !== undefined ? {instance} : {}),
      hints: [...hints, ...(isUntagged ? untagged : [])]
    }
  }

  /** Those that were not heard before. */
  #hintsIn(text: string): Hint[] {
    const fresh = hintsIn(text.trim())
      .filter(({id}) => !this.#hints.has(id))
      .slice(0, Math.max(0, most - this.#hints.size))
    fresh.forEach((hint) => this.#hints.set(hint.id, hint))
    return fresh
  }
}

function hintsIn(text: string): Hint[] {
  const [, instance, image, snapshot] =
    /^(?:Instance ID: (i-[0-9a-f]{8,17})|AMI: (ami-[0-9a-f]{8,17})|Creating snapshot of EBS Volume (vol-[0-9a-f]{8,17})\.\.\.)$/.exec(
      text
    ) ?? []
  if (instance !== undefined) return [{type: 'instance', id: instance}]
  if (image !== undefined) return [{type: 'image', id: image}]
  if (snapshot !== undefined) return [{type: 'volume', id: snapshot}]
  const ids = text.startsWith('Created Volumes: ') ? text.match(/\bvol-[0-9a-f]{8,17}\b/g) : null
  return [...new Set(ids)].slice(0, most).map((id) => ({type: 'volume', id}))
}
