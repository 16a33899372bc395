import {createWriteStream} from 'node:fs'
import {open, type FileHandle} from 'node:fs/promises'
import {Transform} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {crc32, createInflateRaw} from 'node:zlib'
import {quoted} from '../../lib/parse.ts'

/** The zip does not have the form of a release. The message completes "is not a release of Packer: ". */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

/** An entry of a zip's central directory (PKWARE's APPNOTE.TXT, 4.3.12). */
interface Entry {
  readonly name: string
  readonly method: number
  readonly checksum: number
  readonly packedSize: number
  readonly size: number
  readonly isEncrypted: boolean
  /** Where its own header begins. */
  readonly offset: number
  /** The file type in Unix's mode, or 0 where the zip names none. */
  readonly fileType: number
}

const regularFile = 0o100000
const symbolicLink = 0o120000
const stored = 0
const deflated = 8
const signatures = {end: Buffer.from('PK\x05\x06'), entry: 0x02014b50, header: 0x04034b50}
const endSize = 22
const longestComment = 65_535
const longestDirectory = 1024 * 1024

/**
 * Extracts one regular file from a zip's top level, and nothing else. A zip with anything suspicious in it is refused
 * whole. It needs no program on the runner: not every container has unzip, and not every unzip recognises links.
 *
 * @param target is made executable
 * @param mostBytes the largest size that is unpacked
 * @throws ZipError; `target` must not be used then
 */
export async function extractFile(
  zip: string,
  name: string,
  target: string,
  {mostBytes, signal}: {mostBytes: number; signal: AbortSignal}
): Promise<void> {
  const file = await open(zip)
  try {
    const entry = wanted(name, await entriesOf(file), mostBytes)
    const start = await dataStart(file, entry)
    const packed = file.createReadStream({start, end: start + entry.packedSize - 1, autoClose: false})
    const inflate = entry.method === deflated ? [createInflateRaw()] : []
    await pipeline([packed, ...inflate, exactly(entry), createWriteStream(target, {mode: 0o755})], {signal})
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ZipError || !isZlibError(error)) throw error
    throw new ZipError(`${name} in it is damaged`, {cause: error})
  } finally {
    await file.close()
  }
}

async function entriesOf(file: FileHandle): Promise<Entry[]> {
  const {size} = await file.stat()
  const tailStart = Math.max(0, size - endSize - longestComment)
  const tail = await read(file, tailStart, size - tailStart)
  const at = tail.lastIndexOf(signatures.end)
  if (at < 0 || at + endSize > tail.length) throw new ZipError('it is not a zip')
  const count = tail.readUInt16LE(at + 10)
  const length = tail.readUInt32LE(at + 12)
  if (length > longestDirectory) throw new ZipError('it lists more files than a release has')
  const directory = await read(file, tail.readUInt32LE(at + 16), length)
  const entries: Entry[] = []
  for (let position = 0; entries.length < count;) {
    if (position + 46 > length || directory.readUInt32LE(position) !== signatures.entry) {
      throw new ZipError('its list of files is damaged')
    }
    const nameEnd = position + 46 + directory.readUInt16LE(position + 28)
    entries.push({
      name: directory.toString('utf8', position + 46, nameEnd),
      isEncrypted: (directory.readUInt16LE(position + 8) & 1) === 1,
      method: directory.readUInt16LE(position + 10),
      checksum: directory.readUInt32LE(position + 16),
      packedSize: directory.readUInt32LE(position + 20),
      size: directory.readUInt32LE(position + 24),
      fileType: (directory.readUInt32LE(position + 38) >>> 16) & 0o170000,
      offset: directory.readUInt32LE(position + 42)
    })
    position = nameEnd + directory.readUInt16LE(position + 30) + directory.readUInt16LE(position + 32)
  }
  return entries
}

function wanted(name: string, entries: readonly Entry[], mostBytes: number): Entry {
  const outside = entries.find((each) => /^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(each.name))
  if (outside) throw new ZipError(`it holds ${quoted(outside.name)}, a path that leads out of its folder`)
  const [entry, second] = entries.filter((each) => each.name === name)
  if (!entry) {
    const isFolder = entries.some((each) => each.name.startsWith(`${name}/`))
    throw new ZipError(isFolder ? `${name} in it is a folder` : `it holds no file ${name}`)
  }
  if (second) throw new ZipError(`it holds ${name} twice`)
  if (entry.fileType === symbolicLink) throw new ZipError(`${name} in it is a symbolic link`)
  if (entry.fileType !== 0 && entry.fileType !== regularFile) throw new ZipError(`${name} in it is not a regular file`)
  if (entry.isEncrypted) throw new ZipError(`${name} in it is encrypted`)
  if (entry.method !== stored && entry.method !== deflated) {
    throw new ZipError(`${name} in it is compressed by an unknown method (${entry.method})`)
  }
  if (entry.size > mostBytes) throw new ZipError(`${name} in it unpacks to more than ${Math.round(mostBytes / 1e6)} MB`)
  if (entry.packedSize === 0 || entry.size === 0) throw new ZipError(`${name} in it is empty`)
  return entry
}

async function dataStart(file: FileHandle, {offset, name}: Entry): Promise<number> {
  const header = await read(file, offset, 30)
  if (header.readUInt32LE(0) !== signatures.header) throw new ZipError(`${name} in it is damaged`)
  return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
}

/** Passes data on, and throws if its size or checksum differs from the zip's entry. */
function exactly({name, size, checksum}: Entry): Transform {
  let [seen, sum] = [0, 0]
  return new Transform({
    transform(chunk: Buffer, _, done) {
      seen += chunk.length
      sum = crc32(chunk, sum)
      if (seen > size) done(new ZipError(`${name} in it is larger than the zip says`))
      else done(null, chunk)
    },
    flush(done) {
      done(seen === size && sum === checksum ? null : new ZipError(`${name} in it is damaged`))
    }
  })
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new ZipError('it is cut off')
  return buffer
}

function isZlibError(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('Z_')
}
