import {chmod, copyFile, mkdir, readFile, stat, symlink, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Run} from '../packers/run.ts'
import {failureFile, type StandInFailure} from './failures.ts'
import {writeWar, type Form} from './war.ts'

const parts = join(import.meta.dirname, 'package')

/** Where Jenkins's own package puts its files (jenkinsci/packaging, deb/build/debian). */
const war = 'usr/share/java/jenkins.war'
const files: Readonly<Record<string, string>> = {
  'jenkins.service': 'usr/lib/systemd/system/jenkins.service',
  'tmpfiles.conf': 'usr/lib/tmpfiles.d/jenkins.conf',
  logrotate: 'etc/logrotate.d/jenkins'
}
const sourceLink = 'usr/share/jenkins/jenkins.java'
/** What /usr/bin/jenkins hands to java. */
const program: Readonly<Record<Form, string>> = {jar: `-jar '"$JENKINS_WAR"'`, source: `/${sourceLink}`}
const folders = ['usr/share/jenkins', 'var/lib/jenkins', 'var/log/jenkins', 'var/cache/jenkins']
const scripts = ['postinst', 'prerm', 'postrm']

export interface BuiltPackage {
  /** Its paragraph in a control file, without what an index adds. */
  readonly control: string
  readonly bytes: Buffer
}

/**
 * Builds the Debian package `jenkins` that stands in for Jenkins's own: the same name, dependencies, files, unit and user.
 * @param folder an empty folder for what is in between
 * @param failure makes every start of this Jenkins fail in that way
 * @throws Error when dpkg-deb (Debian's package dpkg) is not there or refuses
 */
export async function buildPackage(
  folder: string,
  version: string,
  run: Run,
  failure?: StandInFailure
): Promise<BuiltPackage> {
  const root = join(folder, 'root')
  const build = join(folder, 'build')
  for (const name of [...folders, 'usr/bin', 'DEBIAN']) await makeFolder(join(root, name))
  await makeFolder(build)
  await makeFolder(dirname(join(root, war)))
  const form = await writeWar(join(root, war), version, build, run)
  // Java takes a file for source text by its name.
  if (form === 'source') await symlink('../java/jenkins.war', join(root, sourceLink))

  await copyAll(root)
  await writeExecutable(join(root, 'usr/bin/jenkins'), (await part('jenkins.sh')).replace('@PROGRAM@', program[form]))
  for (const script of scripts) await writeExecutable(join(root, 'DEBIAN', script), await part(script))
  if (failure !== undefined) {
    await makeFolder(dirname(join(root, failureFile)))
    await writeFile(join(root, failureFile), `${failure}\n`)
  }
  await writeFile(join(root, 'DEBIAN/conffiles'), `/${files['logrotate']}\n`)

  const kibibytes = Math.ceil((await stat(join(root, war))).size / 1024) + 16
  const control = (await part('control')).replace('@VERSION@', version).replace('@INSTALLED_SIZE@', String(kibibytes))
  await writeFile(join(root, 'DEBIAN/control'), control)
  // The umask here has no say in what the machine gets: other users of it read these files.
  await run('chmod', ['-R', 'u=rwX,go=rX', root])
  const deb = join(folder, 'jenkins.deb')
  await run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, deb])
  return {control, bytes: await readFile(deb)}
}

async function copyAll(root: string): Promise<void> {
  for (const [name, target] of Object.entries(files)) {
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
