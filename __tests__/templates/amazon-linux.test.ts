import {afterAll, beforeAll, describe, expect, it} from '@jest/globals'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  amazonLinux,
  installScripts,
  release,
  whyNotAmazonLinux,
  type AmazonLinux
} from '../../rehearsal/machines/amazon-linux.ts'
import {realRpm} from '../../rehearsal/trials/compatibility/play-scripts.ts'
import {buildRpmRepository, type RpmRepository} from '../../rehearsal/jenkins/rpm-repository.ts'

const scripts = join(import.meta.dirname, '../../templates/jenkins/scripts')
const reason = await whyNotAmazonLinux()
/** The one that the environment names, or the version of the stand-in. */
const jenkins = (reason === undefined ? await realRpm(process.env) : undefined) ?? '2.568.2'
const version = typeof jenkins === 'string' ? jenkins : jenkins.version
const onStandIn = reason === undefined ? describe : describe.skip

onStandIn(`on a partial stand-in for Amazon Linux${reason === undefined ? '' : ` (not run: ${reason})`}`, () => {
  let folder: string
  let machine: AmazonLinux
  let repository: RpmRepository
  let server: Server
  let url: string
  const replaced = new Map<string, Buffer>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'amazon-linux-'))
    ;[machine, repository] = await Promise.all([amazonLinux(folder), buildRpmRepository(jenkins)])
    server = createServer(({url: path = ''}, response) => {
      const file = replaced.get(path.slice(1)) ?? repository.files.get(path.slice(1))
      response.writeHead(file ? 200 : 404).end(file)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.close().closeAllConnections()
    await rm(folder, {recursive: true})
  })

  const bake = (
    after: string,
    changed: Readonly<Record<string, string>> = {},
    until: (typeof installScripts)[number] = 'configure-jenkins'
  ) => {
    const steps = installScripts.slice(0, installScripts.indexOf(until) + 1).map((name) => `bash ${scripts}/${name}.sh`)
    return machine.run([...steps, after].join('\n'), {
      CONNECT_VIA: 'public-ip',
      JAVA_VERSION: '21',
      JENKINS_VERSION: version,
      JENKINS_REPOSITORY_URL: url,
      JENKINS_REPOSITORY_KEY_FINGERPRINT: repository.keyFingerprint,
      JENKINS_UPDATE_CENTER_URL: url,
      JENKINS_SETUP_WIZARD: 'true',
      ...changed
    })
  }

  it('installs Java and Jenkins within the release of the image, from the repository that it has checked', async () => {
    const {status, output} = await bake(`
      rpm --query unzip fontconfig java-21-amazon-corretto-headless jenkins
      cat /etc/yum.repos.d/jenkins.repo /etc/systemd/system/jenkins.service.d/10-bake.conf
      systemctl is-enabled jenkins.service
      dnf --quiet clean all
      rpmdb --verifydb && ls -A /var/cache/dnf | grep -v expired_repos.json || true`)
    expect(output).toContain(`Packages of Amazon Linux ${release}`)
    expect(output).toMatch(/^unzip-1-.*\nfontconfig-1-.*\njava-21-amazon-corretto-headless-21.*\njenkins-.*$/m)
    expect(output).toMatch(new RegExp(`^jenkins-${version.replaceAll('.', String.raw`\.`)}-\\S+\\.noarch$`, 'm'))
    expect(output).toContain(
      `baseurl=${url}/\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-jenkins`
    )
    expect(output).toContain('-Djava.io.tmpdir=/var/cache/jenkins/tmp')
    expect(output).toMatch(/^enabled$/m)
    expect(status).toBe(0)
  })

  it('lists its packages with the sources that they were built from, and no keys', async () => {
    const {status, output} = await bake(`bash ${scripts}/list-packages.sh && cat /tmp/bake-packages.tsv`)
    const [head, ...lines] = output.split('\n').filter((line) => line.includes('\t'))
    expect(head).toBe('rpm\tamzn\t2023')
    expect(lines.length).toBeGreaterThan(5)
    const entry = /^[\w+.-]+\t(\d+:)?[\w+.~^-]+\t(noarch|x86_64)\t\S+\.src\.rpm$/
    expect(lines.filter((line) => !entry.test(line))).toEqual([])
    expect(lines.some((line) => line.startsWith(`jenkins\t${version}-`))).toBe(true)
    expect(output).not.toMatch(/^gpg-pubkey/m)
    expect(status).toBe(0)
  })

  it('lists a package that does not name its source by its own name', async () => {
    const {output} = await machine.run(
      `printf '#!/bin/sh\nprintf "tool\\t1.0-1\\tnoarch\\t(none)\\ngpg-pubkey\\t1-1\\t(none)\\t(none)\\n"\n' >/usr/local/bin/rpm
      chmod 755 /usr/local/bin/rpm
      PATH=/usr/local/bin:$PATH bash ${scripts}/list-packages.sh; cat /tmp/bake-packages.tsv`,
      {}
    )
    expect(output.split('\n').filter((line) => line.includes('\t'))).toEqual([
      'rpm\tamzn\t2023',
      'tool\t1.0-1\tnoarch\ttool'
    ])
  })

  it('leaves the service disabled until it is configured', async () => {
    const {output} = await bake('systemctl is-enabled jenkins.service || true', {}, 'amazon-linux/install-jenkins')
    expect(output).toMatch(/^disabled$/m)
  })

  it('imports no key but the expected one', async () => {
    const {status, output} = await bake('', {JENKINS_REPOSITORY_KEY_FINGERPRINT: 'A'.repeat(40)})
    expect(status).toBe(1)
    expect(output).toContain(`found at ${url}/jenkins.io-2026.key: ${repository.keyFingerprint}`)
  })

  it.each([
    ['the package', /checksum/i],
    ['the index', /signature/i]
  ])('refuses a repository in which %s was exchanged', async (what, why) => {
    const isIt = (name: string) => (what === 'the index' ? name.endsWith('repomd.xml') : name.endsWith('.rpm'))
    const other = await buildRpmRepository(jenkins)
    for (const [name, file] of other.files) if (isIt(name)) replaced.set(name, file)
    try {
      const {status, output} = await bake('')
      expect(status).toBe(1)
      expect(output).toMatch(why)
      expect(output).toContain(`Jenkins ${version} could not be installed. Versions at ${url}:`)
    } finally {
      replaced.clear()
    }
  })

  it('names the versions that there are', async () => {
    const {status, output} = await bake('', {JENKINS_VERSION: '2.999.1'})
    expect(status).toBe(1)
    expect(output).toMatch(/^jenkins\.noarch +\S+ +jenkins$/m)
    expect(output).toContain(` ${version}-`)
  })

  it.each([
    ['amzn', '2.568.2', 'https://pkg.jenkins.io/rpm-stable'],
    ['amzn', '2.570', 'https://pkg.jenkins.io/rpm'],
    ['debian', '2.568.2', 'https://pkg.jenkins.io/debian-stable'],
    ['ubuntu', '2.570', 'https://pkg.jenkins.io/debian']
  ])('takes the repository of %s for Jenkins %s where none is named', async (id, wanted, expected) => {
    const commands = `sed -i 's/"amzn"/"${id}"/' /etc/os-release
      printf '#!/bin/sh\\necho "$*"; exit 22\\n' >/usr/local/bin/curl
      chmod +x /usr/local/bin/curl
      PATH=/usr/local/bin:$PATH bash ${scripts}/fetch-key.sh`
    const {output} = await machine.run(commands, {JENKINS_VERSION: wanted, JENKINS_REPOSITORY_URL: ''})
    expect(output).toContain(` ${expected}/jenkins.io-2026.key\n`)
  })

  it('does nothing on another distribution', async () => {
    const {status, output} = await machine.run(
      `sed -i s/amzn/debian/ /etc/os-release
       for script in ${scripts}/amazon-linux/*.sh; do bash "$script"; done
       rpm --query --all`,
      {}
    )
    expect(output.match(/^\S+\.noarch$/gm)).toEqual([
      expect.stringMatching(/^what-debian-has/),
      expect.stringMatching(/^system-release/)
    ])
    expect(status).toBe(0)
  })
})
