import {execFileSync} from 'node:child_process'
import {createSign} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A certificate in PEM, and the key that belongs to it. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

export interface IdentityOptions {
  /** Who issues it; itself when there is none. */
  readonly issuer?: Identity
  readonly isAuthority?: boolean
  readonly key?: 'rsa:2048' | 'rsa:1024' | 'ec'
}

/** Made by openssl, since Node makes none. Valid for two days. */
export function identity(
  name: string,
  {issuer, isAuthority = false, key = 'rsa:2048'}: IdentityOptions = {}
): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'identity-'))
  const path = (file: string): string => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, {cwd: folder, stdio: 'pipe'})
  try {
    writeFileSync(path('extensions'), `basicConstraints=critical,CA:${isAuthority ? 'TRUE' : 'FALSE'}\n`)
    const newKey = key === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : [key]
    openssl('req', '-new', '-newkey', ...newKey, '-nodes', '-subj', `/CN=${name}`, '-keyout', 'key', '-out', 'request')
    writeFileSync(path('issuer'), issuer?.certificate ?? '')
    writeFileSync(path('issuer-key'), issuer?.key ?? '')
    const by = issuer ? ['-CA', 'issuer', '-CAkey', 'issuer-key', '-CAcreateserial'] : ['-signkey', 'key']
    openssl('x509', '-req', '-in', 'request', '-days', '2', '-extfile', 'extensions', ...by, '-out', 'certificate')
    return {certificate: readFileSync(path('certificate'), 'utf8'), key: readFileSync(path('key'), 'utf8')}
  } finally {
    rmSync(folder, {recursive: true})
  }
}

/** A document with a member `signature`, written as update-center2 writes it: without blanks, its members sorted by name. */
export function signedBy(
  {certificate, key}: Identity,
  document: Readonly<Record<string, unknown>>,
  {chain = [], more = {}}: {readonly chain?: readonly Identity[]; readonly more?: object} = {}
): string {
  const signature = {
    certificates: [certificate, ...chain.map((other) => other.certificate)].map((pem) =>
      pem.replaceAll(/-----[^-]+-----|\n/g, '')
    ),
    correct_signature512: createSign('RSA-SHA512').update(sorted(document)).sign(key, 'hex'),
    ...more
  }
  return sorted({...document, signature})
}

function sorted(document: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(document).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}
