import {describe} from '@jest/globals'
import {mkdir, readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {buildPackage} from '../../../../rehearsal/jenkins/package.ts'
import {notRun} from '../../../../rehearsal/host/packers/scenario-packers.ts'
import {run} from '../../../../rehearsal/host/run.ts'

/** One of the two that must be alike. */
export interface Subject {
  readonly isStandIn: boolean
  readonly name: string
  /** Why it cannot be started here. */
  readonly cannotRun?: string
  /** Why there is no package of it. */
  readonly noPackage?: string
  /** Makes what it consists of, in an empty folder. */
  readonly prepare: (folder: string) => Promise<Prepared>
}

export interface Prepared {
  readonly java: string
  /** Java's arguments that run it. */
  readonly program: readonly string[]
  /** Its Debian package; absent where only a WAR was given. */
  readonly deb?: string
}

/** A path of a .deb or a .war of the real Jenkins. */
const given = process.env['REHEARSAL_JENKINS_PACKAGE'] ?? ''
/** Jenkins starts on no other. */
const versions = ['21', '25']
const java = await findJava()
const notGiven = 'REHEARSAL_JENKINS_PACKAGE names no .deb or .war of Jenkins'
const noJava = `no Java ${versions.join(' or ')} at JAVA_HOME, in /usr/lib/jvm or on PATH`

const standIn: Subject = {
  isStandIn: true,
  name: 'the stand-in',
  ...(java === undefined ? {cannotRun: noJava} : {}),
  async prepare(folder) {
    const build = join(folder, 'build')
    await mkdir(build)
    const {bytes} = await buildPackage(build, '2.568.2', run)
    const deb = join(folder, 'jenkins.deb')
    await writeFile(deb, bytes)
    return fromPackage(folder, deb)
  }
}

const real: Subject = {
  isStandIn: false,
  name: 'the real Jenkins',
  ...(given === '' ? {cannotRun: notGiven, noPackage: notGiven} : java === undefined ? {cannotRun: noJava} : {}),
  ...(given.endsWith('.war') ? {noPackage: 'REHEARSAL_JENKINS_PACKAGE names a .war and no .deb'} : {}),
  async prepare(folder) {
    return given.endsWith('.war') ? {java: java ?? '', program: ['-jar', given]} : fromPackage(folder, given)
  }
}

async function fromPackage(folder: string, deb: string): Promise<Prepared> {
  const root = join(folder, 'unpacked')
  await run('dpkg-deb', ['--extract', deb, root])
  // A stand-in that was built without a compiler.
  const names = await readdir(join(root, 'usr/share/jenkins'))
  const program = names.includes('jenkins.java')
    ? [join(root, 'usr/share/jenkins/jenkins.java')]
    : ['-jar', join(root, 'usr/share/java/jenkins.war')]
  return {java: java ?? '', program, deb}
}

const both = [standIn, real]

/** Declares the same tests of both programs; those of one that cannot be run are skipped, with the reason in the title. */
export function ofEachProgram(declare: (subject: Subject) => void): void {
  for (const subject of both) group(subject.name, subject.cannotRun, () => declare(subject))
}

/** The same for their packages. */
export function ofEachPackage(declare: (subject: Subject) => void): void {
  for (const subject of both) group(`the package of ${subject.name}`, subject.noPackage, () => declare(subject))
}

function group(title: string, missing: string | undefined, declare: () => void): void {
  const suite = missing === undefined ? describe : describe.skip
  suite(missing === undefined ? title : notRun(title, missing), declare)
}

async function findJava(): Promise<string | undefined> {
  const installed = await readdir('/usr/lib/jvm').catch(() => [])
  const homes = [process.env['JAVA_HOME'] ?? '', ...installed.map((name) => join('/usr/lib/jvm', name))]
  const candidates = [...homes.filter((home) => home !== '').map((home) => join(home, 'bin/java')), 'java']
  for (const candidate of candidates) {
    const version = await run(candidate, ['--version']).catch(() => '')
    if (versions.includes(/^\w+ (\d+)/.exec(version)?.[1] ?? '')) return candidate
  }
  return undefined
}
