import {posix} from 'node:path'
import type {Duplex} from 'node:stream'
import {absolutePath, addFolder, writeFile, type Disk} from './disk.ts'
import {unquote, wordsOf} from './command.ts'

/** A longer line in the protocol is not scp's. */
const longestLine = 8192
const done = Buffer.from([0])

export function isScp(command: string): boolean {
  return /^scp\s/.test(command)
}

/**
 * The receiving end of the scp protocol (`scp -t`, the "sink" of OpenSSH's scp.c), as Packer and `scp -O` speak to it. Returns
 * the paths of the files received.
 *
 * @throws Error when the other side breaks the protocol, breaks off, or asks for something else than an upload; it has been
 *   told by then
 */
export async function receiveByScp(channel: Duplex, command: string, disk: Disk, username: string): Promise<string[]> {
  const input = new Input(channel)
  try {
    return await receive(channel, input, targetOf(command, disk, username), disk)
  } catch (error) {
    if (error instanceof Refusal && channel.writable) channel.write(`\u0001scp: ${error.message}\n`)
    throw error
  }
}

/**
 * The sending end (`scp -f`, the "source" of scp.c), for one file. A file that is not there is empty: a command may have written it, and
 * none was executed.
 *
 * @throws Error when the client breaks off or refuses the file; it is told when it asks for a folder
 */
export async function sendByScp(channel: Duplex, command: string, disk: Disk, username: string): Promise<string> {
  const input = new Input(channel)
  const words = wordsOf(command).slice(1).map(unquote)
  if (words.some((word) => /^-\w*r/.test(word))) {
    const message = 'light machine: only single files can be downloaded (no scp -r)'
    channel.write(`\u0001scp: ${message}\n`)
    throw new Refusal(message)
  }
  const path = absolutePath(words.findLast((word) => !word.startsWith('-')) ?? '.', username)
  const {bytes, mode} = disk.files.get(path) ?? {bytes: Buffer.from(written.get(path) ?? ''), mode: 0o644}
  await input.status()
  channel.write(`C0${(mode & 0o777).toString(8)} ${bytes.length} ${posix.basename(path)}\n`)
  await input.status()
  channel.write(Buffer.concat([bytes, done]))
  await input.status()
  return path
}

/** Files that scripts of the shipped template would have written, with what stands in for their contents. */
const written = new Map([
  ['/tmp/bake-packages.tsv', 'deb\tdebian\t13\nlight-machine-stand-in\t1.0\tall\tlight-machine-stand-in@1.0\n']
])

/** Whether `scp -f` asks this machine for a file. */
export function isDownload(command: string): boolean {
  return isScp(command) && wordsOf(command).some((word) => /^-\w*f/.test(word))
}

async function receive(channel: Duplex, input: Input, target: Target, disk: Disk): Promise<string[]> {
  const received: string[] = []
  const open: string[] = []
  channel.write(done)
  for (let line = await input.line(); line !== undefined; line = await input.line()) {
    const message = /^([CD])([0-7]{3,5}) (\d+) (.+)$/s.exec(line)
    if (message !== null) {
      const [, kind, mode = '', size, name = ''] = message
      const path = placeFor(name, open.at(-1), target)
      channel.write(done)
      if (kind === 'D') {
        addFolder(disk, path)
        open.push(path)
        continue
      }
      const bytes = await input.bytes(Number(size))
      writeFile(disk, path, {mode: Number.parseInt(mode, 8), bytes})
      received.push(path)
      await input.status()
    } else if (line === 'E') {
      open.pop()
    } else if (!line.startsWith('T')) {
      // T holds times, which this disk does not keep.
      throw new Refusal(`protocol error: ${JSON.stringify(line.slice(0, 80))}`)
    }
    channel.write(done)
  }
  return received
}

/** Where an upload goes: into a folder, or to exactly this path. */
interface Target {
  readonly path: string
  readonly isFolder: boolean
}

function targetOf(command: string, disk: Disk, username: string): Target {
  const words = wordsOf(command).slice(1).map(unquote)
  const flags = words.filter((word) => word.startsWith('-'))
  const given = words.findLast((word) => !word.startsWith('-')) ?? '.'
  if (!flags.some((flag) => flag.includes('t')))
    throw new Refusal('light machine: expected an upload (scp -t) or a download (scp -f)')
  const path = absolutePath(given, username)
  // Packer always names a folder, with its flags in one word. That folder may come from a `mkdir` that nothing executed.
  const fromPacker = flags.some((flag) => /^-r?vt$/.test(flag))
  const isFolder = fromPacker || flags.includes('-d') || given.endsWith('/') || disk.folders.has(path)
  return {path, isFolder}
}

function placeFor(name: string, parent: string | undefined, target: Target): string {
  if (name.includes('/') || name === '.' || name === '..') throw new Refusal(`error: unexpected filename: ${name}`)
  if (parent !== undefined) return posix.join(parent, name)
  return target.isFolder ? posix.join(target.path, name) : target.path
}

/** What the sink refuses and tells its client. */
class Refusal extends Error {}

/** The client's side of the protocol: lines and counted bytes out of one stream. */
class Input {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(channel: Duplex) {
    // The exit status has still to go out on this channel when its input has ended.
    this.#chunks = channel.iterator({destroyOnReturn: false})
  }

  /** The next line without its end, or undefined at the end of the input. */
  async line(): Promise<string | undefined> {
    let end = this.#rest.indexOf(0x0a)
    while (end === -1) {
      if (this.#rest.length > longestLine) throw new Refusal('protocol error: line too long')
      if (!(await this.#more())) return undefined
      end = this.#rest.indexOf(0x0a)
    }
    return this.#take(end + 1).toString('utf8', 0, end)
  }

  async bytes(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = count
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Error('scp: the upload broke off')
      const part = this.#take(Math.min(missing, this.#rest.length))
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts)
  }

  /** Reads the client's own verdict on the file that it has just sent: a zero byte, or 1 or 2 and a message. */
  async status(): Promise<void> {
    const [code] = await this.bytes(1)
    if (code !== 0) throw new Error(`scp: the client gave up: ${(await this.line()) ?? ''}`)
  }

  #take(count: number): Buffer {
    const taken = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    return taken
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next()
    if (next.done === true) return false
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value])
    return true
  }
}
