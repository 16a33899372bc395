import {shownText, type Message} from './messages.ts'

/** A message in Packer's output, without the name in front of it. */
export interface Said {
  /** The build's name: `amazon-ebs.jenkins`; empty where Packer speaks by itself. */
  readonly build: string
  readonly text: string
  /** It may be the machine under construction, or a program of the template's on this runner, that speaks. */
  readonly byOthers: boolean
}

/** A build's name may be anything, but Packer is not asked to read one that is a page long. */
const longestName = 1_000

/**
 * Messages of the Amazon builders before any other program can speak (packer-plugin-amazon, the steps up to the
 * launch).
 */
const first = [
  'Prevalidating any provided VPC information',
  'Prevalidating AMI Name: ',
  'Force Deregister flag found, ',
  'skip_build_region was set; ',
  'skip_create_ami was set; ',
  "You're using Vault-generated AWS credentials",
  'Found Image ID: ami-',
  'Using existing SSH private key',
  'Using SSH Agent ',
  'Not using temporary keypair',
  'Creating temporary [a-z ]{1,60}: ',
  'Launching a (?:source|spot) AWS instance'
].join('|')

/** Packer's last messages before other programs may speak. */
const lastOwn = [
  'Using \\S{1,40} communicator',
  'Connected to (?:SSH|WinRM)!',
  'Provisioning with ',
  'Running local shell script: ',
  'Running post-processor: '
].join('|')

const beginning = new RegExp(`^([\\s\\S]{1,${longestName}}?): (?:${first}|${lastOwn})`, 'i')
const handsOver = new RegExp(`^(?:${lastOwn})`, 'i')
const ended = new RegExp(`^Build '([\\s\\S]{1,${longestName}})' (?:finished|errored) after `)

/** Several builds may have one name: two build blocks without a name over one source. */
interface Speaker {
  /** How many of this name have begun and not ended. */
  running: number
  byOthers: boolean
}

/**
 * Finds out which build speaks on a line of Packer's output. Packer writes `==> NAME: TEXT` (packer/ui.go, TargetedUI);
 * a name may hold blanks, colons and quotes, and a message may look like a name. So a name is learned from what an
 * Amazon builder says at its beginning, and the lines that begin with a name are that build's. The machine's output
 * always stands behind its own build's name, and cannot invent another.
 */
export class Speakers {
  readonly #speakers = new Map<string, Speaker>()
  readonly #finished: string[] = []

  /** The names of the builds that have come to an end without an error, as often as they have. */
  get finished(): readonly string[] {
    return this.#finished
  }

  /** @returns undefined for messages that are not shown to the user */
  hear(message: Message): Said | undefined {
    const shown = shownText(message)
    if (shown === undefined) return undefined
    const [arrow] = /^(?:==> |--> | {4})/.exec(shown) ?? []
    if (arrow === undefined) {
      this.#hearOfAnEnd(shown)
      return {build: '', text: shown, byOthers: false}
    }
    const rest = shown.slice(arrow.length)
    const name = this.#nameIn(rest)
    // A build of another builder, which makes nothing in AWS: its name matters only to the log.
    if (name === undefined) return guessed(arrow, rest) ?? {build: '', text: shown, byOthers: false}
    return this.#said(name, textBehind(name, rest))
  }

  #said(build: string, text: string): Said {
    const speaker = this.#speakers.get(build)
    if (!speaker) return {build, text, byOthers: true}
    if (!speaker.byOthers && text.startsWith('Found Image ID: ')) speaker.running += 1
    const {byOthers} = speaker
    if (handsOver.test(text)) speaker.byOthers = true
    return {build, text, byOthers}
  }

  /** @returns undefined if nothing shows that it is the name of a build that makes something in AWS */
  #nameIn(rest: string): string | undefined {
    const known = [...this.#speakers.keys()]
      .filter((name) => rest.startsWith(`${name}:`) && /^(?: |$)/.test(rest.slice(name.length + 1)))
      .reduce((longest, name) => (name.length > longest.length ? name : longest), '')
    if (this.#speakers.get(known)?.byOthers) return known
    const [, begun = ''] = beginning.exec(rest) ?? []
    // `jenkins` may be followed by a build called `jenkins: agent`; its machine has not spoken yet.
    if (begun.length > known.length && this.#postProcessorIn(`${begun}:`) === undefined) {
      this.#speakers.set(begun, {running: 0, byOthers: false})
      return begun
    }
    return known === '' ? this.#postProcessorIn(rest) : known
  }

  /** Packer calls it `NAME (TYPE)`. Its build has been provisioned by then; a build may have such a name, too. */
  #postProcessorIn(rest: string): string | undefined {
    const builds = [...this.#speakers].flatMap(([build, {byOthers}]) => (byOthers ? [build] : []))
    return builds.flatMap((build) => postProcessorOf(build, rest) ?? []).at(0)
  }

  /** Packer says this by itself, without a name in front, where no machine can speak. */
  #hearOfAnEnd(shown: string): void {
    const [text = '', name = ''] = ended.exec(shown) ?? []
    const speaker = this.#speakers.get(name)
    if (text.endsWith(' finished after ')) this.#finished.push(name)
    if (!speaker) return
    speaker.running = Math.max(0, speaker.running - 1)
    // The next one of this name begins anew.
    if (speaker.running === 0) speaker.byOthers = false
  }
}

function textBehind(name: string, rest: string): string {
  return rest.slice(name.length + 2)
}

function postProcessorOf(build: string, rest: string): string | undefined {
  if (!rest.startsWith(`${build} (`)) return undefined
  const [type] = /^ \([\w.-]{1,100}\)(?=:(?: |$))/.exec(rest.slice(build.length)) ?? []
  return type === undefined ? undefined : `${build}${type}`
}

/** A blank line of a build has no blank behind the colon. Old Packers indent messages, and other programs their own. */
function guessed(arrow: string, rest: string): Said | undefined {
  const form = arrow === '    ' ? /^([^\s:]{1,200}):(?: ([\s\S]*))?$/ : /^([^\s:][^\n:]{0,200}):(?: ([\s\S]*))?$/
  const [, build = '', text = ''] = form.exec(rest) ?? []
  return build === '' ? undefined : {build, text, byOthers: true}
}
