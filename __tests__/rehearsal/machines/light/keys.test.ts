import {newEd25519KeyPair} from '../../../../rehearsal/host/ed25519.ts'
import {describe, expect, it} from '@jest/globals'
import ssh2, {type ParsedKey, type PublicKeyAuthContext} from 'ssh2'
import {
  answerWithAlgorithmAsked,
  fingerprintOf,
  isAuthorized,
  makeHostKey,
  parsePublicKey
} from '../../../../rehearsal/machines/light/keys.ts'

const ed25519 = pair(newEd25519KeyPair())
const other = pair(newEd25519KeyPair())
const rsa = pair(ssh2.utils.generateKeyPairSync('rsa', {bits: 2048}))
const blob = Buffer.from('what the client signs')

function pair(texts: {private: string; public: string}): {open: ParsedKey; secret: ParsedKey} {
  const secret = ssh2.utils.parseKey(texts.private)
  if (secret instanceof Error) throw secret
  return {open: parsePublicKey(texts.public), secret}
}

/** A public key request as ssh2 hands it on; without a signature it is the question whether the key would do. */
function request(key: ParsedKey, rest: {hashAlgo?: string; signature?: Buffer} = {}): PublicKeyAuthContext {
  const context = {method: 'publickey', key: {algo: key.type, data: key.getPublicSSH()}, ...rest}
  return (rest.signature === undefined ? context : {...context, blob}) as PublicKeyAuthContext
}

describe('a public key request', () => {
  it('is granted for the authorized key, and then for its signature', () => {
    expect(isAuthorized(request(ed25519.open), ed25519.open)).toBe(true)
    expect(isAuthorized(request(ed25519.open, {signature: ed25519.secret.sign(blob)}), ed25519.open)).toBe(true)
  })

  it('is refused for another key', () => {
    expect(isAuthorized(request(other.open), ed25519.open)).toBe(false)
    expect(isAuthorized(request(other.open, {signature: other.secret.sign(blob)}), ed25519.open)).toBe(false)
  })

  it('is refused for the authorized key with a signature by another', () => {
    expect(isAuthorized(request(ed25519.open, {signature: other.secret.sign(blob)}), ed25519.open)).toBe(false)
  })

  it.each(['sha256', 'sha512'])('is granted for an RSA signature with %s', (hashAlgo) => {
    const signature = rsa.secret.sign(blob, hashAlgo)
    expect(isAuthorized(request(rsa.open, {hashAlgo, signature}), rsa.open)).toBe(true)
  })

  it('is refused for an RSA signature with SHA-1', () => {
    expect(isAuthorized(request(rsa.open, {signature: rsa.secret.sign(blob)}), rsa.open)).toBe(false)
  })

  it.each([
    ['sha256', 'rsa-sha2-256'],
    ['sha512', 'rsa-sha2-512']
  ])('is answered with the algorithm that the question named (%s)', (hashAlgo, algorithm) => {
    const context = request(rsa.open, {hashAlgo})
    answerWithAlgorithmAsked(context)
    expect(context.key.algo).toBe(algorithm)
  })

  it('is answered with the key type where the question named no other algorithm', () => {
    const context = request(ed25519.open)
    answerWithAlgorithmAsked(context)
    expect(context.key.algo).toBe('ssh-ed25519')
  })
})

it('prints fingerprints as ssh-keygen does', () => {
  const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  expect(fingerprintOf(parsePublicKey(line))).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})

it('makes another host key for each machine', () => {
  expect(makeHostKey().fingerprint).not.toBe(makeHostKey().fingerprint)
})

it('refuses a private key in the place of a public one, without repeating it', () => {
  const {private: secret} = newEd25519KeyPair()
  expect(() => parsePublicKey(secret)).toThrow(/^Not an OpenSSH public key but a private one$/)
})
