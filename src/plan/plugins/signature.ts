import {X509Certificate} from 'node:crypto'
import {quoted} from '../../lib/parse.ts'
import type {SignedJson} from './signed-json.ts'

/** The document is not signed by the Jenkins project. The message completes "… is not signed by the Jenkins project: ". */
export class UpdateCenterSignatureError extends Error {
  override readonly name = 'UpdateCenterSignatureError'
}

/** The member `signature`; there is a signature with SHA-1 too, for old versions of Jenkins. */
interface SignatureBlock {
  /** DER in Base64: the signer's, and those between it and the root, if any. */
  readonly certificates: readonly string[]
  /** RSA with SHA-512 (PKCS #1 v1.5), in hex. */
  readonly correct_signature512: string
}

const mostCertificates = 5

/**
 * Checks the signature of a document of the update center as Jenkins does (its JSONSignatureValidator), but never by SHA-1.
 *
 * @param root a certificate in PEM. As in Jenkins, its own validity is not looked at: it is trusted because it is named here
 * @param now the time at which all other certificates must be valid: the update center is signed anew every few minutes
 * @throws UpdateCenterSignatureError
 */
export function requireSignature(document: SignedJson, root: string, now: Date = new Date()): void {
  const {certificates, correct_signature512: signature} = blockOf(document.members.get('signature'))
  const chain = certificates.map(certificateOf)
  requireChain(chain, new X509Certificate(root), now)
  const key = chain[0]?.publicKey
  if (key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new UpdateCenterSignatureError('its key is not an RSA key of at least 2048 bits')
  }
  if (!document.isSignedBy(key, Buffer.from(signature, 'hex'))) {
    throw new UpdateCenterSignatureError('it was changed after it was signed')
  }
}

function blockOf(json: string | undefined): SignatureBlock {
  if (json === undefined) throw new UpdateCenterSignatureError('it has no signature')
  let block: Partial<SignatureBlock> | null = null
  try {
    block = JSON.parse(json) as Partial<SignatureBlock> | null
  } catch {
    // Reported below.
  }
  const {certificates, correct_signature512: signature} = block ?? {}
  const isList = Array.isArray(certificates) && certificates.every((each) => typeof each === 'string')
  if (!isList || typeof signature !== 'string') {
    throw new UpdateCenterSignatureError('its signature has no certificates, or is not one with SHA-512')
  }
  if (certificates.length === 0 || certificates.length > mostCertificates) {
    throw new UpdateCenterSignatureError(`its signature has ${certificates.length} certificates`)
  }
  return {certificates, correct_signature512: signature}
}

function certificateOf(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch (error) {
    throw new UpdateCenterSignatureError('a certificate in it cannot be read', {cause: error})
  }
}

/** Each certificate was issued under the next one, and the last under the root (RFC 5280, 6.1, as far as the chains here need it). */
function requireChain(chain: readonly X509Certificate[], root: X509Certificate, now: Date): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1] ?? root
    const name = quoted(certificate.subject.replaceAll('\n', ', '))
    if (!issuer.ca || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
      throw new UpdateCenterSignatureError(`the certificate of ${name} is not one of the Jenkins project`)
    }
    const [from, to] = [certificate.validFrom, certificate.validTo].map((date) => Date.parse(date)) as [number, number]
    if (!(from <= now.getTime() && now.getTime() <= to)) {
      const period = `from ${certificate.validFrom} to ${certificate.validTo}`
      throw new UpdateCenterSignatureError(
        `the certificate of ${name} is valid ${period}, and this runner's clock says ${now.toISOString()}`
      )
    }
  }
}
