import {newEd25519KeyPair} from '../../host/ed25519.ts'
import {createHash} from 'node:crypto'
import ssh2, {type ParsedKey, type PublicKeyAuthContext} from 'ssh2'

/** The SSH host key of one machine, made at its first boot as cloud-init does. The private half leaves only for the server. */
export interface HostKey {
  readonly privateKey: string
  /** The public half in OpenSSH's one-line form. */
  readonly line: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
}

export function makeHostKey(): HostKey {
  const {private: privateKey, public: line} = newEd25519KeyPair()
  return {privateKey, line, fingerprint: fingerprintOf(parsePublicKey(line))}
}

/** @throws Error when the text is not a public key in OpenSSH's one-line form */
export function parsePublicKey(line: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(line)
  if (parsed instanceof Error) throw new Error(`Not an OpenSSH public key: ${parsed.message}`, {cause: parsed})
  if (parsed.isPrivateKey()) throw new Error('Not an OpenSSH public key but a private one')
  return parsed
}

export function fingerprintOf(key: ParsedKey): string {
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
}

/**
 * Whether a public key request may go on: the key is the authorized one and, once the client has signed, the signature is right.
 * SHA-1 signatures by RSA keys are refused, as OpenSSH does since 8.8.
 */
export function isAuthorized(context: PublicKeyAuthContext, authorized: ParsedKey): boolean {
  if (!context.key.data.equals(authorized.getPublicSSH())) return false
  if (authorized.type === 'ssh-rsa' && context.hashAlgo === undefined) return false
  if (context.signature === undefined) return true
  return context.blob !== undefined && authorized.verify(context.blob, context.signature, context.hashAlgo)
}

/**
 * Makes the answer to a client's question about a key ("would you take it?") name the algorithm the client asked with. ssh2
 * answers `ssh-rsa` to `rsa-sha2-256`, which Go's client (Packer's) takes for a refusal: "no supported methods remain".
 */
export function answerWithAlgorithmAsked(context: PublicKeyAuthContext): void {
  if (context.signature === undefined && context.hashAlgo !== undefined) {
    context.key.algo = `rsa-sha2-${context.hashAlgo.replace('sha', '')}`
  }
}
