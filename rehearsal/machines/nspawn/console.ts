/** Bytes. EC2 shows the last 64 KB; a machine may write without end. */
const most = 1 << 20

/** The end of what a machine's console has shown, over all its boots. */
export interface Console {
  add(bytes: Buffer): void
  text(): string
}

export function createConsole(): Console {
  let chunks: Buffer[] = []
  let length = 0
  return {
    add(bytes) {
      chunks.push(bytes)
      length += bytes.length
      if (length < 2 * most) return
      chunks = [Buffer.concat(chunks).subarray(-most)]
      length = most
    },
    text: () => Buffer.concat(chunks).subarray(-most).toString()
  }
}
