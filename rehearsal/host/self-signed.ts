import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate for some hosts that nobody trusts unless told to; made by openssl, since Node makes none. */
export async function selfSigned(hosts: readonly string[]): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
  try {
    const [key, cert, config] = ['key.pem', 'cert.pem', 'config'].map((name) => join(folder, name)) as [
      string,
      string,
      string
    ]
    const names = hosts.map((host) => `DNS:${host}`).join(',')
    await writeFile(
      config,
      `[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\nbasicConstraints=critical,CA:TRUE\nsubjectAltName=${names}\n`
    )
    await promisify(execFile)(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
        '-subj',
        '/CN=a test',
        '-config',
        config,
        '-keyout',
        key,
        '-out',
        cert
      ])
    )
    return {key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8')}
  } finally {
    await rm(folder, {recursive: true})
  }
}
