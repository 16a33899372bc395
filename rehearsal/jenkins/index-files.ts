import {createHash} from 'node:crypto'
import type {BuiltPackage} from './package.ts'
import type {SigningKey} from './signing.ts'

/** Path below the repository's URL to content. */
export type RepositoryFiles = ReadonlyMap<string, Buffer>

/**
 * The files of a flat repository with one package, laid out like Jenkins's own (`deb URL binary/`): the package, its
 * index, the signed Release file, and the key.
 */
export async function repositoryFiles(
  {control, bytes}: BuiltPackage,
  version: string,
  key: SigningKey,
  now: Date
): Promise<RepositoryFiles> {
  const deb = `binary/jenkins_${version}_all.deb`
  const index = Buffer.from(
    `${control.trimEnd()}\nFilename: ${deb}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n\n`
  )
  const release = [
    'Origin: a rehearsal, in the place of pkg.jenkins.io',
    'Suite: binary',
    'Architectures: all',
    `Date: ${now.toUTCString()}`,
    'SHA256:',
    ` ${sha256(index)} ${index.length} Packages`,
    ''
  ].join('\n')
  return new Map([
    [deb, bytes],
    ['binary/Packages', index],
    ['binary/Release', Buffer.from(release)],
    ['binary/InRelease', Buffer.from(await key.clearsign(release))],
    ['jenkins.io-2026.key', Buffer.from(key.publicKey)]
  ])
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
