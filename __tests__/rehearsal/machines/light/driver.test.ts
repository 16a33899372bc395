import {once} from 'node:events'
import {connect} from 'node:net'
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals'
import type {Machine, MachineDriver} from '../../../../rehearsal/machines/driver.ts'
import {jenkinsPort, launchSpec, login, loginKey, run, sshPort, testDriver, upload} from './machines.ts'

let driver: MachineDriver

beforeEach(() => {
  driver = testDriver()
})
afterEach(() => driver.close())

/** What a connection to a port meets: `refused`, `dropped` (closed without a byte) or the first bytes, if any come at once. */
async function knock(machine: Machine, port: number): Promise<string> {
  const socket = connect(port, machine.address)
  try {
    await once(socket, 'connect')
    const [bytes] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as unknown[]
    return Buffer.isBuffer(bytes) ? bytes.toString() : 'dropped'
  } catch {
    return 'refused'
  } finally {
    socket.destroy()
  }
}

/** Asks the machine's Jenkins until it answers with the status. */
async function visitUntil(machine: Machine, status: number): Promise<Response> {
  for (;;) {
    const response = await fetch(`http://${machine.address}:${jenkinsPort}/login`).catch(() => undefined)
    if (response?.status === status) return response
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The content of an image that a bake of Jenkins made. */
async function bakedContent(command = "JENKINS_VERSION='2.568.2' PACKER_BUILD_NAME='x' /tmp/script_1.sh") {
  const builder = await driver.launch(launchSpec({content: driver.sourceContent, instanceId: 'i-builder'}))
  const client = await login(builder)
  await upload(client, '/tmp', 'script_1.sh', '#!/bin/sh\ntrue\n')
  await run(client, command)
  client.end()
  await builder.stop()
  const content = await builder.capture()
  await builder.terminate()
  return content
}

describe('a machine from the source image', () => {
  it('has an SSH server and nothing on the port of Jenkins', async () => {
    const machine = await driver.launch(launchSpec({content: driver.sourceContent}))
    expect(machine.address).toMatch(/^127\.(?!0\.)/)
    expect(await knock(machine, sshPort)).toMatch(/^SSH-2\.0-light-machine/)
    expect(await knock(machine, jenkinsPort)).toBe('refused')
  })

  it('shows a boot on its console that hides nothing about what it is', async () => {
    const spec = {content: driver.sourceContent, userData: '#cloud-config\npassword: s3cret'}
    const machine = await driver.launch(launchSpec(spec))
    const shown = machine.console()
    expect(shown).toContain('light machine of the rehearsal: no kernel runs here')
    expect(shown).toContain('30 bytes of user data were recorded, not executed')
    expect(shown).toMatch(/256 SHA256:\S{43} root@i-1 \(ED25519\)/)
    expect(shown).not.toMatch(/PRIVATE KEY|s3cret/)
    expect(await machine.capture()).toMatchObject({userData: spec.userData})
  })

  it('has an address of its own beside others', async () => {
    const machines = await Promise.all(
      ['i-1', 'i-2', 'i-3'].map((instanceId) => driver.launch(launchSpec({content: driver.sourceContent, instanceId})))
    )
    expect(new Set(machines.map(({address}) => address)).size).toBe(3)
  })
})

describe('a machine from a baked image', () => {
  it('starts with the files and the Jenkins of the bake', async () => {
    const content = await bakedContent()
    expect(content).toMatchObject({driver: 'light'})
    const machine = await driver.launch(launchSpec({content}))
    const response = await visitUntil(machine, 200)
    expect(response.headers.get('x-jenkins')).toBe('2.568.2')
    expect(await machine.capture()).toEqual({...content, folders: expect.any(Set)})
    expect(machine.console()).toContain('Starting version 2.568.2')
  })

  it('serves the fallback version when the bake named none', async () => {
    const machine = await driver.launch(launchSpec({content: await bakedContent('sudo apt-get install -y jenkins')}))
    expect((await visitUntil(machine, 200)).headers.get('x-jenkins')).toBe('2.500.1')
  })

  it('does not change the image', async () => {
    const content = await bakedContent()
    const machine = await driver.launch(launchSpec({content}))
    const client = await login(machine)
    await upload(client, '/tmp', 'later.txt', 'later')
    client.end()
    expect(content).not.toHaveProperty(['files', '/tmp/later.txt'])
    const again = await driver.launch(launchSpec({content, instanceId: 'i-2'}))
    expect(await again.capture()).toEqual({...content, folders: expect.any(Set)})
  })

  it('has each probe reported, and answers when the report is done', async () => {
    const machine = await driver.launch(launchSpec({content: await bakedContent(), instanceId: 'i-probed'}))
    await visitUntil(machine, 200)
    const events: string[] = []
    driver.onProbe = async (instanceId) => {
      await new Promise((resolve) => setImmediate(resolve))
      events.push(`probe of ${instanceId}`)
    }
    await fetch(`http://${machine.address}:${jenkinsPort}/`)
    events.push('answer')
    expect(events).toEqual(['probe of i-probed', 'answer'])
  })
})

describe('security groups', () => {
  it('are asked with the port and the source at each connection, and close what they do not allow', async () => {
    const asked: string[] = []
    let open = false
    const allows = (port: number, source: string) => {
      asked.push(`${port} ${source}`)
      return open
    }
    const machine = await driver.launch(launchSpec({content: driver.sourceContent, allows}))
    expect(await knock(machine, sshPort)).toBe('dropped')
    open = true
    expect(await knock(machine, sshPort)).toMatch(/^SSH-2\.0/)
    expect(asked).toEqual([`${sshPort} 127.0.0.1`, `${sshPort} 127.0.0.1`])
  })

  it('guard the port of Jenkins too', async () => {
    const allows = (port: number) => port === sshPort
    const machine = await driver.launch(launchSpec({content: await bakedContent(), allows}))
    let met = await knock(machine, jenkinsPort)
    while (met === 'refused') met = await knock(machine, jenkinsPort)
    expect(met).toBe('dropped')
  })
})

describe('the life of a machine', () => {
  it('goes on after a stop with the same address, key and disk', async () => {
    const machine = await driver.launch(launchSpec({content: await bakedContent()}))
    await visitUntil(machine, 200)
    await machine.stop()
    expect(await knock(machine, sshPort)).toBe('refused')
    expect(await knock(machine, jenkinsPort)).toBe('refused')
    await machine.start()
    ;(await login(machine)).end()
    await visitUntil(machine, 200)
    expect(machine.console().match(/Linux version/g)).toHaveLength(2)
    expect(new Set(machine.console().match(/SHA256:\S+ root@/g)).size).toBe(1)
  })

  it('ends for good, with open connections and whatever Jenkins is doing', async () => {
    const machine = await driver.launch(launchSpec({content: await bakedContent()}))
    const client = await login(machine)
    const closed = once(client, 'close')
    await visitUntil(machine, 503)
    await machine.terminate()
    await closed
    expect(await knock(machine, sshPort)).toBe('refused')
    expect(await knock(machine, jenkinsPort)).toBe('refused')
    await expect(machine.start()).rejects.toThrow('i-1 was terminated')
    await machine.terminate()
    expect(machine.console()).toContain('Power down')
  })

  it('is over before a termination that comes during a stop resolves', async () => {
    const machine = await driver.launch(launchSpec({content: driver.sourceContent}))
    void machine.stop()
    await machine.terminate()
    expect(await knock(machine, sshPort)).toBe('refused')
  })

  it('ends when the driver closes, and none begins after that', async () => {
    const machine = await driver.launch(launchSpec({content: driver.sourceContent}))
    await driver.close()
    expect(await knock(machine, sshPort)).toBe('refused')
    await expect(driver.launch(launchSpec({content: driver.sourceContent}))).rejects.toThrow(
      'the light driver is closed'
    )
  })
})

it('boots no image that another driver made', async () => {
  await expect(driver.launch(launchSpec({content: {driver: 'nspawn'}}))).rejects.toThrow(
    'ami-1 was made by the driver nspawn'
  )
})

it('boots no machine with a private key in the place of the public one', async () => {
  const launch = driver.launch(launchSpec({content: driver.sourceContent, publicKey: loginKey.private}))
  await expect(launch).rejects.toThrow(/^Not an OpenSSH public key but a private one$/)
})
