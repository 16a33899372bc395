import {execFile} from 'node:child_process'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {run} from '../host/run.ts'

const execute = promisify(execFile)
const needed = ['rpm', 'rpmbuild', 'rpmsign', 'createrepo_c', 'dnf', 'unshare', 'gpg']

/** The template's scripts that install Jenkins on Amazon Linux, in the order in which it runs them. */
export const installScripts = [
  'amazon-linux/prepare',
  'amazon-linux/install-java',
  'check-java',
  'fetch-key',
  'amazon-linux/install-jenkins',
  'configure-jenkins'
] as const

/** The release that the stand-in's packages are locked to, and a later one that a bake must not take packages from. */
export const release = '2023.9.20251110'
const laterRelease = '2023.10.20260101'

/** Why this host cannot stand in for Amazon Linux; undefined when it can. */
export async function whyNotAmazonLinux(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it needs root'
  const found = await Promise.all(
    needed.map((name) =>
      execute('which', [name]).then(
        () => true,
        () => false
      )
    )
  )
  const missing = needed.filter((_, i) => found[i] === false)
  return missing.length > 0 ? `there is no ${missing.join(', ')}` : undefined
}

interface Ended {
  readonly status: number
  readonly output: string
}

/**
 * A partial stand-in for Amazon Linux 2023: this host's own Debian with dnf and rpm, under a file system of its own that
 * keeps every change in memory, with an os-release, a database of packages and a locked repository like Amazon's. It has no
 * systemd of its own and no package of Amazon's.
 */
export interface AmazonLinux {
  /** Runs bash commands as root; each sees the file system as the host has it, with `prepare` done. */
  run(commands: string, env: Readonly<Record<string, string>>): Promise<Ended>
}

export async function amazonLinux(folder: string): Promise<AmazonLinux> {
  const repository = join(folder, 'amazonlinux')
  const current = join(repository, release)
  await buildRpm(folder, current, {name: 'system-release', version: release})
  await buildRpm(folder, current, {
    name: 'what-debian-has',
    version: '1',
    provides: ['procps', 'systemd', '/usr/sbin/useradd', '/usr/sbin/groupadd', '/bin/sh']
  })
  for (const name of ['unzip', 'fontconfig', 'freetype', 'dejavu-sans-fonts', 'libjpeg-turbo']) {
    await buildRpm(folder, current, {name, version: '1'})
  }
  const java = await hostJava()
  for (const version of ['21.0.9', '25.0.1']) {
    // It says a version of Amazon's; everything else is done by the host's Java, if it has one.
    const says = `if [ "$1" = -version ]; then echo 'openjdk version "${version}" 2025-10-21 LTS' >&2; exit; fi`
    const files = {'/usr/bin/java': `#!/bin/sh\\n${says}\\n${java === undefined ? '' : `exec ${java} "$@"`}`}
    const [major] = version.split('.')
    await buildRpm(folder, current, {name: `java-${major}-amazon-corretto-headless`, version, files})
  }
  await buildRpm(folder, join(repository, laterRelease), {name: 'unzip', version: '2'})
  for (const each of [release, laterRelease]) await run('createrepo_c', ['--quiet', join(repository, each)])
  const script = join(folder, 'enter.sh')
  await writeFile(script, enter)
  return {
    run: (commands, env) =>
      // gpg leaves an agent behind, which ends with the process namespace.
      execute(
        'unshare',
        ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash', script, repository, release, commands],
        {
          // There is no systemd to talk to; units can be enabled all the same.
          env: {PATH: process.env['PATH'], SYSTEMD_OFFLINE: '1', ...env},
          maxBuffer: 10_000_000
        }
      ).then(
        ({stdout, stderr}) => ({status: 0, output: stdout + stderr}),
        (error: {code?: number; stdout?: string; stderr?: string}) => ({
          status: error.code ?? -1,
          output: `${error.stdout}${error.stderr}`
        })
      )
  }
}

async function hostJava(): Promise<string | undefined> {
  try {
    const {stdout} = await execute('sh', ['-c', 'readlink -f "$(command -v java)"'])
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}

const enter = `set -euo pipefail
repository=$1 release=$2 commands=$3
mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mount -t proc proc proc
mount --rbind /dev dev
rm -rf var/lib/rpm var/cache/dnf etc/yum.repos.d etc/os-release run tmp/bake-files
mkdir -p var/lib/rpm etc/yum.repos.d etc/dnf etc/pki/rpm-gpg srv/amazonlinux run
cp -r "$repository/." srv/amazonlinux
printf '%s\\n' 'NAME="Amazon Linux"' 'ID="amzn"' 'VERSION_ID="2023"' 'PRETTY_NAME="Amazon Linux 2023 (a stand-in)"' >etc/os-release
printf '%s\\n' '[amazonlinux]' 'name=stand-in' 'baseurl=file:///srv/amazonlinux/$releasever/' 'gpgcheck=0' >etc/yum.repos.d/amazonlinux.repo
# As in Amazon's own, but that nothing is tried ten times.
printf '%s\\n' '[main]' 'skip_if_unavailable=True' 'retries=1' >etc/dnf/dnf.conf
chroot . rpm --install --nodeps "/srv/amazonlinux/$release/system-release.rpm" "/srv/amazonlinux/$release/what-debian-has.rpm"
exec chroot . bash -euo pipefail -c "$commands" </dev/null
`

interface Rpm {
  readonly name: string
  readonly version: string
  readonly provides?: readonly string[]
  /** Path to content, for printf. */
  readonly files?: Readonly<Record<string, string>>
}

async function buildRpm(
  folder: string,
  target: string,
  {name, version, provides = [], files = {}}: Rpm
): Promise<void> {
  const spec = [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1.amzn2023',
    'Summary: a stand-in',
    'License: MIT',
    'BuildArch: noarch',
    'AutoReqProv: no',
    ...provides.map((capability) => `Provides: ${capability}`),
    '%description',
    'A stand-in.',
    '%install',
    ...Object.entries(files).map(
      ([path, text]) =>
        `install -D -m 0755 /dev/null %{buildroot}${path}; printf '%b\\n' "${text.replace(/["$]/g, '\\$&')}" >%{buildroot}${path}`
    ),
    '%files',
    ...Object.keys(files)
  ]
  await mkdir(target, {recursive: true})
  const file = join(folder, `${name}.spec`)
  await writeFile(file, `${spec.join('\n')}\n`)
  const settings = [`_topdir ${folder}/top`, `_rpmdir ${target}`, '_build_name_fmt %%{NAME}.rpm']
  await run('rpmbuild', [
    ...settings.flatMap((setting) => ['--define', setting]),
    '--quiet',
    '--target',
    'noarch-linux',
    '-bb',
    file
  ])
}
