import {errorsOf, type Message} from '../messages.ts'
import {Speakers} from '../speakers.ts'

/** What Packer's output tells of its failure. Nothing of it decides anything: it is read to advise people. */
export interface Failure {
  /** What Packer itself calls errors, each once, behind the build's name. */
  readonly errors: readonly string[]
  /** The first and the last that was said since the last script began: once Packer is connected, by the machine. */
  readonly said: readonly string[]
  /** Packer had reached the machine, so that the machine could speak. */
  readonly connected: boolean
  /** The script that ran last, as Packer announced it: a path on this runner, or the machine's lie. */
  readonly script?: string
  /** The ranges that Packer let in, and the address that it tried to reach. */
  readonly ranges?: string
  readonly address?: string
  /** The end of Packer's error stream, where a panic shows. */
  readonly stderr: readonly string[]
}

/** A script of ours says what is wrong before it shows a long journal; others say it last. */
const firstSaid = 40
const lastSaid = 80
const mostErrors = 20
const longest = 2_000

const announced = 'Provisioning with '

/** Reads a failure out of all messages of a run. */
export function failureIn(messages: readonly Message[], stderr: string): Failure {
  const before = sayingsBeforeCleanup(messages)
  const texts = before.map(({text}) => text)
  const connection = texts.findIndex((text) => /^Connected to (SSH|WinRM)!/.test(text))
  const own = connection === -1 ? texts : texts.slice(0, connection)
  const script = matchIn(texts.slice(connection + 1), /^Provisioning with shell script: (.+)$/)
  const ranges = matchIn(own, /^Authorizing access to port \S+ from \[(.*)\] in the temporary security groups/)
  const address = matchIn(own, /^Using SSH communicator to connect: (\S+)$/i)
  return {
    errors: errorsOf(messages).slice(0, mostErrors).map(bounded),
    said: ends(linesOf(texts.slice(texts.findLastIndex((text) => text.startsWith(announced)) + 1))),
    connected: connection !== -1,
    ...(connection !== -1 && script ? {script} : {}),
    ...(ranges ? {ranges} : {}),
    ...(address ? {address} : {}),
    stderr: ends(linesOf([stderr]))
  }
}

/** What the builds said until Packer began to take down what it had made. */
function sayingsBeforeCleanup(messages: readonly Message[]): {readonly text: string}[] {
  const speakers = new Speakers()
  const sayings = messages.flatMap((message) => {
    const said = speakers.hear(message)
    return said && said.build !== '' ? [{text: said.text}] : []
  })
  const last = (pattern: RegExp) => sayings.findLastIndex(({text}) => pattern.test(text))
  const gaveUp = last(/^Provisioning step had errors: Running the cleanup provisioner/)
  const end = gaveUp === -1 ? last(/^Terminating the source AWS instance/) : gaveUp
  return end === -1 ? sayings : sayings.slice(0, end)
}

function matchIn(texts: readonly string[], pattern: RegExp): string | undefined {
  return texts.flatMap((text) => pattern.exec(text)?.[1] ?? []).at(-1)
}

function linesOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '')
}

function ends(lines: readonly string[]): string[] {
  const all = lines.length <= firstSaid + lastSaid
  return (all ? lines : [...lines.slice(0, firstSaid), ...lines.slice(-lastSaid)]).map(bounded)
}

function bounded(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
