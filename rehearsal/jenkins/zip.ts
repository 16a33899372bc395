import {crc32} from 'node:zlib'

const localHeader = 0x04034b50
const centralHeader = 0x02014b50
const endHeader = 0x06054b50
/** 1980-01-01: the same content is the same archive. */
const date = 0x21

/** A ZIP archive of files that are stored as they are (PKWARE's APPNOTE.TXT, 4.3). */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)]
    // Version 2.0, no flags, stored, time, date, checksum, sizes, length of the name, nothing extra.
    const about = numbers(
      [20, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [date, 2],
      [crc32(content), 4],
      [content.length, 4],
      [content.length, 4],
      [path.length, 2],
      [0, 2]
    )
    const local = Buffer.concat([numbers([localHeader, 4]), about, path, content])
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4])
    centrals.push(numbers([centralHeader, 4], [20, 2]), about, place, path)
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(centrals)
  const count = locals.length
  const end = numbers(
    [endHeader, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [directory.length, 4],
    [offset, 4],
    [0, 2]
  )
  return Buffer.concat([...locals, directory, end])
}

function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes)
      field.writeUIntLE(value, 0, bytes)
      return field
    })
  )
}
