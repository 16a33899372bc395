import * as openpgp from 'openpgp'
import {hashicorpKey} from '../../../src/packer/install/hashicorp.ts'
import type {SigningKey} from './signing-key.ts'

const {binary, certGeneric} = openpgp.enums.signature

export interface Forgery {
  /** RFC 9580, 5.2.1; of a file unless given. */
  readonly type?: openpgp.enums.signature
  readonly hash?: openpgp.enums.hash
  readonly at?: Date
  /** Seconds after which the signature is to count no more. */
  readonly lifetime?: number
  /** The key that the signature names in the place of the one that made it. */
  readonly names?: SigningKey
}

/** A signature by `key` as a whole packet, with what no program would write. */
export async function forge(content: Buffer, key: SigningKey, forgery: Forgery): Promise<Buffer> {
  const {type = binary, hash = openpgp.enums.hash.sha512, at = new Date(), lifetime, names} = forgery
  const packet = new openpgp.SignaturePacket()
  const secret = key.privateKey.keyPacket
  packet.signatureType = type
  packet.publicKeyAlgorithm = secret.algorithm
  packet.hashAlgorithm = hash
  if (lifetime !== undefined) Object.assign(packet, {signatureExpirationTime: lifetime, signatureNeverExpires: false})
  const message = await openpgp.createMessage({binary: new Uint8Array(content)})
  const [literal] = message.packets
  const {userID} = key.privateKey.users[0] ?? {}
  const signed = type === certGeneric ? {userID, key: secret} : literal
  const other = names?.privateKey.keyPacket
  const signer = other
    ? Object.assign(Object.create(secret) as typeof secret, {
        getKeyID: () => other.getKeyID(),
        getFingerprintBytes: () => other.getFingerprintBytes()
      })
    : secret
  // The library's own callers hand it their settings, which its types leave out. Salt would need a hash that the library knows as good.
  const sign = packet.sign.bind(packet) as (...values: unknown[]) => Promise<void>
  await sign(signer, signed, at, true, {...openpgp.config, nonDeterministicSignaturesViaNotation: false})
  return packetOf(packet)
}

/** A signature of this type that HashiCorp's key carries about itself. */
export async function ownSignatureOfHashiCorpsKey(type: openpgp.enums.signature): Promise<Buffer> {
  const key = await openpgp.readKey({armoredKey: hashicorpKey})
  const bindings = key.subkeys.flatMap(({bindingSignatures}) => bindingSignatures)
  const packets = [
    ...key.users.flatMap(({selfCertifications}) => selfCertifications),
    ...bindings,
    ...bindings.flatMap(({embeddedSignature}) => embeddedSignature ?? [])
  ]
  const found = packets.find(({signatureType}) => signatureType === type)
  if (!found) throw new Error(`HashiCorp's key has no signature of type ${type}`)
  return packetOf(found)
}

/** The public key as it is given out when its owner has lost the private one. */
export async function revoked({privateKey}: SigningKey): Promise<string> {
  const reasonForRevocation = {flag: openpgp.enums.reasonForRevocation.keyCompromised}
  const {publicKey} = await openpgp.revokeKey({key: privateKey, reasonForRevocation, format: 'object'})
  return publicKey.armor()
}

/** The file within a signed text, as `gpg --clearsign` writes it. */
export async function clearSigned(content: Buffer, {privateKey}: SigningKey): Promise<Buffer> {
  const message = await openpgp.createCleartextMessage({text: content.toString()})
  return Buffer.from(await openpgp.sign({message, signingKeys: privateKey}))
}

export async function armored(signature: Buffer): Promise<Buffer> {
  const parsed = await openpgp.readSignature({binarySignature: new Uint8Array(signature)})
  return Buffer.from(parsed.armor())
}

function packetOf(packet: openpgp.SignaturePacket): Buffer {
  const list = new openpgp.PacketList()
  list.push(packet)
  return Buffer.from(list.write())
}
