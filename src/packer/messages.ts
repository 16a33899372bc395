/** One line of `packer -machine-readable`: `timestamp,target,category,args…` (Packer's documentation, machine-readable output). */
export interface Message {
  /** The build's name; empty for what concerns the whole run. */
  readonly target: string
  /** `ui`, `artifact`, `artifact-count`, `error`, … */
  readonly category: string
  readonly args: readonly string[]
}

/** @returns undefined for a line that is not of the protocol (a panic's stack, a plugin's own print) */
export function parseMessage(line: string): Message | undefined {
  const [timestamp = '', target = '', category = '', ...args] = line.split(',')
  if (!/^\d+$/.test(timestamp) || category === '') return undefined
  return {target, category, args: args.map(unescapeArgument)}
}

function unescapeArgument(argument: string): string {
  return argument.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\r', '\r').replaceAll('\\n', '\n')
}

/** What a user interface message says, without the name of the build in front of it. */
export interface UiText {
  /** `amazon-ebs.jenkins` in `==> amazon-ebs.jenkins: Creating …`; empty where no build speaks. */
  readonly build: string
  readonly text: string
}

export function uiText(message: Message): UiText | undefined {
  if (message.category !== 'ui') return undefined
  const [, full = ''] = message.args
  // A blank line of a build has no blank behind the colon.
  const match = /^(?:==> |--> | {4})([^\s:]+):(?: ([\s\S]*))?$/.exec(full)
  return match ? {build: match[1] ?? '', text: match[2] ?? ''} : {build: '', text: full}
}

/** What a build produced, read from the protocol's own `artifact` lines, never from what a provisioner printed. */
export interface Artifact {
  /** The build's name: `amazon-ebs.jenkins`, or the builder's bare name in legacy JSON. */
  readonly target: string
  /** Who made it: `mitchellh.amazonebs`, `packer.docker`, `packer.post-processor.manifest` … */
  readonly builderId: string
  /** `region:ami-…`, comma-separated, for the Amazon builders. */
  readonly id: string
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
 * What Packer reports as the errors of builds, each once and behind the build's name; where there are none (a template
 * that is not valid), what it showed as errors. The latter repeats the former among other things, and what a build shows
 * as an error may come from the machine: that is left out.
 */
export function errorsOf(messages: readonly Message[]): string[] {
  const ofBuilds = messages.flatMap(({category, target, args: [text = '']}) =>
    category === 'error' ? [target ? `${target}: ${text}` : text] : []
  )
  const shown = messages.flatMap((message) => {
    const said = message.args[0] === 'error' ? uiText(message) : undefined
    return said?.build === '' ? [said.text] : []
  })
  const errors = (ofBuilds.length > 0 ? ofBuilds : shown).map((error) => error.trim())
  return [...new Set(errors)].filter((error) => error !== '')
}
