import {constants, publicEncrypt, randomBytes} from 'node:crypto'
import ssh2 from 'ssh2'
import type {KeyPairRecord} from '../state/store.ts'

/** A random password of 32 characters. The last two are there for Windows, which wants a digit and a symbol. */
export function newPassword(): string {
  return `${randomBytes(24).toString('base64url').slice(0, 30)}?7`
}

/**
 * What GetPasswordData hands out: the password, encrypted (RSA, PKCS #1 v1.5) for who has the key pair's private half, in base64.
 *
 * @throws Error for a key that is not RSA's, with which EC2 launches no Windows
 */
export function encryptPassword(password: string, {name, publicKey}: KeyPairRecord): string {
  const parsed = ssh2.utils.parseKey(publicKey)
  if (parsed instanceof Error || parsed.type !== 'ssh-rsa') throw new Error(`The key pair ${name} is no RSA key`)
  const key = {key: parsed.getPublicPEM(), padding: constants.RSA_PKCS1_PADDING}
  return publicEncrypt(key, Buffer.from(password)).toString('base64')
}
