import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals'
import type {IngressRule} from '../../../../rehearsal/machines/driver.ts'
import {cleanUp, createNspawnDriver, whyNot, type NspawnDriver} from '../../../../rehearsal/machines/nspawn/driver.ts'
import {knock, makeLoginKey, specFor, ssh, tracesOnHost} from './machines.ts'

const reason = process.env['REAL_MACHINES']
  ? await whyNot()
  : 'real machines take a minute and more; REAL_MACHINES=1 npm test'
const minutes = 60_000

/** Real machines need time, root and a kernel that lets them be; elsewhere the reason stands in the name of what was skipped. */
const onRealMachines = reason === undefined ? describe : describe.skip

onRealMachines(`real machines${reason === undefined ? '' : ` (not run: ${reason})`}`, () => {
  let driver: NspawnDriver
  let key: Awaited<ReturnType<typeof makeLoginKey>>
  let before: string[]

  beforeAll(async () => {
    await cleanUp()
    before = await tracesOnHost()
    key = await makeLoginKey()
    driver = await createNspawnDriver()
  }, 10 * minutes)

  afterAll(async () => {
    await driver.close()
    await key.remove()
  }, minutes)

  const launch = (changes: Partial<Parameters<typeof specFor>[1]> = {}) =>
    driver.launch(specFor(driver, {publicKey: key.publicKey, ...changes}))

  it(
    'boots Debian 13 with the distribution’s cloud-init: key, sudo, hostname, user data, and no failed unit',
    async () => {
      const userData = '#!/bin/sh\necho "user data ran" >/root/proof\necho "evidence on the console" >/dev/console\n'
      const machine = await launch({userData})
      const command =
        'cloud-init status --wait; systemctl --failed --quiet; sudo cat /root/proof; hostname; ls /sys/class/net'
      const said = await ssh(machine, key.file, command)
      const hostname = `ip-${machine.address.replaceAll('.', '-')}`
      expect(said.split(/\s*\n/).filter((line) => line.trim() !== '')).toEqual([
        expect.stringMatching(/status: done$/),
        'user data ran',
        hostname,
        'eth0',
        'lo'
      ])
      expect(machine.console()).toContain('evidence on the console')
      await machine.terminate()
    },
    minutes
  )

  it(
    'refuses IMDSv1 where tokens are required',
    async () => {
      const machine = await launch()
      const status = 'curl -s -o /dev/null -w "%{http_code} " http://169.254.169.254/latest/meta-data/instance-id'
      const token =
        'curl -s -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token'
      const said = await ssh(machine, key.file, `${status}; ${status} -H "X-aws-ec2-metadata-token: $(${token})"`)
      expect(said.trim()).toBe('401 200')
      await machine.terminate()
    },
    minutes
  )

  it(
    'lets in what the rules say, from where they say it, and does not answer others',
    async () => {
      let rules: IngressRule[] = [{protocol: 'tcp', fromPort: 22, toPort: 22, cidrs: [`${driver.hostAddress}/32`]}]
      const machine = await launch({ingress: () => rules})
      const other = await launch()
      await ssh(machine, key.file, 'true')
      const from = (port: number) =>
        ssh(other, key.file, `timeout 1 bash -c '</dev/tcp/${machine.address}/${port}' 2>/dev/null; echo $?`)
      expect(await knock(machine.address, 8080)).toBe('no answer')
      expect(await from(22)).toBe('124\n')

      rules = [{protocol: 'tcp', fromPort: 22, toPort: 8080, cidrs: ['0.0.0.0/0']}]
      await driver.rulesChanged?.()
      expect(await knock(machine.address, 8080)).toBe('ECONNREFUSED')
      expect(await from(22)).toBe('0\n')
      await Promise.all([machine.terminate(), other.terminate()])
    },
    minutes
  )

  it(
    'reboots and powers off from inside, and keeps its disk',
    async () => {
      let off = () => {}
      const poweredOff = new Promise<void>((resolve) => {
        off = resolve
      })
      const machine = await launch({onPowerOff: () => off()})
      const boot = await ssh(machine, key.file, 'echo kept >proof; cat /proc/sys/kernel/random/boot_id')
      await ssh(machine, key.file, 'sudo systemctl --no-block reboot')
      let now = boot
      while (now === boot) now = await ssh(machine, key.file, 'cat /proc/sys/kernel/random/boot_id')
      await ssh(machine, key.file, 'sudo systemctl --no-block poweroff')
      await poweredOff
      expect(await knock(machine.address, 22)).not.toBe('open')
      await machine.start()
      expect(await ssh(machine, key.file, 'cat proof')).toBe('kept\n')
      await machine.terminate()
    },
    minutes
  )

  it(
    'captures a disk, running or stopped, as an image of which machines have identities of their own',
    async () => {
      const identity = 'cat proof; cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub'
      const parent = await launch()
      await ssh(parent, key.file, 'cloud-init status --wait >/dev/null; echo running >proof')
      const ofRunning = await parent.capture()
      const clean =
        'sudo cloud-init clean && sudo truncate -s 0 /etc/machine-id && sudo sh -c "rm /etc/ssh/ssh_host_*" && echo stopped >proof'
      await ssh(parent, key.file, clean)
      await parent.stop()
      const ofStopped = await parent.capture()
      await parent.start()
      expect(await ssh(parent, key.file, 'cat proof')).toBe('stopped\n')
      await parent.terminate()

      const [first, twin, third] = await Promise.all([
        launch({content: ofStopped}),
        launch({content: ofStopped}),
        launch({content: ofRunning})
      ])
      const [a, b, c] = await Promise.all([first, twin, third].map((machine) => ssh(machine, key.file, identity)))
      expect([a, b, c].map((said) => said?.split('\n')[0])).toEqual(['stopped', 'stopped', 'running'])
      expect(a?.split('\n')[1]).not.toBe(b?.split('\n')[1])
      expect(a?.split('\n')[2]).not.toBe(b?.split('\n')[2])
      await Promise.all([first, twin, third].map((machine) => machine.terminate()))
    },
    2 * minutes
  )

  it(
    'reaches the mirror of the distribution without a trace of the way in the machine',
    async () => {
      const machine = await launch()
      const said = await ssh(
        machine,
        key.file,
        'sudo apt-get update >/dev/null && echo updated; env | grep -i proxy; ls /etc/apt/apt.conf.d'
      )
      expect(said).toMatch(/^updated\n/)
      expect(said).not.toMatch(/proxy/i)
      await machine.terminate()
    },
    minutes
  )

  it(
    'leaves nothing of itself when it is closed with machines running',
    async () => {
      const own = await createNspawnDriver()
      await own.launch(specFor(own))
      expect((await tracesOnHost()).length).toBeGreaterThan(before.length)
      await Promise.all([own.close(), driver.close()])
      expect(await tracesOnHost()).toEqual(before)
    },
    minutes
  )

  it(
    'removes what a killed process left',
    async () => {
      const script = fileURLToPath(new URL('./launch-and-wait.ts', import.meta.url))
      const child = spawn(process.execPath, ['--import', 'tsx', script], {stdio: ['pipe', 'pipe', 'inherit']})
      const [line] = await once(createInterface({input: child.stdout}), 'line')
      expect(line).toBe('launched')
      child.kill('SIGKILL')
      await once(child, 'exit')
      expect(await tracesOnHost()).not.toEqual(before)
      expect(await cleanUp()).toContainEqual(expect.stringMatching(/^machine i-0123456789abcde01 /))
      expect(await tracesOnHost()).toEqual(before)
    },
    minutes
  )
})
