import {newEd25519KeyPair} from '../../../../rehearsal/host/ed25519.ts'
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals'
import ssh2 from 'ssh2'
import type {Machine} from '../../../../rehearsal/machines/driver.ts'
import type {LightContent} from '../../../../rehearsal/machines/light/disk.ts'
import {launchSpec, login, loginKey, run, testDriver, upload} from './machines.ts'

const driver = testDriver()
let machine: Machine

beforeAll(async () => {
  machine = await driver.launch(launchSpec({content: driver.sourceContent}))
})
afterAll(() => driver.close())

const disk = async () => (await machine.capture()) as LightContent

describe('logging in', () => {
  it('works for the user whose key it is', async () => {
    const client = await login(machine)
    expect(await run(client, 'true')).toMatchObject({exitStatus: 0})
    client.end()
  })

  it('works with an RSA key', async () => {
    const rsa = ssh2.utils.generateKeyPairSync('rsa', {bits: 2048})
    const spec = launchSpec({content: driver.sourceContent, instanceId: 'i-rsa', publicKey: rsa.public})
    const client = await login(await driver.launch(spec), {privateKey: rsa.private})
    expect(await run(client, 'true')).toMatchObject({exitStatus: 0})
    client.end()
  })

  it.each([
    ['another key', {privateKey: newEd25519KeyPair().private}],
    ['another user', {username: 'root', privateKey: loginKey.private}],
    ['a password', {password: 'secret'}]
  ])('fails with %s', async (_, credentials) => {
    await expect(login(machine, credentials)).rejects.toThrow('All configured authentication methods failed')
  })

  it('fails for everybody on a machine without a key', async () => {
    const {publicKey: _, ...spec} = launchSpec({content: driver.sourceContent, instanceId: 'i-nokey'})
    await expect(login(await driver.launch(spec))).rejects.toThrow('All configured authentication methods failed')
  })
})

describe('a command', () => {
  it('is recorded, not executed, and succeeds', async () => {
    const client = await login(machine)
    expect(await run(client, 'echo hello')).toEqual({exitStatus: 0, stdout: Buffer.alloc(0), stderr: ''})
    expect((await disk()).commands.at(-1)).toEqual({line: 'echo hello', exitStatus: 0, scripts: []})
    client.end()
  })

  it('fails when the script that it runs asks for it', async () => {
    const client = await login(machine)
    await upload(
      client,
      '/tmp',
      'script_1.sh',
      '#!/bin/sh\n# light-machine: print ::error::x\n# light-machine: exit 3\n'
    )
    expect(await run(client, "chmod +x /tmp/script_1.sh; A='b' /tmp/script_1.sh")).toEqual({
      exitStatus: 3,
      stdout: Buffer.from('::error::x\n'),
      stderr: 'light machine: asked to fail\n'
    })
    client.end()
  })

  it('is still running while the script that it runs takes its time', async () => {
    const client = await login(machine)
    await upload(client, '/tmp', 'slow.sh', '#!/bin/sh\n# light-machine: take 1 s\n')
    const ended: string[] = []
    const slow = run(client, '/tmp/slow.sh').then(() => ended.push('slow'))
    await run(client, 'true')
    ended.push('quick')
    await slow
    expect(ended).toEqual(['quick', 'slow'])
    client.end()
  })

  it('does not reach the log with the values of its variables', async () => {
    const lines: string[] = []
    const talkative = testDriver({log: (line) => lines.push(line)})
    const client = await login(await talkative.launch(launchSpec({content: talkative.sourceContent})))
    await run(client, `TOKEN='s3cret 1' OTHER="s3cret" THIRD='s3cret'"'"'s3cret' /tmp/x.sh\n::error::x`)
    client.end()
    await talkative.close()
    expect(lines.join('\n')).toContain('TOKEN=… OTHER=… THIRD=… /tmp/x.sh\\n::error::x')
    expect(lines.join('\n')).not.toMatch(/s3cre/)
  })
})

describe('scp', () => {
  it('stores files and folders with their modes', async () => {
    const client = await login(machine)
    const messages = 'D0750 0 sub\nT1 0 1 0\nC0600 3 in.txt\nabc\0E\nC0755 0 empty\n\0'
    expect(await run(client, 'scp -rvt /srv', messages)).toMatchObject({exitStatus: 0, stdout: Buffer.alloc(8)})
    const {files} = await disk()
    expect(files.get('/srv/sub/in.txt')).toEqual({mode: 0o600, bytes: Buffer.from('abc')})
    expect(files.get('/srv/empty')).toEqual({mode: 0o755, bytes: Buffer.alloc(0)})
    client.end()
  })

  it.each([
    ['scp -vt /opt/made\\ by\\ a\\ script', '/opt/made by a script/a'],
    ['scp -t /tmp', '/tmp/a'],
    ['scp -t /tmp/b', '/tmp/b'],
    ['scp -t -- ~/', '/home/admin/a'],
    ['scp -d -t new', '/home/admin/new/a']
  ])('finds the place that is meant: %s', async (command, path) => {
    const client = await login(machine)
    await run(client, command, `C0644 ${path.length} a\n${path}\0`)
    expect((await disk()).files.get(path)?.bytes.toString()).toBe(path)
    client.end()
  })

  it.each([
    ['a file that is there', '/tmp/there', 'scp -vf /tmp/there', 'C0640 3 there\nabc\0'],
    ['an empty one for a file that a command would have made', '/tmp/other', 'scp -f /tmp/made', 'C0644 0 made\n\0']
  ])('sends %s', async (_, uploaded, command, stdout) => {
    const client = await login(machine)
    await run(client, `scp -t ${uploaded}`, 'C0640 3 x\nabc\0')
    expect(await run(client, command, '\0\0\0')).toMatchObject({exitStatus: 0, stdout: Buffer.from(stdout)})
    client.end()
  })

  it('takes bytes as they are, more than one packet of them', async () => {
    const client = await login(machine)
    const bytes = Buffer.alloc(300_000, Buffer.from([0, 10, 13, 255]))
    const messages = Buffer.concat([Buffer.from(`C0644 ${bytes.length} big\n`), bytes, Buffer.from([0])])
    expect(await run(client, 'scp -vt /tmp', messages)).toMatchObject({exitStatus: 0})
    expect((await disk()).files.get('/tmp/big')?.bytes.equals(bytes)).toBe(true)
    client.end()
  })

  it.each([
    ['a name that leads elsewhere', 'scp -t /tmp', 'C0644 1 ../x\nx\0', 'unexpected filename: ../x'],
    ['a download of a folder', 'scp -rf /tmp', '\0', 'only single files can be downloaded'],
    ['what is not the protocol', 'scp -t /tmp', 'hello\n', 'protocol error: "hello"'],
    ['a line without an end', 'scp -t /tmp', 'C'.repeat(9000), 'line too long'],
    ['an upload that breaks off', 'scp -t /tmp', 'C0644 10 broken\nabc', 'broke off']
  ])('refuses %s', async (_, command, messages, said) => {
    const client = await login(machine)
    const before = (await disk()).files.size
    const answer = await run(client, command, messages)
    expect(answer.exitStatus).toBe(1)
    expect(answer.stderr).toContain(said)
    expect((await disk()).files.size).toBe(before)
    client.end()
  })
})

describe('sftp', () => {
  it('stores files with their modes, and folders', async () => {
    const client = await login(machine)
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) => {
      client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error)))
    })
    const done = (start: (callback: (error?: Error | null) => void) => void) =>
      new Promise<void>((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
    const bytes = Buffer.alloc(200_000, 'abc')
    await done((callback) => sftp.mkdir('/srv/sftp', callback))
    await done((callback) => sftp.writeFile('/srv/sftp/a', bytes, {mode: 0o755}, callback))
    await done((callback) => sftp.writeFile('/srv/sftp/a', 'shorter', callback))
    await done((callback) => sftp.chmod('/srv/sftp/a', 0o700, callback))
    await expect(done((callback) => sftp.readFile('/srv/sftp/a', callback))).rejects.toThrow('Permission denied')
    await expect(done((callback) => sftp.stat('/srv/sftp/b', callback))).rejects.toThrow('No such file')
    expect((await disk()).files.get('/srv/sftp/a')).toEqual({mode: 0o700, bytes: Buffer.from('shorter')})
    client.end()
  })
})
