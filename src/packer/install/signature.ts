import type {PublicKey, SignaturePacket} from 'openpgp'
import {messageOf} from '../../report/errors.ts'

/** The signature does not show that the owner of the trusted key made the file. The message completes "not signed by …: ". */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
}

/**
 * Checks a detached OpenPGP signature. One that was made while the key was valid counts for ever; one that was made after the key
 * expired does not. The library is loaded only when something is downloaded.
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
  const parsed = await openpgp.readSignature({binarySignature: new Uint8Array(signature)}).catch((error: unknown) => {
    throw new SignatureError('what is there is not an OpenPGP signature', {cause: error})
  })
  const packet = signatureOf(key, parsed.packets)
  const date = await requirePlausibleDate(packet, key, now)
  try {
    const {signatures} = await openpgp.verify({
      message: await openpgp.createMessage({binary: new Uint8Array(file)}),
      signature: parsed,
      verificationKeys: key,
      date,
      // A renewal replaces the signatures that a key carries about itself: those of HashiCorp's key are younger than most releases.
      config: {allowInsecureVerificationWithReformattedKeys: true}
    })
    await signatures.find(({keyID}) => keyID.equals(packet.issuerKeyID))?.verified
  } catch (error) {
    const changed = /Signed digest did not match|verification failed/i.test(messageOf(error))
    throw new SignatureError(
      changed
        ? `the signature of ${nameOf(key)} does not match: the list was changed after it was signed`
        : `no valid signature of ${nameOf(key)} (${messageOf(error)})`,
      {cause: error}
    )
  }
}

function signatureOf(key: PublicKey, packets: readonly SignaturePacket[]): SignaturePacket {
  const own = packets.find(({issuerKeyID}) => key.getKeys(issuerKeyID).length > 0)
  if (own) return own
  const others = packets.map(({issuerKeyID}) => issuerKeyID.toHex().toUpperCase()).join(', ')
  throw new SignatureError(
    others === '' ? 'the signature file is empty' : `the key ${others} signed it, and ${nameOf(key)} is expected`
  )
}

/** The moment to verify at: now, or the last one at which the key was valid. */
async function requirePlausibleDate(packet: SignaturePacket, key: PublicKey, now: Date): Promise<Date> {
  const made = packet.created?.getTime() ?? Number.NaN
  if (Number.isNaN(made)) throw new SignatureError('its signature says not when it was made')
  if (made > now.getTime()) {
    throw new SignatureError(
      `its signature is of ${dayOf(made)}, and this runner's clock says ${dayOf(now.getTime())}: set the clock right`
    )
  }
  const lifetimes = [key, ...key.getKeys(packet.issuerKeyID)].map((each) => each.getExpirationTime())
  const expires = Math.min(...(await Promise.all(lifetimes)).map(Number))
  if (made > expires) {
    throw new SignatureError(`it was signed on ${dayOf(made)}, after ${nameOf(key)} had expired on ${dayOf(expires)}`)
  }
  return new Date(Math.min(now.getTime(), expires - 1_000))
}

function nameOf(key: PublicKey): string {
  return `the key ${key.getFingerprint().toUpperCase()}`
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
