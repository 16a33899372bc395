import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {hashicorpKey} from '../../src/packer/install/hashicorp.ts'
import {SignatureError, verifySignature} from '../../src/packer/install/signature.ts'

const published = join(
  import.meta.dirname,
  '../unit/packer/install/real-release/terraform-provider-null_3.1.0_SHA256SUMS'
)
const list = readFileSync(published)
const signature = readFileSync(`${published}.sig`)

async function refusal(content: Buffer, of: Buffer): Promise<unknown> {
  return verifySignature(content, of, hashicorpKey).catch((error: unknown) => error)
}

it.each([
  ['the signature', signature, (changed: Buffer) => refusal(list, changed)],
  ['the list', list, (changed: Buffer) => refusal(changed, signature)]
])("HashiCorp's signature is refused with any byte of %s changed", async (_, original, refuse) => {
  for (const index of original.keys()) {
    const changed = Buffer.from(original)
    changed[index] = (changed[index] ?? 0) ^ 1
    const error = await refuse(changed)
    expect(`${index}: ${error instanceof SignatureError}`).toBe(`${index}: true`)
  }
})
