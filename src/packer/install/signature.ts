import type {PublicKey, Signature, SignaturePacket, Subkey} from 'openpgp'
import {messageOf} from '../../lib/errors.ts'

/** The signature does not show that the owner of the trusted key made the file. The message completes "not signed by …: ". */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
}

/**
 * Checks that `signature` is exactly one detached, binary OpenPGP signature (type 0x00) over `file` by the trusted key
 * or a signing subkey of it, and nothing else. It must have been made while that key was valid, and stays valid after
 * the key has expired: the self-signatures of HashiCorp's key are younger than most releases, and one of its subkeys
 * has expired. A revoked key is judged by openpgp: it is invalid, unless it was only retired or superseded later. The
 * library is loaded only when something is downloaded.
 *
 * @param trustedKey an armored public key
 * @throws SignatureError
 */
export async function verifySignature(
  file: Buffer,
  signature: Buffer,
  trustedKey: string,
  now: Date = new Date()
): Promise<void> {
  const openpgp = await import('openpgp')
  const key = await openpgp.readKey({armoredKey: trustedKey})
  if (signature.length === 0) throw new SignatureError('the signature file is empty')
  if (signature.toString('latin1').trimStart().startsWith('-----BEGIN PGP ')) {
    throw new SignatureError('the signature is ASCII-armored; expected the binary file that HashiCorp publishes')
  }
  const parsed = await openpgp.readSignature({binarySignature: new Uint8Array(signature)}).catch((error: unknown) => {
    throw new SignatureError('the file is not an OpenPGP signature', {cause: error})
  })
  const packet = onlyPacket(parsed, signature)
  if (packet.signatureType !== openpgp.enums.signature.binary) {
    const type = (packet.signatureType ?? 0).toString(16).padStart(2, '0')
    throw new SignatureError(`it is a signature of type 0x${type}; expected one of a file (0x00)`)
  }
  const signer = signerOf(packet, key)
  await requirePlausibleDate(packet, key, signer, now)
  try {
    await openpgp.verify({
      message: await openpgp.createMessage({binary: new Uint8Array(file)}),
      signature: parsed,
      verificationKeys: key,
      // Without this option the library leaves the check of each signature to its caller.
      expectSigned: true,
      // No date: the library would use one date for the signature and for the key's self-signatures, which may be
      // younger (a renewal replaces them). All dates are checked above.
      date: null,
      config: {allowInsecureVerificationWithReformattedKeys: true}
    })
  } catch (error) {
    throw new SignatureError(problemOf(error, key), {cause: error})
  }
}

/**
 * The one packet that the file consists of. Packets that OpenPGP lets a reader ignore (padding, unknown ones) are not
 * accepted here.
 */
function onlyPacket({packets}: Signature, file: Buffer): SignaturePacket {
  if (packets.length > 1) throw new SignatureError(`it holds ${packets.length} signatures; expected one`)
  const [packet] = packets as readonly SignaturePacket[]
  // For example, a packet of an unknown version.
  if (packet?.created == null) throw new SignatureError('it holds no signature that can be read')
  if (endOfFirstPacket(file) !== file.length) throw new SignatureError('it holds more than a signature')
  return packet
}

/** Where the first packet ends, by its header (RFC 9580, 4.2); NaN if the header does not say. */
function endOfFirstPacket(file: Buffer): number {
  const [tag = 0, one = 0, two = 0] = file
  if ((tag & 0x40) !== 0) {
    if (one < 192) return 2 + one
    if (one < 224) return 3 + ((one - 192) << 8) + two + 192
    return one === 255 && file.length > 6 ? 6 + file.readUInt32BE(2) : Number.NaN
  }
  const size = 2 ** (tag & 3)
  return size <= 4 && file.length > size ? 1 + size + file.readUIntBE(1, size) : Number.NaN
}

function signerOf(packet: SignaturePacket, key: PublicKey): PublicKey | Subkey {
  const [signer] = key.getKeys(packet.issuerKeyID)
  if (signer) return signer
  const other = packet.issuerKeyID.toHex().toUpperCase()
  const found = other === '' ? 'it does not say which key signed it' : `the key ${other} signed it`
  throw new SignatureError(`${found}; expected ${nameOf(key)}`)
}

/** A signature counts when it was made in the lifetime of its key, and of the key that vouches for that one. */
async function requirePlausibleDate(packet: SignaturePacket, key: PublicKey, signer: PublicKey | Subkey, now: Date) {
  const made = Number(packet.created)
  if (made > now.getTime()) {
    throw new SignatureError(
      `it was signed on ${dayOf(made)}, but this runner's clock says ${dayOf(now.getTime())}: correct the clock`
    )
  }
  if (packet.getExpirationTime() <= now) throw new SignatureError('the signature itself has expired')
  const born = Number(signer.getCreationTime())
  if (made < born) {
    throw new SignatureError(`it was signed on ${dayOf(made)}, before ${nameOf(signer)} was made on ${dayOf(born)}`)
  }
  // Null where the key is not valid at all, which is then expired since 1970.
  const expires = Math.min(...(await Promise.all([key, signer].map((each) => each.getExpirationTime()))).map(Number))
  if (made >= expires) {
    throw new SignatureError(
      `it was signed on ${dayOf(made)}, after ${nameOf(signer)} had expired on ${dayOf(expires)}`
    )
  }
}

function problemOf(error: unknown, key: PublicKey): string {
  const problem = messageOf(error)
  if (/Signed digest did not match/i.test(problem)) {
    return `the signature of ${nameOf(key)} does not match: the list was changed after it was signed`
  }
  if (/verification failed/i.test(problem)) {
    return `it names ${nameOf(key)}, but that key did not make it`
  }
  return `no valid signature of ${nameOf(key)} (${problem})`
}

function nameOf(key: PublicKey | Subkey): string {
  return `the key ${key.getFingerprint().toUpperCase()}`
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
