import {stat} from 'node:fs/promises'
import type {Run} from '../../host/run.ts'
import {problemWith, type PackageFile} from './files.ts'
import {manifestOf} from './manifest.ts'
import {readWith} from './read-with.ts'

/** A package of Jenkins that has been looked into. */
export interface RealPackage extends PackageFile {
  /** As Jenkins numbers its releases: `2.568.2`, `2.570`. */
  readonly version: string
  /** Its paragraph of a control file; empty but for a .deb. */
  readonly control: string
}

/** The action takes no other, because Jenkins has no other. */
const release = /^\d+\.\d+(\.\d+)?$/

/**
 * Looks into a package.
 * @throws Error with one sentence: it is not there, it is another package, or its version is not one of Jenkins's releases
 */
export async function readPackage(file: PackageFile, run: Run): Promise<RealPackage> {
  try {
    const isFile = await stat(file.path).then(
      (stats) => stats.isFile(),
      () => false
    )
    if (!isFile) throw new Error('there is no such file')
    const {version, control = ''} = await readers[file.kind](file.path, run)
    if (!release.test(version)) {
      throw new Error(`its version '${version}' is not one of Jenkins’s releases, such as 2.568.2 or 2.570`)
    }
    return {...file, version, control}
  } catch (error) {
    throw problemWith(file, error)
  }
}

interface Found {
  readonly version: string
  readonly control?: string
}

const readers: Readonly<Record<PackageFile['kind'], (path: string, run: Run) => Promise<Found>>> = {
  async deb(path, run) {
    const control = await readWith(run, 'dpkg-deb', ['--field', path], 'it is no Debian package')
    const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(control)?.[1]?.trim() ?? ''
    expectJenkins(field('Package'), 'a Debian package')
    return {version: field('Version'), control}
  },
  async war(path, run) {
    const manifest = await manifestOf(path, run)
    const version = manifest.get('Jenkins-Version')
    if (version === undefined) throw new Error('it is no jenkins.war: its manifest has no Jenkins-Version')
    return {version}
  },
  async rpm(path, run) {
    const args = ['--query', '--package', '--nosignature', '--queryformat', '%{NAME} %{VERSION}', path]
    const text = await readWith(run, 'rpm', args, 'it is no RPM package')
    const [name = '', version = ''] = text.trim().split(' ')
    expectJenkins(name, 'an RPM package')
    return {version}
  }
}

function expectJenkins(name: string, what: string): void {
  if (name !== 'jenkins') throw new Error(`it is ${what} called '${name}', not jenkins`)
}
