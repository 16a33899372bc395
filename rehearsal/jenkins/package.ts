import {chmod, copyFile, mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises'
import {dirname, join, relative} from 'node:path'
import {gzipSync} from 'node:zlib'
import type {Run} from '../host/run.ts'
import {failureFile, type StandInFailure} from './failures.ts'
import {writeWar, type Form} from './war.ts'

const parts = join(import.meta.dirname, 'package')

/** Where Jenkins's own package puts its files (jenkinsci/packaging, deb/build/debian). */
const war = 'usr/share/java/jenkins.war'
const files: Readonly<Record<string, string>> = {
  'jenkins.service': 'usr/lib/systemd/system/jenkins.service',
  'tmpfiles.conf': 'usr/lib/tmpfiles.d/jenkins.conf'
}
const sourceLink = 'usr/share/jenkins/jenkins.java'
/** What /usr/bin/jenkins hands to java. */
const program: Readonly<Record<Form, string>> = {jar: `-jar '"$JENKINS_WAR"'`, source: `/${sourceLink}`}
const aboutRealWar = `Description: a real jenkins.war in a package of a rehearsal's own
 The WAR is Jenkins itself, as somebody gave it to the rehearsal. The unit, the
 scripts and everything else around it are the rehearsal's, after Jenkins's own.
`
const folders = ['var/lib/jenkins', 'var/log/jenkins', 'var/cache/jenkins']
const scripts = ['preinst', 'postinst', 'prerm', 'postrm']
const debFiles: Readonly<Record<string, string>> = {
  default: 'etc/default/jenkins',
  logrotate: 'etc/logrotate.d/jenkins',
  copyright: 'usr/share/doc/jenkins/copyright'
}
const conffiles = ['/etc/default/jenkins', '/etc/init.d/jenkins', '/etc/logrotate.d/jenkins']

export interface BuiltPackage {
  /** Its paragraph in a control file, without what an index adds. */
  readonly control: string
  readonly bytes: Buffer
}

interface Contents {
  readonly version: string
  readonly run: Run
  readonly failure?: StandInFailure | undefined
  /** A real jenkins.war, in the place of the stand-in's program. */
  readonly realWar?: string
}

/**
 * Builds the Debian package `jenkins` that stands in for Jenkins's own: the same name, dependencies, files, unit and user.
 * @param folder an empty folder for what is in between
 * @param failure makes every start of this Jenkins fail in that way
 * @throws Error when dpkg-deb (Debian's package dpkg) is not there or refuses
 */
export function buildPackage(
  folder: string,
  version: string,
  run: Run,
  failure?: StandInFailure
): Promise<BuiltPackage> {
  return buildDeb(folder, {version, run, failure})
}

/**
 * Builds the same package around a real jenkins.war. What it installs is Jenkins, and the package says that it is not Jenkins's.
 * @param folder an empty folder for what is in between, in which the WAR is copied twice
 * @throws Error when dpkg-deb is not there or refuses
 */
export function buildPackageAround(realWar: string, folder: string, version: string, run: Run): Promise<BuiltPackage> {
  return buildDeb(folder, {version, run, realWar})
}

async function buildDeb(folder: string, contents: Contents): Promise<BuiltPackage> {
  const {version, run, realWar} = contents
  const root = join(folder, 'root')
  const form = await writeFiles(root, join(folder, 'build'), contents)
  for (const name of [...folders, 'etc/init.d', 'DEBIAN']) await makeFolder(join(root, name))
  await copyAll(root, debFiles)
  await writeExecutable(join(root, 'etc/init.d/jenkins'), (await part('init')).replace('@PROGRAM@', program[form]))
  const changelog = `jenkins (${version}) unstable; urgency=low\n\n  * ${realWar === undefined ? 'A stand-in for' : 'A real'} Jenkins ${version}\n`
  await writeFile(join(root, 'usr/share/doc/jenkins/changelog.gz'), gzipSync(changelog))
  for (const script of scripts) await writeExecutable(join(root, 'DEBIAN', script), await part(script))
  await writeFile(join(root, 'DEBIAN/conffiles'), `${conffiles.join('\n')}\n`)

  const kibibytes = Math.ceil((await stat(join(root, war))).size / 1024) + 16
  const text = (await part('control')).replace('@VERSION@', version).replace('@INSTALLED_SIZE@', String(kibibytes))
  const control = realWar === undefined ? text : text.replace(/^Description:.*\n(?: .*\n)*/m, aboutRealWar)
  await writeFile(join(root, 'DEBIAN/control'), control)
  await makeReadable(root, run)
  const deb = join(folder, 'jenkins.deb')
  // A WAR is compressed already: to try again costs half a minute and gains nothing.
  await run('dpkg-deb', ['--root-owner-group', realWar === undefined ? '-Zxz' : '-Znone', '--build', root, deb])
  return {control, bytes: await readFile(deb)}
}

/**
 * Builds the same as an RPM, after Jenkins's own spec file.
 * @param folder an empty folder; the package becomes `rpms/noarch/….rpm` in it
 * @returns the package's path
 * @throws Error when rpmbuild (Debian's package rpm) is not there or refuses
 */
export async function buildRpm(folder: string, version: string, run: Run): Promise<string> {
  const root = join(folder, 'root')
  await writeFiles(root, join(folder, 'build'), {version, run})
  await makeReadable(root, run)
  const entries = await readdir(root, {recursive: true, withFileTypes: true})
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
  const spec = (await part('jenkins.spec'))
    .replace('@VERSION@', version)
    .replace('@ROOT@', root)
    .replace('@FILES@', names.map((name) => `/${relative(root, name)}`).join('\n'))
  await writeFile(join(folder, 'jenkins.spec'), spec)
  const places = [`_topdir ${join(folder, 'top')}`, `_rpmdir ${join(folder, 'rpms')}`]
  await run('rpmbuild', [
    ...places.flatMap((place) => ['--define', place]),
    '--quiet',
    '--target',
    'noarch-linux',
    '-bb',
    join(folder, 'jenkins.spec')
  ])
  return join(folder, `rpms/noarch/jenkins-${version}-1.1.noarch.rpm`)
}

/** What both kinds of package have. */
async function writeFiles(root: string, build: string, {version, run, failure, realWar}: Contents): Promise<Form> {
  for (const folder of [build, join(root, 'usr/share/jenkins'), join(root, 'usr/bin'), dirname(join(root, war))]) {
    await makeFolder(folder)
  }
  const form = await writeProgram()
  // Java takes a file for source text by its name.
  if (form === 'source') await symlink('../java/jenkins.war', join(root, sourceLink))
  await copyAll(root, files)
  await writeExecutable(join(root, 'usr/bin/jenkins'), (await part('jenkins.sh')).replace('@PROGRAM@', program[form]))
  await writeExecutable(join(root, 'usr/share/jenkins/migrate'), await part('migrate.sh'))
  if (failure !== undefined) {
    await makeFolder(dirname(join(root, failureFile)))
    await writeFile(join(root, failureFile), `${failure}\n`)
  }
  return form

  async function writeProgram(): Promise<Form> {
    if (realWar === undefined) return writeWar(join(root, war), version, build, run)
    await copyFile(realWar, join(root, war))
    return 'jar'
  }
}

/** The umask here has no say in what the machine gets: other users of it read these files. */
async function makeReadable(root: string, run: Run): Promise<void> {
  await run('chmod', ['-R', 'u=rwX,go=rX', root])
}

async function copyAll(root: string, targets: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, target] of Object.entries(targets)) {
    await makeFolder(dirname(join(root, target)))
    await copyFile(join(parts, name), join(root, target))
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, {recursive: true})
}

async function writeExecutable(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  await chmod(path, 0o755)
}

function part(name: string): Promise<string> {
  return readFile(join(parts, name), 'utf8')
}
