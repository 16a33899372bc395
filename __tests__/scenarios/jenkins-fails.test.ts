import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {expect, it} from '@jest/globals'
import {jenkinsFailureOf} from '../../src/smoke/jenkins-failure.ts'
import {evidenceIn, type Evidence} from '../../src/smoke/evidence.ts'
import {instanceUserData} from '../../src/smoke/user-data.ts'
import {minutes, onRealMachines} from '../rehearsal/machines/nspawn/on-real-machines.ts'
import {consoleOf, jenkinsAt, withGuests, type Guest} from './real-machines.ts'
import {play, withPacker} from './scenario.ts'

const template = join(import.meta.dirname, '../../templates/jenkins')
const jenkinsLog = readFileSync(join(template, 'files/jenkins-log.sh'), 'utf8')
const [proveStart, checkJava] = ['prove-start', 'check-java'].map((name) =>
  readFileSync(join(template, `scripts/${name}.sh`), 'utf8')
) as [string, string]

/** What makes Jenkins fail, as root on its machine: commands, and others that take it back. */
interface Trouble {
  readonly name: string
  readonly make: string
  readonly mend?: string
  /** Of what is said to be the cause. */
  readonly cause: RegExp
  /** The entry of docs/troubleshooting.md. */
  readonly id: string | undefined
}

const dropIn = '/etc/systemd/system/jenkins.service.d/90-trouble.conf'
const setting = (line: string) => `printf '%s\\n' '[Service]' '${line}' >${dropIn}`
const options = '-Djava.awt.headless=true -Djava.io.tmpdir=/var/cache/jenkins/tmp'
const asJenkins = 'mode=0755,uid=$(id -u jenkins),gid=$(id -g jenkins)'

const troubles: readonly Trouble[] = [
  {
    name: 'a library that Java needs',
    make: 'for file in /usr/lib/*/libharfbuzz.so.0; do mv "$file" "$file.gone"; done',
    mend: 'for file in /usr/lib/*/libharfbuzz.so.0.gone; do mv "$file" "${file%.gone}"; done',
    cause: /UnsatisfiedLinkError: .*libharfbuzz\.so\.0.*hudson\.util\.AWTProblem/,
    id: 'jenkins-java-library'
  },
  {
    name: 'its configuration',
    make: "echo '<hudson><broken' >/var/lib/jenkins/config.xml; chown jenkins: /var/lib/jenkins/config.xml",
    mend: 'rm /var/lib/jenkins/config.xml',
    cause: /Unable to read .*config\.xml/,
    id: 'jenkins-configuration'
  },
  {
    name: 'its port',
    make: 'systemd-run --quiet --unit=squatter python3 -m http.server 8080; until curl -s -o /dev/null 127.0.0.1:8080; do sleep 0.1; done',
    mend: 'systemctl stop squatter',
    cause: /Address already in use|Failed to bind/,
    id: 'jenkins-port-taken'
  },
  {
    name: 'space on its disk',
    make: `mount -t tmpfs -o size=8k,${asJenkins} tmpfs /var/cache/jenkins`,
    mend: 'umount /var/cache/jenkins',
    cause: /No space left on device/,
    id: 'jenkins-disk-full'
  },
  {
    name: 'memory',
    make: setting(`Environment="JAVA_OPTS=${options} -Xmx28m"`),
    cause: /OutOfMemoryError/,
    id: 'jenkins-memory'
  },
  {
    name: 'an option of Java that there is, in a file that systemd has not read yet',
    make: setting('Environment="JAVA_OPTS=-XX:+NoSuchFlag"'),
    cause: /Unrecognized VM option 'NoSuchFlag'/,
    id: 'jenkins-java-options'
  },
  {
    name: 'its program',
    make: 'mv /usr/share/java/jenkins.war /usr/share/java/jenkins.gone',
    mend: 'mv /usr/share/java/jenkins.gone /usr/share/java/jenkins.war',
    cause: /jenkins: .*jenkins\.war/,
    id: undefined
  }
]

onRealMachines('a Jenkins that lacks something', () => {
  withPacker((packer) => {
    it(
      'fails, and the cause is told in the build, and on the console of the first boot',
      async () => {
        const told: Record<string, string> = {}
        let reports: Evidence[] = []
        await play(packer, {
          driver: 'nspawn',
          inputs: {'smoke-test': 'false'},
          afterwards: (local, {outputs}) =>
            withGuests(local, async (launch) => {
              const ImageId = outputs['ami-id'] ?? ''
              const guest = await launch({ImageId})
              await jenkinsAt(guest.address)
              await asRoot(
                guest,
                `systemctl stop jenkins; mkdir -p /tmp/bake-files; ${fileOf('/tmp/bake-files/jenkins-log.sh', jenkinsLog)}; ${fileOf('/tmp/prove-start.sh', proveStart)}; ${fileOf('/tmp/check-java.sh', checkJava)}`
              )
              const version = outputs['jenkins-version'] ?? ''
              for (const trouble of troubles) told[trouble.name] = await proved(guest, version, trouble)
              told['nothing'] = await proved(guest, version, {make: ':'})
              const open = {make: setting(`Environment="JAVA_OPTS=${options} -Djenkins.install.runSetupWizard=false"`)}
              told['a lock'] = await proved(guest, version, open)
              told['a lock, on purpose'] = await proved(guest, version, open, 'true')
              told['Java'] = await asRoot(
                guest,
                `export JAVA_VERSION=21
bash /tmp/check-java.sh; echo "whole: $?"
{ ${troubles[0]?.make}; bash /tmp/check-java.sh; echo "without: $?"; } 2>&1
${troubles[0]?.mend}`
              )
              reports = await Promise.all(
                [troubles[0], troubles[5]].map(async (trouble) => {
                  const userData = `#cloud-boothook\n#!/bin/sh\n${trouble?.make}\nsystemctl daemon-reload\n`
                  const message = instanceUserData({deadlineMinutes: 30, userData, jenkinsLog})
                  const {id} = await launch({ImageId, UserData: Buffer.from(message).toString('base64')})
                  for (;;) {
                    const evidence = evidenceIn(await consoleOf(local, id))
                    if (evidence.gaveUp) return evidence
                    await pause(500)
                  }
                })
              )
            })
        })
        for (const {name, cause, id} of troubles) {
          const [, line = ''] = /^Jenkins does not start\. Its log says: (.*)$/m.exec(told[name] ?? '') ?? []
          expect(`${name}: ${line || told[name]}`).toMatch(cause)
          expect(`${name}: ${jenkinsFailureOf(line)?.id}`).toBe(`${name}: ${id}`)
        }
        expect(told['nothing']).toMatch(/^Jenkins \S+ is ready after /m)
        expect(told['nothing']).not.toContain('Anybody may use this Jenkins')
        expect(told['a lock']).toMatch(/^Anybody may use this Jenkins without signing in: /m)
        expect(told['a lock, on purpose']).not.toContain('Anybody may use this Jenkins')
        // Before Jenkins is installed.
        expect(told['Java']).toMatch(
          /^whole: 0\n[\s\S]*^Java cannot load a font: java\.lang\.UnsatisfiedLinkError: .*libharfbuzz\.so\.0[\s\S]*^Java 21 cannot do what Jenkins does first.*\nwithout: 1$/m
        )
        expect(reports.map(({causes: [cause]}) => cause)).toEqual([
          expect.stringMatching(troubles[0]?.cause ?? ''),
          expect.stringMatching(troubles[5]?.cause ?? '')
        ])
      },
      15 * minutes
    )
  })
})

/** What prove-start.sh says of a Jenkins with a trouble, which is gone afterwards; each start is Jenkins's first. */
function proved(
  guest: Guest,
  version: string,
  {make, mend = ''}: Pick<Trouble, 'make' | 'mend'>,
  allowAnonymous = 'false'
): Promise<string> {
  return asRoot(
    guest,
    `rm -rf /var/lib/jenkins/* /var/lib/jenkins/.??*
journalctl --quiet --rotate; journalctl --quiet --vacuum-time=1s
${make}
env JENKINS_VERSION=${version} ALLOW_ANONYMOUS=${allowAnonymous} bash /tmp/prove-start.sh 2>&1 || true
systemctl kill --signal=SIGKILL jenkins 2>/dev/null || true
systemctl stop jenkins
${mend}
rm -f ${dropIn}
systemctl reset-failed jenkins
systemctl daemon-reload`
  )
}

function asRoot(guest: Guest, commands: string): Promise<string> {
  return guest.ssh(`echo ${Buffer.from(commands).toString('base64')} | base64 -d | sudo bash`)
}

function fileOf(file: string, text: string): string {
  return `echo ${Buffer.from(text).toString('base64')} | base64 -d >${file}`
}
