import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {hashicorpKey} from '../../../../src/packer/install/hashicorp.ts'
import {SignatureError, verifySignature} from '../../../../src/packer/install/signature.ts'

// What HashiCorp published in April 2021, signed by a subkey that expired a year later. The key's signature about itself is of 2026.
const published = join(import.meta.dirname, 'real-release/terraform-provider-null_3.1.0_SHA256SUMS')
const list = readFileSync(published)
const signature = readFileSync(`${published}.sig`)
const subkey = 'B36CBA91A2C0730C435FC280B0B441097685B676'

const refusal = (content: Buffer, sig: Buffer): Promise<unknown> =>
  verifySignature(content, sig, hashicorpKey).catch((error: unknown) => error)

function changed(original: Buffer, index: number): Buffer {
  const copy = Buffer.from(original)
  copy[index] = (copy[index] ?? 0) ^ 1
  return copy
}

it("takes HashiCorp's own signature, made by a subkey that has expired since", async () => {
  await expect(verifySignature(list, signature, hashicorpKey)).resolves.toBeUndefined()
})

it('refuses it with a byte of the list changed, added or left out', async () => {
  for (const index of [0, 100, list.length - 1]) {
    expect(await refusal(changed(list, index), signature)).toBeInstanceOf(SignatureError)
  }
  expect(await refusal(Buffer.concat([list, Buffer.from('\n')]), signature)).toBeInstanceOf(SignatureError)
  expect(await refusal(list.subarray(1), signature)).toBeInstanceOf(SignatureError)
})

it('refuses it when it claims to be made after the subkey had expired, or before there was one', async () => {
  const dated = async (date: string): Promise<string> => {
    const copy = Buffer.from(signature)
    // The first hashed subpacket: five bytes, of type 2, with the time (RFC 9580, 5.2.3.11).
    const at = copy.indexOf(Buffer.from([5, 2]))
    copy.writeUInt32BE(Date.parse(date) / 1000, at + 2)
    return String(await refusal(list, copy))
  }
  expect(await dated('2023-01-01')).toContain(
    `it was signed on 2023-01-01, after the key ${subkey} had expired on 2022-04-20`
  )
  expect(await dated('2021-04-01')).toContain(`before the key ${subkey} was made on 2021-04-19`)
  expect(await dated('2022-01-01')).toContain('the list was changed after it was signed')
})

it('takes what gpg signs', async () => {
  const home = mkdtempSync(join(tmpdir(), 'gnupg-'))
  const gpg = (args: readonly string[], input = ''): Buffer =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args], {input, stdio: 'pipe'})
  try {
    gpg(['--quick-generate-key', 'Not HashiCorp: a test', 'rsa2048', 'sign', 'never'])
    const key = gpg(['--armor', '--export']).toString()
    const made = gpg(['--detach-sign', '--output', '-'], 'a list')
    await expect(verifySignature(Buffer.from('a list'), made, key)).resolves.toBeUndefined()
  } finally {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, {recursive: true, force: true})
  }
})
