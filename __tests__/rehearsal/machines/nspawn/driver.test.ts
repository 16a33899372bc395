import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {EventEmitter, once} from 'node:events'
import {execFile} from 'node:child_process'
import {createServer} from 'node:http'
import {promisify} from 'node:util'
import type {IngressRule, Machine} from '../../../../rehearsal/machines/driver.ts'
import {createNspawnDriver, type NspawnDriver} from '../../../../rehearsal/machines/nspawn/driver.ts'
import {gatewayMac} from '../../../../rehearsal/machines/nspawn/network.ts'
import {poll} from '../../../../src/lib/wait.ts'
import {idOf, restOfHost, tracesOf} from './host-state.ts'
import {knock, makeLoginKey, soon, specFor, ssh} from './machines.ts'
import {minutes, onRealMachines} from './on-real-machines.ts'

const run = promisify(execFile)

/** The tests share a driver and two machines, because each boot takes seconds; what one does, the next ones find. */
onRealMachines('real machines', () => {
  let driver: NspawnDriver
  let key: Awaited<ReturnType<typeof makeLoginKey>>
  let before: string[]
  let machine: Machine
  let other: Machine
  let rules: IngressRule[]
  const events = new EventEmitter()

  beforeAll(async () => {
    before = await restOfHost()
    key = await makeLoginKey()
    driver = await createNspawnDriver()
    rules = [{protocol: 'tcp', fromPort: 22, toPort: 22, cidrs: [`${driver.hostAddress}/32`]}]
    // Twice, because the login prompt throws away what is on the console when it begins.
    const evidence = 'echo "evidence on the console" >/dev/console\n'
    const userData = `#!/bin/sh\necho "user data ran" >/root/proof\n${evidence}sleep 2\n${evidence}`
    const onPowerOff = () => events.emit('off')
    ;[machine, other] = await Promise.all([launch({userData, ingress: () => rules}), launch({onPowerOff})])
  }, 10 * minutes)

  afterAll(async () => {
    await driver.close()
    await key.remove()
  }, 5 * minutes)

  const launch = (changes: Partial<Parameters<typeof specFor>[1]> = {}) =>
    driver.launch(specFor(driver, {publicKey: key.publicKey, ...changes}))
  const on = (one: Machine, command: string) => ssh(one, key.file, command)

  it(
    'boots Debian 13 with the distribution’s cloud-init: key, sudo, hostname, user data, and no failed unit',
    async () => {
      const said = await on(
        machine,
        'cloud-init status --wait; systemctl --failed --quiet; sudo cat /root/proof; hostname; ls /sys/class/net'
      )
      expect(said.split(/\s*\n/).filter((line) => line.trim() !== '')).toEqual([
        expect.stringMatching(/status: done$/),
        'user data ran',
        `ip-${machine.address.replaceAll('.', '-')}`,
        'eth0',
        'lo'
      ])
      const seen = async () => machine.console().includes('evidence on the console') || undefined
      await poll(seen, {signal: AbortSignal.timeout(minutes), slowestMs: 500})
    },
    5 * minutes
  )

  it(
    'refuses IMDSv1 where tokens are required',
    async () => {
      const status = 'curl -s -o /dev/null -w "%{http_code} " http://169.254.169.254/latest/meta-data/instance-id'
      const token =
        'curl -s -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token'
      const said = await on(machine, `${status}; ${status} -H "X-aws-ec2-metadata-token: $(${token})"`)
      expect(said.trim()).toBe('401 200')
    },
    5 * minutes
  )

  it(
    'lets in what the rules say, from where they say it, and does not answer others',
    async () => {
      const from = (port: number, seconds: number) =>
        on(other, `timeout ${seconds} bash -c '</dev/tcp/${machine.address}/${port}' 2>/dev/null; echo $?`)
      expect(await knock(machine.address, 8080)).toBe('no answer')
      expect(await from(22, 1)).toBe('124\n')

      rules = [{protocol: 'tcp', fromPort: 22, toPort: 8080, cidrs: ['0.0.0.0/0']}]
      await driver.rulesChanged?.()
      expect(await knock(machine.address, 8080, 30_000)).toBe('ECONNREFUSED')
      expect(await from(22, 30)).toBe('0\n')
    },
    5 * minutes
  )

  it(
    'reaches the mirror of the distribution and a server of the rehearsal’s without a trace of the way in the machine',
    async () => {
      const server = createServer((_, response) => response.end('hello'))
      const address = await driver.serve(server)
      const said = await on(
        machine,
        `curl -s http://${address}; sudo apt-get update >/dev/null && echo , updated; env | grep -i proxy; ls /etc/apt/apt.conf.d`
      )
      expect(said).toMatch(/^hello, updated\n/)
      expect(said).not.toMatch(/proxy/i)
      expect(await (await fetch(`http://${address}`)).text()).toBe('hello')
      server.closeAllConnections()
      // Not one of a machine's, which ends with it.
      const {stdout} = await run('ip', ['-4', 'neigh', 'show', new URL(`http://${address}`).hostname])
      expect(stdout).toContain(` lladdr ${gatewayMac} `)
    },
    5 * minutes
  )

  it(
    'reboots from inside, and keeps its disk',
    async () => {
      const boot = await on(other, 'echo running >proof; cat /proc/sys/kernel/random/boot_id')
      await on(other, `${soon} reboot`)
      let now = boot
      while (now === boot) now = await on(other, 'cat /proc/sys/kernel/random/boot_id')
      expect(await on(other, 'cat proof')).toBe('running\n')
    },
    5 * minutes
  )

  it(
    'captures a disk, running or powered off, as an image of which machines have identities of their own',
    async () => {
      const ofRunning = await other.capture()
      const clean = 'sudo cloud-init clean && sudo truncate -s 0 /etc/machine-id && sudo sh -c "rm /etc/ssh/ssh_host_*"'
      const off = once(events, 'off')
      await on(other, `${clean}; echo off >proof; ${soon} poweroff`)
      await off
      expect(await knock(other.address, 22)).not.toBe('open')
      const ofStopped = await other.capture()

      const contents = [ofStopped, ofStopped, ofRunning]
      const [machines] = await Promise.all([Promise.all(contents.map((content) => launch({content}))), other.start()])
      const identity = 'cat proof; cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub'
      const said = await Promise.all([other, ...machines].map(async (one) => (await on(one, identity)).split('\n')))
      expect(said.map(([proof]) => proof)).toEqual(['off', 'off', 'off', 'running'])
      const [ids, keys] = [1, 2].map((line) => new Set(said.map((lines) => lines[line])))
      expect([ids?.size, keys?.size]).toEqual([4, 4])
    },
    5 * minutes
  )

  it(
    'leaves another rehearsal on this host alone, and nothing of itself when it is closed with machines running',
    async () => {
      const neighbour = await createNspawnDriver()
      await neighbour.close()
      expect(await tracesOf(idOf(neighbour.runFolder))).toEqual([])
      const id = idOf(driver.runFolder)
      expect((await tracesOf(id)).length).toBeGreaterThan(0)
      expect(await on(machine, 'hostname')).toBe(`ip-${machine.address.replaceAll('.', '-')}\n`)
      await driver.close()
      expect(await tracesOf(id)).toEqual([])
      expect(await restOfHost()).toEqual(before)
    },
    5 * minutes
  )
})
