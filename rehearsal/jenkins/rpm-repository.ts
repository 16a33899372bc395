import {copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join, relative} from 'node:path'
import {run as runProgram, type Run} from '../host/run.ts'
import type {RepositoryFiles} from './index-files.ts'
import {buildRpm} from './package.ts'
import type {RealPackage} from './real/package.ts'

export interface RpmRepository {
  readonly files: RepositoryFiles
  /** Of the one key that signs the package and the index: 40 hexadecimal digits in upper case. */
  readonly keyFingerprint: string
}

/**
 * Builds a repository of one RPM package that is signed and laid out like pkg.jenkins.io/rpm-stable.
 * @param jenkins the version of a stand-in, which is built; or a real package, of which a copy is signed
 * @throws Error when rpmbuild, rpmsign, createrepo_c or gpg is not there (Debian's packages rpm, createrepo-c, gpg)
 */
export async function buildRpmRepository(jenkins: string | RealPackage, run: Run = runProgram): Promise<RpmRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'jenkins-rpm-'))
  try {
    const home = join(folder, 'gnupg')
    await mkdir(home, {mode: 0o700})
    const gpg = (...args: string[]) =>
      run('gpg', ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', ...args])
    await gpg(
      '--passphrase',
      '',
      '--quick-generate-key',
      'stand-in for the Jenkins project',
      'rsa3072',
      'sign',
      'never'
    )
    const keyFingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--with-colons', '--list-keys'))?.[1] ?? ''

    const rpm = typeof jenkins === 'string' ? await buildRpm(folder, jenkins, run) : await copyTo(folder, jenkins)
    const signing = ['__gpg /usr/bin/gpg', `_gpg_path ${home}`, `_gpg_name ${keyFingerprint}`]
    await run('rpmsign', [...signing.flatMap((setting) => ['--define', setting]), '--addsign', rpm])

    const repository = join(folder, 'repository')
    await mkdir(repository)
    await rename(rpm, join(repository, basename(rpm)))
    await run('createrepo_c', ['--quiet', repository])
    const index = join(repository, 'repodata/repomd.xml')
    await gpg('--armor', '--local-user', keyFingerprint, '--detach-sign', '--output', `${index}.asc`, index)
    await writeFile(join(repository, 'jenkins.io-2026.key'), await gpg('--armor', '--export', keyFingerprint))
    return {files: await filesBelow(repository), keyFingerprint}
  } finally {
    // gpg's agent lives on in a folder that is gone.
    await run('gpgconf', ['--homedir', join(folder, 'gnupg'), '--kill', 'gpg-agent']).catch(() => '')
    await rm(folder, {recursive: true, force: true})
  }
}

async function copyTo(folder: string, {path}: RealPackage): Promise<string> {
  const copy = join(folder, basename(path))
  await copyFile(path, copy)
  return copy
}

async function filesBelow(folder: string): Promise<RepositoryFiles> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path)] as const)))
}
