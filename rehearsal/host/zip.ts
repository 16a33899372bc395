import {crc32, deflateRawSync} from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  readonly content: string | Buffer
  /** Type and permissions as Unix has them; a regular, executable file by default. */
  readonly mode?: number
  /** What the zip claims, where it lies. */
  readonly claimedSize?: number
}

/** 1980-01-01. */
const date = 0x21

const executableFile = 0o100755
export const symbolicLink = 0o120777
export const folder = 0o040755

/**
 * A zip with whatever names, types and sizes: also those that no zip program would write (PKWARE's APPNOTE.TXT, 4.3). The same content is
 * the same archive.
 */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const {name, content, mode = executableFile, claimedSize} of entries) {
    const plain = Buffer.from(content)
    const packed = deflateRawSync(plain)
    const size = claimedSize ?? plain.length
    const bytes = Buffer.from(name)
    const common = header([20, 0, 8, 0, date], [crc32(plain), packed.length, size], bytes.length)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, bytes, packed])
    const attributes = Buffer.alloc(14)
    attributes.writeUInt32LE((mode << 16) >>> 0, 6)
    attributes.writeUInt32LE(offset, 10)
    // Version 3 on the upper byte: made on Unix, so that the mode means something.
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, attributes, bytes]))
    parts.push(local)
    offset += local.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06'), end])
}

/** The part that an entry's own header and its line in the directory share. */
function header(words: readonly number[], longs: readonly number[], nameLength: number): Buffer {
  const buffer = Buffer.alloc(26)
  words.forEach((word, index) => buffer.writeUInt16LE(word, index * 2))
  longs.forEach((long, index) => buffer.writeUInt32LE(long >>> 0, 10 + index * 4))
  buffer.writeUInt16LE(nameLength, 22)
  return buffer
}
