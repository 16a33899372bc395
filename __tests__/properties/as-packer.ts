/** The build's name in everything here. */
export const build = 'amazon-ebs.own'

/** As Packer's machine-readable user interface escapes an argument (hashicorp/packer, packer/ui.go). */
function escaped(bytes: Buffer): Buffer {
  // latin1 keeps every byte as it is.
  const text = bytes
    .toString('latin1')
    .replaceAll(',', '%!(PACKER_COMMA)')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
  return Buffer.from(text, 'latin1')
}

const line = (start: string, argument: Buffer): Buffer =>
  Buffer.concat([Buffer.from(start), escaped(argument), Buffer.from('\n')])

export const says = (text: string): Buffer => line('1732000000,,ui,say,', Buffer.from(`==> ${build}: ${text}`))

/** What a script on the machine prints: each line of it becomes a message of its build. */
export function provisionerPrints(bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split('\n')
  return Buffer.concat(
    lines.map((text) => line('1732000000,,ui,message,', Buffer.from(`    ${build}: ${text}`, 'latin1')))
  )
}

export const failsWith = (bytes: Buffer): Buffer => line(`1732000000,${build},error,`, bytes)

export const image = 'ami-0123456789abcdef0'

export function artifact(): Buffer {
  const parts = ['builder-id,mitchellh.amazonebs', `id,us-east-1:${image}`, 'end']
  return Buffer.from(parts.map((part) => `1732000000,${build},artifact,0,${part}\n`).join(''))
}
