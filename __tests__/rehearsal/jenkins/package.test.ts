import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdir, mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {buildPackage, buildPackageAround} from '../../../rehearsal/jenkins/package.ts'
import {run} from '../../../rehearsal/host/run.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'))
})
afterEach(() => rm(folder, {recursive: true}))

/** Builds without a compiler, which is quick, and unpacks. */
async function unpack(...failure: Parameters<typeof buildPackage>[3][]) {
  const withoutCompiler: typeof run = (command, args) =>
    command === 'javac' ? Promise.reject(new Error('no javac')) : run(command, args)
  const {bytes, control} = await buildPackage(folder, '2.568.2', withoutCompiler, ...failure)
  const deb = join(folder, 'copy.deb')
  await writeFile(deb, bytes)
  const root = join(folder, 'unpacked')
  await mkdir(root)
  await run('dpkg-deb', ['--raw-extract', deb, root])
  return {root, control, listing: await run('dpkg-deb', ['--contents', deb])}
}

it('has the name and the dependencies of Jenkins’s package, and says that it is none', async () => {
  const {control} = await unpack()
  expect(control).toMatch(/^Package: jenkins\nVersion: 2\.568\.2\nArchitecture: all$/m)
  expect(control).toMatch(/^Depends: adduser, lsb-base .*, net-tools, sysvinit-utils /m)
  expect(control).toMatch(/^Description: stand-in for Jenkins.*\n This is not Jenkins\./m)
  expect(control).not.toMatch(/@[A-Z_]+@/)
})

it('has its files where Jenkins’s package has them', async () => {
  const {root, listing} = await unpack()
  const unit = await readFile(join(root, 'usr/lib/systemd/system/jenkins.service'), 'utf8')
  expect(unit).toContain('Type=notify\nNotifyAccess=main\nExecStart=/usr/bin/jenkins\n')
  const launcher = await readFile(join(root, 'usr/bin/jenkins'), 'utf8')
  expect(launcher).toContain('"$JAVA_OPTS" /usr/share/jenkins/jenkins.java')
  expect(launcher).not.toMatch(/@[A-Z]+@/)
  expect(await readFile(join(root, 'usr/share/jenkins/jenkins.java'))).toEqual(
    await readFile(join(root, 'usr/share/java/jenkins.war'))
  )
  for (const path of ['var/lib/jenkins/', 'var/log/jenkins/', 'var/cache/jenkins/', 'etc/logrotate.d/jenkins']) {
    expect(listing).toContain(` ./${path}\n`)
  }
})

it('can be read by every user of the machine, whatever the umask here', async () => {
  const before = process.umask(0o077)
  try {
    const {listing} = await unpack('port-taken')
    const unreadable = listing
      .split('\n')
      .filter((line) => !/^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--|lrwxrwxrwx) root\/root /.test(line))
    expect(unreadable).toEqual([])
  } finally {
    process.umask(before)
  }
})

it('makes its Jenkins fail where that is asked for, and only there', async () => {
  const {root} = await unpack('disk-full')
  expect(await readFile(join(root, 'etc/jenkins-stand-in/failure'), 'utf8')).toBe('disk-full\n')
  await rm(folder, {recursive: true})
  await mkdir(folder)
  const {root: healthy} = await unpack()
  await expect(stat(join(healthy, 'etc/jenkins-stand-in'))).rejects.toThrow('ENOENT')
})

it('is built around a real WAR too, which it says, with the same files', async () => {
  const realWar = join(folder, 'given.war')
  await writeFile(realWar, 'made by a test\n')
  const {control, bytes} = await buildPackageAround(realWar, folder, '2.570', run)
  const deb = join(folder, 'copy.deb')
  await writeFile(deb, bytes)
  expect(await run('dpkg-deb', ['--field', deb])).toBe(control.trimEnd())
  expect(control).toMatch(/^Package: jenkins\nVersion: 2\.570\n/)
  expect(control).toMatch(
    /^Description: a real jenkins\.war in a package of a rehearsal's own\n The WAR is Jenkins itself/m
  )
  expect(control).not.toMatch(/stand-in|not Jenkins\./i)
  await run('dpkg-deb', ['--raw-extract', deb, join(folder, 'unpacked')])
  const unpacked = (path: string) => readFile(join(folder, 'unpacked', path), 'utf8')
  expect(await unpacked('usr/share/java/jenkins.war')).toBe('made by a test\n')
  expect(await unpacked('usr/bin/jenkins')).toContain(`"$JAVA_OPTS" -jar '"$JENKINS_WAR"'`)
  expect(await unpacked('usr/lib/systemd/system/jenkins.service')).toContain('ExecStart=/usr/bin/jenkins\n')
  expect(await unpacked('DEBIAN/postinst')).toContain('deb-systemd-invoke')
})
