/** One line of `packer -machine-readable`: `timestamp,target,category,args…` (Packer's documentation, machine-readable output). */
export interface Message {
  /** The build's name; empty for a message about the whole run. */
  readonly target: string
  /** `ui`, `artifact`, `artifact-count`, `error`, … */
  readonly category: string
  readonly args: readonly string[]
}

/**
 * Packer escapes commas in arguments, and none in a build's name (packer/ui.go, MachineReadableUi.Machine): a line about a build is
 * read from its end, where it has one of these forms (command/build.go).
 */
const aboutBuild = new RegExp(
  '^(?<target>.*?),(?:' +
    [
      '(?<one>error|artifact-count),(?<text>[^,]*)',
      '(?<artifact>artifact),(?<args>[^,]*,(?:end|nil|(?:builder-id|id|string|files-count),[^,]*|file,[^,]*,[^,]*))'
    ].join('|') +
    ')$',
  's'
)

/** @returns undefined for a line that is not of the protocol (a panic's stack, a plugin's own print) */
export function parseMessage(line: string): Message | undefined {
  const [timestamp = '', target = '', category = '', ...args] = line.split(',')
  if (!/^\d+$/.test(timestamp) || category === '') return undefined
  const whole = {target, category, args: args.map(unescapeArgument)}
  const isShown = target === '' && category === 'ui' && args.length === 2
  return isShown ? whole : (messageAbout(line.slice(timestamp.length + 1)) ?? whole)
}

function messageAbout(rest: string): Message | undefined {
  const groups = aboutBuild.exec(rest)?.groups
  if (!groups) return undefined
  const {target = '', one, text = '', artifact = '', args = ''} = groups
  if (one !== undefined) return {target, category: one, args: [unescapeArgument(text)]}
  return {target, category: artifact, args: args.split(',').map(unescapeArgument)}
}

function unescapeArgument(argument: string): string {
  // A build may print millions of lines, of which hardly one has any of these.
  if (!/[%\\]/.test(argument)) return argument
  return argument.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\r', '\r').replaceAll('\\n', '\n')
}

/** A product of a build, read from the protocol's own `artifact` lines, never from a provisioner's output. */
export interface Artifact {
  /** The build's name: `amazon-ebs.jenkins`, or the builder's bare name in legacy JSON. */
  readonly target: string
  /** Who made it: `mitchellh.amazonebs`, `packer.docker`, `packer.post-processor.manifest` … */
  readonly builderId: string
  /** `region:ami-…`, comma-separated, for the Amazon builders. */
  readonly id: string
}

/** A resource of EC2, in the named region. */
export interface Product {
  readonly type: 'image' | 'volume' | 'snapshot'
  readonly region: string
  readonly id: string
}

const product = /^([a-z0-9-]{1,30}):((ami|vol|snap)-[0-9a-f]{8,17})$/
const types = {ami: 'image', vol: 'volume', snap: 'snapshot'} as const

/**
 * The resources of EC2 that an artifact's id names. The ids of the Amazon builders are `region:ami-…,region:ami-…`, or
 * `region:vol-…`.
 */
export function productsIn(artifactId: string): Product[] {
  return artifactId.split(',').flatMap((part): Product[] => {
    const [, region = '', id = '', prefix = ''] = product.exec(part) ?? []
    return prefix === 'ami' || prefix === 'vol' || prefix === 'snap' ? [{type: types[prefix], region, id}] : []
  })
}

/** A manifest post-processor makes an artifact appear twice: it is returned once. */
export function artifactsOf(messages: readonly Message[]): Artifact[] {
  const parts = new Map<string, Map<string, string>>()
  for (const {target, category, args} of messages) {
    const [index = '', key = '', value = ''] = args
    if (category !== 'artifact') continue
    const name = `${target} ${index}`
    parts.set(name, (parts.get(name) ?? new Map<string, string>([['target', target]])).set(key, value))
  }
  const artifacts = [...parts.values()].map((part) => ({
    target: part.get('target') ?? '',
    builderId: part.get('builder-id') ?? '',
    id: part.get('id') ?? ''
  }))
  return [...new Map(artifacts.map((artifact) => [`${artifact.target} ${artifact.id}`, artifact])).values()]
}

/**
 * The errors of builds that Packer reports, each once and with the build's name in front; if there are none (an invalid
 * template), the messages that it showed as errors. The latter repeat the former, and a build's may come from the
 * machine: those are left out.
 */
export function errorsOf(messages: readonly Message[]): string[] {
  const ofBuilds = messages.flatMap(({category, target, args: [text = '']}) =>
    category === 'error' ? [target ? `${target}: ${text}` : text] : []
  )
  const shown = messages.flatMap(({category, args: [kind, text = '']}) =>
    category === 'ui' && kind === 'error' && !isOfBuild(text) ? [text] : []
  )
  const errors = (ofBuilds.length > 0 ? ofBuilds : shown).map((error) => error.trim())
  return [...new Set(errors)].filter((error) => error !== '')
}

/** Packer sets an arrow before each line of a build's error, and none before what it says by itself. */
function isOfBuild(text: string): boolean {
  return /^(?:==>|-->) \S[^\n]*:/.test(text)
}

/**
 * A message for Packer's user, with the name of a build in front if one speaks: Speakers finds out which (speakers.ts).
 */
export function shownText({category, args}: Message): string | undefined {
  return category === 'ui' ? (args[1] ?? '') : undefined
}
