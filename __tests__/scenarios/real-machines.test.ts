import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {needsDerivedTemplate} from '../../rehearsal/host/packers/packer.ts'
import {jenkinsVersion} from './real-jenkins.ts'
import {knock, soon} from '../rehearsal/machines/nspawn/machines.ts'
import {
  endOf,
  filesWith,
  filesWithKeys,
  instancesOf,
  jenkinsAt,
  secretsOfBuild,
  userDataOf,
  withGuests,
  type Secrets
} from './real-machines.ts'
import {minutes, onRealMachines} from '../rehearsal/machines/nspawn/on-real-machines.ts'
import {play, withPacker} from './scenario.ts'

/** What the machine itself lists is what the files say of the image. */
async function expectPackages({packages = '', sbom = '', 'jenkins-version': jenkins}: Record<string, string>) {
  expect(await readFile(packages, 'utf8')).toMatch(
    new RegExp(`^jenkins\\t${jenkins}\\t[^]*^openjdk-21-jre-headless\\t\\S+\\t\\S+$`, 'm')
  )
  const {components} = JSON.parse(await readFile(sbom, 'utf8')) as {components: object[]}
  expect(components).toEqual(
    expect.arrayContaining([
      expect.objectContaining({type: 'operating-system', name: 'debian', version: '13'}),
      expect.objectContaining({name: 'jenkins', version: jenkins})
    ])
  )
}

onRealMachines('on real machines', () => {
  withPacker((packer) => {
    // An old Packer gets a derived template, which is the user's own to the action: it adds nothing to its machines' user data.
    const isShipped = !needsDerivedTemplate(packer)

    it(
      `bakes an image that boots on machines with identities of their own, out of which the build has gone (Packer ${packer.version})`,
      async () => {
        let local: LocalCloud | undefined
        let secrets: Promise<Secrets> | undefined
        const userData = {build: '', smoke: ''}
        const run = await play(packer, {
          driver: 'nspawn',
          onCloud: (started) => void (local = started),
          onLine({text}) {
            // Jenkins is started in the build now, and all that it writes is removed again.
            if (text.includes('Waiting for Jenkins')) secrets ??= secretsOfBuild(local?.runFolder ?? '')
          },
          async onCall({action, by}) {
            if (!local) return
            if (action === 'StopInstances' && by === 'packer') userData.build = await userDataOf(local)
            if (action === 'ModifyImageAttribute' && by === 'action') {
              userData.smoke = await userDataOf(local)
              await expectOnlyTheRunnerToBeLetIn(local)
            }
          },
          async afterwards(there, {outputs}) {
            const imageId = outputs['ami-id'] ?? ''
            if (isShipped) await expectPackages(outputs)
            await Promise.all([
              expectIdentities(there, imageId),
              expectNothingOfTheBuild(there, await secrets),
              expectDeadline(there, userData.build),
              ...(isShipped ? [expectDeadline(there, userData.smoke)] : [])
            ])
          }
        })
        expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
        // Of each package one line, and nothing of each file and certificate.
        expect(run.log).toMatch(/│ Setting up openjdk-/)
        expect(run.log).not.toMatch(/│ (Get:\d|Unpacking|Adding debian:|Reading package lists)/)
        expect.assertions(isShipped ? 18 : 14)
      },
      10 * minutes
    )

    it(
      `rejects an image whose Jenkins starts in the build and not on the next boot, and says which unit failed and why (Packer ${packer.version})`,
      async () => {
        const run = await play(packer, {
          driver: 'nspawn',
          inputs: {'setup-script': join(import.meta.dirname, 'lost-licence.sh'), 'smoke-timeout': '30s'}
        })
        expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected', deregistered: 'true'}})
        expect(run.log).toContain(
          isShipped
            ? 'The image was rejected: Jenkins does not start on the machine of the smoke test: the licence is not at /run/licence'
            : 'nothing answered on port 8080 within 30 s, and on the machine jenkins.service failed'
        )
        const cause = isShipped ? 'the licence is not at /run/licence' : '[FAILED] Failed to start jenkins.service'
        expect(run.log).toContain(`console │ ${isShipped ? 'cause: ' : ''}${cause}`)
        expect(run.summary).toContain(cause)
      },
      10 * minutes
    )
  })
})

async function expectOnlyTheRunnerToBeLetIn(local: LocalCloud): Promise<void> {
  const [smoke] = await instancesOf(local)
  const address = smoke?.PublicIpAddress ?? ''
  await withGuests(local, async (launch) => {
    const neighbour = await launch({})
    const fromThere = neighbour.ssh(`timeout 1 bash -c '</dev/tcp/${address}/8080' 2>/dev/null; echo $?`)
    expect(await Promise.all([knock(address, 22), knock(address, 8080), fromThere])).toEqual([
      'no answer',
      'open',
      '124\n'
    ])
  })
}

async function expectIdentities(local: LocalCloud, imageId: string): Promise<void> {
  const identities = await withGuests(local, async (launch) => {
    const twins = await Promise.all([launch({ImageId: imageId}), launch({ImageId: imageId})])
    return Promise.all(
      twins.map(async ({address, ssh}) => {
        expect(await jenkinsAt(address)).toBe(jenkinsVersion)
        const files = '/etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub /var/lib/jenkins/secrets/initialAdminPassword'
        return (await ssh(`sudo cat ${files}`)).trim().split('\n')
      })
    )
  })
  const [one = [], other = []] = identities
  expect(one).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^ssh-ed25519 /),
    expect.stringMatching(/^[0-9a-f]{32}$/)
  ])
  expect(other.filter((line) => one.includes(line))).toEqual([])
}

async function expectNothingOfTheBuild({runFolder = ''}: LocalCloud, secrets: Secrets = {}): Promise<void> {
  expect(Object.keys(secrets)).toHaveLength(5)
  // The search finds what is there.
  expect(await filesWith(runFolder, ['JENKINS_HOME'])).not.toEqual([])
  expect(await filesWith(runFolder, [...Object.values(secrets), 'bake-deadline'])).toEqual([])
  expect(await filesWithKeys(runFolder)).toEqual([])
}

/** A machine with this user data is armed on each of its boots, and one with the same at shorter notice ends itself. */
async function expectDeadline(local: LocalCloud, userData: string): Promise<void> {
  const ending = {InstanceInitiatedShutdownBehavior: 'terminate'} as const
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  await withGuests(local, async (launch) => {
    const [machine, lonely] = await Promise.all([
      launch({...ending, UserData: encoded(userData)}),
      launch({...ending, UserData: encoded(userData.replace(/--on-active=\d+min/, '--on-active=6s'))})
    ])
    const timer = 'cat /proc/sys/kernel/random/boot_id; systemctl is-active bake-deadline.timer || true'
    const [before] = (await machine.ssh(timer)).split('\n')
    await machine.ssh(`${soon} reboot`)
    let boot: string[] = []
    while (boot[0] === undefined || boot[0] === before) boot = (await machine.ssh(timer)).split('\n')
    expect(boot[1]).toBe('active')
    expect(await endOf(local, lonely.id)).toBe('terminated')
  })
}
