import {errorsOf, type Message} from '../../packer-output/messages.ts'
import {Speakers, type Said} from '../../packer-output/speakers.ts'

/** The parts of Packer's output that explain its failure. They decide nothing: they are only used for advice. */
export interface Failure {
  /** Packer's own errors, each once, with the build's name in front. */
  readonly errors: readonly string[]
  /** The first and the last lines of output since the last script began: once Packer is connected, the machine's. */
  readonly said: readonly string[]
  /** Packer had reached the machine, so that the machine could speak. */
  readonly connected: boolean
  /** The script that ran last, as Packer announced it: a path on this runner, or the machine's lie. */
  readonly script?: string
  /** That script runs on this runner (shell-local), not on the machine. */
  readonly local?: boolean
  /** The post-processor that ran last, by its name and type, and the output since then. */
  readonly postProcessor?: {readonly name: string; readonly said: readonly string[]}
  /** The ranges that Packer let in, and the address that it tried to reach. */
  readonly ranges?: string
  readonly address?: string
  /** The end of Packer's error stream, where a panic shows. */
  readonly stderr: readonly string[]
}

/** The shipped scripts print the error before a long journal; other scripts print it last. */
const firstSaid = 40
const lastSaid = 80
const mostErrors = 20
/** At a time; further ones are not followed separately. */
const mostBuilds = 100
const longest = 2_000

/** Reads a failure out of all messages of a run. */
export function failureIn(messages: Iterable<Message>, stderr: string): Failure {
  const reader = new FailureReader()
  const speakers = new Speakers()
  for (const message of messages) reader.note(message, speakers.hear(message))
  return reader.read(stderr)
}

/** Reads a failure out of the messages of a run as they come, and keeps no more of them than it may need. */
export class FailureReader {
  /** Each kind is bounded separately, because errors of builds matter more than the messages before them. */
  readonly #errors = {error: new Map<string, Message>(), ui: new Map<string, Message>()}
  /** Of several builds at a time each has one of its own, by its name. */
  readonly #stories = new Map<string, Story>()
  #latest = new Story()
  /** Post-processors run after the machine has ended. */
  #postProcessor: {readonly name: string; readonly said: Ends} | undefined

  /** @param said the message, if it is one for users */
  note(message: Message, said: Said | undefined): void {
    this.#noteError(message, said)
    if (said !== undefined) this.#notePostProcessor(said.text)
    // Packer names the builds that there are only before it refuses to run none of them.
    if (said?.build === '' && /\nPossible build names: /.test(said.text.slice(0, longest))) this.#latest.add(said.text)
    if (said === undefined || said.build === '') return
    this.#latest = this.#storyOf(said.build)
    this.#latest.add(said.text, message.args[0] === 'error' ? said : undefined)
  }

  read(stderr: string): Failure {
    const {connected, script, local, ranges, address, said} = this.#failed().told
    const errors = [
      ...[...this.#errors.error.values()].map((error) => this.#beforeCleanup(error)),
      ...this.#errors.ui.values()
    ]
    const last = this.#postProcessor
    return {
      errors: errorsOf(errors).slice(0, mostErrors).map(bounded),
      said,
      connected,
      ...(script ? {script} : {}),
      ...(local ? {local} : {}),
      ...(last ? {postProcessor: {name: last.name, said: last.said.lines}} : {}),
      ...(ranges ? {ranges} : {}),
      ...(address ? {address} : {}),
      stderr: new Ends(stderr).lines
    }
  }

  #storyOf(build: string): Story {
    const story = this.#stories.get(build) ?? new Story()
    if (this.#stories.size < mostBuilds) this.#stories.set(build, story)
    return story
  }

  /** Where Packer's clean-up fails as well, Packer reports only that as the build's error. */
  #beforeCleanup(error: Message): Message {
    const cause = this.#stories.get(error.target)?.cause
    return cause !== undefined && cleanupError.test(error.args[0] ?? '') ? {...error, args: [cause]} : error
  }

  /** Packer's error of a build names the build. */
  #failed(): Story {
    const failed = [...this.#errors.error.values()].flatMap(({target}) => this.#stories.get(target) ?? [])
    return failed[0] ?? this.#latest
  }

  #notePostProcessor(text: string): void {
    const [announcement, given = '', type = ''] =
      /^Running post-processor: ([^\n]*?)(?: \(type ([^\n]*)\))?$/.exec(text.slice(0, longest)) ?? []
    if (announcement === undefined) return this.#postProcessor?.said.add(text)
    const name = given.trim() && type ? `${given.trim()} (${type})` : given.trim() || type
    this.#postProcessor = name === '' ? undefined : {name, said: new Ends()}
  }

  #noteError({category, target, args}: Message, said: Said | undefined): void {
    if (category !== 'error' && !(category === 'ui' && args[0] === 'error' && said?.build === '')) return
    const kept = {target, category, args: args.map((text) => text.slice(0, 2 * longest))}
    const errors = this.#errors[category]
    const name = [target, ...kept.args].join()
    if (errors.size < 2 * mostErrors && !errors.has(name)) errors.set(name, kept)
  }
}

/** The output of a build up to some moment. */
interface Told extends Pick<Failure, 'connected' | 'script' | 'local' | 'ranges' | 'address' | 'said'> {}

/** A provisioner's first message, with the script that it runs, if it runs one. */
const provisioner =
  /^(?:Provisioning with (?:(?:power)?shell script: (.+))?|Running local shell script: (.+)|(?:Up|Down)loading .+ => )/

/** Packer begins to remove what it made of the image; the machine has long been stopped. */
const removal = /^(?:Deregistering the AMI (?:and deleting|because)|Cleaning up any detached volumes)/
const makingImage = /^(?:Creating AMI |Registering the AMI)/
/** An error of that removal, which replaces the build's own (packer-plugin-amazon, Cleanup of its steps). */
const cleanupError = /^Error (?:describing AMI|deregistering existing AMI|deleting existing snapshot|deleting volume):/i

class Story {
  /** What Packer said last before it began to remove the image, if that was an error. */
  cause: string | undefined
  #lastError: string | undefined
  #connected = false
  #script: string | undefined
  #local = false
  #ranges: string | undefined
  #address: string | undefined
  #said = new Ends()
  /** The state when Packer began to remove its resources: later messages are not the cause of the failure. */
  #beforeCleanup: Told | undefined
  #beforeEnd: Told | undefined

  /** The output that led to the end of the build. */
  get told(): Told {
    return this.#beforeCleanup ?? this.#beforeEnd ?? this.#now
  }

  get #now(): Told {
    return {
      connected: this.#connected,
      ...(this.#script !== undefined ? {script: this.#script} : {}),
      local: this.#local,
      ...(this.#ranges !== undefined ? {ranges: this.#ranges} : {}),
      ...(this.#address !== undefined ? {address: this.#address} : {}),
      said: this.#said.lines
    }
  }

  /** @param error the message, if it is one of an error */
  add(text: string, error?: Said): void {
    // Before that a machine may have said such words.
    if (makingImage.test(text)) this.cause = undefined
    if (removal.test(text)) this.cause ??= this.#lastError
    this.#lastError = error && bounded(plain(error))
    if (text.startsWith('Provisioning step had errors: Running the cleanup provisioner')) {
      this.#beforeCleanup = this.#now
    } else if (text.startsWith('Terminating the source AWS instance')) {
      this.#beforeEnd = this.#now
    }
    const [begins, script, local] = provisioner.exec(text) ?? []
    if (begins !== undefined) {
      this.#said = new Ends()
      this.#script = script ?? local
      this.#local = local !== undefined
    } else {
      this.#said.add(text)
    }
    if (this.#connected) return
    if (/^Connected to (SSH|WinRM)!/.test(text)) {
      this.#connected = true
    } else {
      this.#ranges =
        /^Authorizing access to port \S+ from \[(.*)\] in the temporary security groups/.exec(text)?.[1] ?? this.#ranges
      this.#address = /^Using SSH communicator to connect: (\S+)$/i.exec(text)?.[1] ?? this.#address
    }
  }
}

/** The first and the last lines of an output. */
class Ends {
  readonly #first: string[] = []
  /** A ring, whose oldest line is the next to go. */
  readonly #last: string[] = []
  /** How many lines came after the first ones. */
  #later = 0

  constructor(text = '') {
    this.add(text)
  }

  get lines(): string[] {
    const oldest = this.#later % lastSaid
    return [...this.#first, ...this.#last.slice(oldest), ...this.#last.slice(0, oldest)]
  }

  add(text: string): void {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      if (this.#first.length < firstSaid) {
        this.#first.push(bounded(line))
        continue
      }
      this.#last[this.#later % lastSaid] = bounded(line)
      this.#later += 1
    }
  }
}

/** Packer sets the build's name before each line of an error. */
function plain({build, text}: Said): string {
  return ['==> ', '--> '].reduce((rest, arrow) => rest.replaceAll(`\n${arrow}${build}: `, '\n'), text)
}

function bounded(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
