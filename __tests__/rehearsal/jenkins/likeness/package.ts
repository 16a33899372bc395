import {chmod, mkdir, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {run} from '../../../../rehearsal/host/run.ts'

/** A Debian package, unpacked. */
export interface Unpacked {
  /** Mode and path of everything in it; the unit's folder by the name that it has since /usr was merged. */
  readonly contents: readonly string[]
  readonly control: Readonly<Record<string, string>>
  /** A file of it, or of its control archive below DEBIAN. */
  read(path: string): Promise<string>
}

export async function unpack(deb: string, folder: string): Promise<Unpacked> {
  await run('dpkg-deb', ['--raw-extract', deb, folder])
  const listing = (await run('dpkg-deb', ['--contents', deb])).split('\n')
  const contents = listing.map((line) => {
    const [mode = '', , , , , path = ''] = line.split(/\s+/)
    return `${mode} ${path.slice(1).replace(/^\/lib\//, '/usr/lib/')}`
  })
  const fields = (await readFile(join(folder, 'DEBIAN/control'), 'utf8')).matchAll(/^([\w-]+): (.*)$/gm)
  return {
    contents: [...new Set(contents)].filter((line) => line !== 'drwxr-xr-x /lib/').toSorted(),
    control: Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value])),
    async read(path) {
      const text = await readFile(join(folder, path), 'utf8').catch(() => undefined)
      return text ?? readFile(join(folder, path.replace('usr/lib/', 'lib/')), 'utf8')
    }
  }
}

/** What a unit or a script says, without comments and empty lines. */
export function settingsOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

/** A copy of a script in which these folders of the machine are those below `root`. */
async function moved(script: string, root: string, folders: RegExp): Promise<string> {
  const copy = join(root, 'script')
  await mkdir(root, {recursive: true})
  await writeFile(
    copy,
    script.replace(folders, (path) => `${root}${path}`)
  )
  return copy
}

/** The drop-in that the package's migrate makes of such a file; undefined for none. */
export async function migrated(migrate: string, settings: string, folder: string): Promise<string | undefined> {
  const root = join(folder, 'migrated')
  await rm(root, {recursive: true, force: true})
  const script = await moved(migrate, root, /\/etc\/systemd\//g)
  await writeFile(join(root, 'settings'), settings)
  await run('sh', [script, join(root, 'settings')])
  const dropIn = join(root, 'etc/systemd/system/jenkins.service.d/override.conf')
  const {mode} = await stat(dropIn).catch(() => ({mode: undefined}))
  return mode === undefined ? undefined : `${(mode & 0o777).toString(8)}\n${await readFile(dropIn, 'utf8')}`
}

/** Programs that a maintainer script must not really run, and how they answer. */
const programs: Readonly<Record<string, string>> = {
  getent: 'exit 2',
  id: 'exit 1',
  systemctl: '[ "$1" != show ] || echo User=',
  ...Object.fromEntries(
    [
      'addgroup',
      'adduser',
      'deluser',
      'delgroup',
      'chown',
      'chmod',
      'rm',
      'systemd-tmpfiles',
      'update-rc.d',
      'invoke-rc.d'
    ].map((name) => [name, 'exit 0'])
  ),
  'deb-systemd-helper': 'exit 0',
  'deb-systemd-invoke': 'exit 0'
}

const asking = /^(getent|id|systemctl show) /

/** What a maintainer script would do on a machine with systemd that has no user jenkins yet, call by call. */
export async function callsOf(script: string, args: readonly string[], folder: string): Promise<string[]> {
  const root = join(folder, 'machine')
  await rm(root, {recursive: true, force: true})
  const copy = await moved(script, root, /(?<![\w.$}])\/(?:run|etc|usr|var)\//g)
  const bin = join(root, 'usr/bin')
  const files = [
    'etc/init.d/jenkins',
    'usr/share/jenkins/migrate',
    ...Object.keys(programs).map((name) => `usr/bin/${name}`)
  ]
  for (const path of ['run/systemd/system', 'var/cache/jenkins', 'var/lib/jenkins'])
    await mkdir(join(root, path), {recursive: true})
  for (const path of files) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    await mkdir(dirname(join(root, path)), {recursive: true})
    await writeFile(join(root, path), `#!/bin/sh\necho ${name} "$@" >>${root}/calls\n${programs[name] ?? ''}\n`)
    await chmod(join(root, path), 0o755)
  }
  await run('sh', [copy, ...args], {env: {PATH: `${bin}:${process.env['PATH']}`}})
  const calls = await readFile(join(root, 'calls'), 'utf8').catch(() => '')
  return calls
    .replaceAll(root, '')
    .split('\n')
    .filter((line) => line !== '' && !asking.test(line))
}
