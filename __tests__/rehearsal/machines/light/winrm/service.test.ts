import {request as httpsRequest} from 'node:https'
import {text} from 'node:stream/consumers'
import type {IncomingMessage} from 'node:http'
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals'
import {XMLParser} from 'fast-xml-parser'
import type {Machine} from '../../../../../rehearsal/machines/driver.ts'
import type {LightContent} from '../../../../../rehearsal/machines/light/disk.ts'
import {launchSpec, testDriver} from '../machines.ts'

const shell = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell'
const transfer = 'http://schemas.xmlsoap.org/ws/2004/09/transfer'
const password = 'The-first-1'
const userData = '<powershell>\nnet user packer "S3t-by?user data" /add\nwinrm quickconfig\n</powershell>'

const lines: string[] = []
const driver = testDriver({log: (line) => void lines.push(line)})
const windows = (changes = {}) =>
  driver.launch(
    launchSpec({content: driver.sourceContent, username: 'Administrator', windows: {password}, userData, ...changes})
  )
let machine: Machine

beforeAll(async () => {
  machine = await windows()
})
afterAll(() => driver.close())

const basic = (user: string, secret: string): string => `Basic ${btoa(`${user}:${secret}`)}`
const administrator = basic('Administrator', password)

/** A request in the form of masterzen/winrm, which Packer uses. */
const envelope = (action: string, body = '', shellId = ''): string =>
  `<?xml version="1.0" encoding="utf-8" ?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="${shell}"><env:Header><a:MessageID>uuid:1&amp;2</a:MessageID><a:Action mustUnderstand="true">${action}</a:Action>${
    shellId && `<w:SelectorSet><w:Selector Name="ShellId">${shellId}</w:Selector></w:SelectorSet>`
  }</env:Header><env:Body>${body}</env:Body></env:Envelope>`

async function send(xml: string, authorization = administrator, to = machine) {
  const url = `http://${to.address}:5985/wsman`
  const response = await fetch(url, {method: 'POST', headers: {authorization}, body: xml})
  const parsed: unknown = new XMLParser({removeNSPrefix: true, ignoreAttributes: false}).parse(await response.text())
  return {status: response.status, headers: response.headers, envelope: (parsed as {Envelope: never}).Envelope}
}

const field = (from: unknown, ...path: string[]): unknown =>
  path.reduce((value, name) => (value as Record<string, unknown>)[name], from)

/** Runs a command in a shell of its own, as Packer does, and gives back what it printed and its exit code. */
async function run(command: string) {
  const created = await send(envelope(`${transfer}/Create`))
  const shellId = String(field(created.envelope, 'Body', 'Shell', 'ShellId'))
  const line = `<rsp:CommandLine><rsp:Command><![CDATA[${command}]]></rsp:Command></rsp:CommandLine>`
  const started = await send(envelope(`${shell}/Command`, line, shellId))
  const id = String(field(started.envelope, 'Body', 'CommandResponse', 'CommandId'))
  const wanted = `<rsp:Receive><rsp:DesiredStream CommandId="${id}">stdout stderr</rsp:DesiredStream></rsp:Receive>`
  const {envelope: received} = await send(envelope(`${shell}/Receive`, wanted, shellId))
  const answer = field(received, 'Body', 'ReceiveResponse')
  const streams = [field(answer, 'Stream') ?? []].flat() as {'@_Name': string; '#text': string}[]
  const printed = (name: string): string =>
    streams.flatMap((stream) => (stream['@_Name'] === name ? [atob(stream['#text'])] : [])).join('')
  expect(field(answer, 'CommandState', '@_State')).toBe(`${shell}/CommandState/Done`)
  const signal = `<rsp:Signal CommandId="${id}"><rsp:Code>${shell}/signal/terminate</rsp:Code></rsp:Signal>`
  expect(await send(envelope(`${shell}/Signal`, signal, shellId))).toMatchObject({status: 200})
  expect(await send(envelope(`${shell}/Receive`, wanted, shellId))).toMatchObject({status: 500})
  expect(await send(envelope(`${transfer}/Delete`, '', shellId))).toMatchObject({status: 200})
  expect(await send(envelope(`${shell}/Command`, line, shellId))).toMatchObject({status: 500})
  return {
    stdout: printed('stdout'),
    stderr: printed('stderr'),
    exitCode: field(answer, 'CommandState', 'ExitCode')
  }
}

const encoded = (script: string): string =>
  `powershell.exe -EncodedCommand ${Buffer.from(`$ProgressPreference = 'SilentlyContinue';${script}`, 'utf16le').toString('base64')}`

/** Uploads as winrmcp does: chunks, a script that puts the file in its place, one that removes the temporary file. */
async function upload(path: string, ...chunks: string[]): Promise<void> {
  const name = 'winrmcp-0b1d0e2c-1111-4222-8333-444455556666.tmp'
  const temporary = `\n\t\t$tmp_file_path = [System.IO.Path]::GetFullPath("$env:TEMP\\${name}")\n`
  const silent = {stdout: '', stderr: '', exitCode: 0}
  for (const chunk of chunks) expect(await run(`echo ${btoa(chunk)} >> "%TEMP%\\${name}"`)).toEqual(silent)
  const place = `\t\t$dest_file_path = [System.IO.Path]::GetFullPath("${path}".Trim("'"))\n\t\tif (Test-Path`
  expect(await run(encoded(temporary + place))).toEqual(silent)
  expect(await run(encoded(`${temporary}\t\tif (Test-Path $tmp_file_path) {}`))).toEqual(silent)
}

const disk = async () => (await machine.capture()) as LightContent
const notice = 'light machine: the stand-in for WinRM recorded this command and did not run it\r\n'

describe('logging in', () => {
  it.each([
    ['the login user and the first password', administrator],
    ['a user and a password that user data sets', basic('packer', 'S3t-by?user data')],
    ['the login user and a password that user data sets', basic('administrator', 'S3t-by?user data')]
  ])('works with %s', async (_, authorization) => {
    const {status, headers, envelope: created} = await send(envelope(`${transfer}/Create`), authorization)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/soap+xml;charset=UTF-8'])
    expect(headers.get('server')).toBe('light-machine (stand-in for WinRM)')
    expect(field(created, 'Header', 'Action')).toBe(`${transfer}/CreateResponse`)
    expect(field(created, 'Header', 'RelatesTo')).toBe('uuid:1&2')
  })

  it.each([
    ['another password', basic('Administrator', 'wrong')],
    ['a part of a password', basic('Administrator', 'S3t')],
    ['another user and the first password', basic('packer', password)],
    ['a user of nobody', basic('somebody', 'S3t-by?user data')],
    ['no password', basic('Administrator', '')],
    ['another scheme', 'Negotiate TlRMTVNTUAAB'],
    ['nothing', '']
  ])('fails with %s', async (_, authorization) => {
    const url = `http://${machine.address}:5985/wsman`
    const body = envelope(`${transfer}/Create`)
    const response = await fetch(url, {method: 'POST', headers: {authorization}, body})
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="WSMAN"'])
  })

  it('works by HTTPS, with a certificate that nobody vouches for', async () => {
    const options = {method: 'POST', headers: {authorization: administrator}, rejectUnauthorized: false}
    const url = `https://${machine.address}:5986/wsman`
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpsRequest(url, options, resolve)
        .on('error', reject)
        .end(envelope(`${transfer}/Create`))
    })
    expect([response.statusCode, await text(response)]).toEqual([200, expect.stringContaining('ShellId')])
  })

  it('is not possible where user data does not set up WinRM, nor on Linux, nor where the security groups let nobody in', async () => {
    const {windows: _, ...linux} = launchSpec({content: driver.sourceContent, instanceId: 'i-linux', userData})
    const closed = [
      await windows({instanceId: 'i-plain', userData: undefined}),
      await driver.launch(linux),
      await windows({instanceId: 'i-shut', allows: () => false})
    ]
    for (const one of closed)
      await expect(send(envelope(`${transfer}/Create`), administrator, one)).rejects.toThrow('fetch failed')
    expect(closed[0]?.console()).toContain('no WinRM here, because user data does not set it up')
    expect(closed[2]?.console()).toContain('a stand-in for WinRM listens on ports 5985')
  })

  it('ends with the machine', async () => {
    const other = await windows({instanceId: 'i-other'})
    await other.stop()
    await expect(send(envelope(`${transfer}/Create`), administrator, other)).rejects.toThrow('fetch failed')
    await other.start()
    expect(await send(envelope(`${transfer}/Create`), administrator, other)).toMatchObject({status: 200})
  })
})

describe('a command', () => {
  it('is recorded, not run, and says so', async () => {
    expect(await run('dir C:\\ & echo $env:TOKEN="s3cret"')).toEqual({stdout: notice, stderr: '', exitCode: 0})
    expect((await disk()).commands.at(-1)).toEqual({
      line: 'dir C:\\ & echo $env:TOKEN="s3cret"',
      exitStatus: 0,
      scripts: []
    })
    expect(lines.join('\n')).toContain('winrm: recorded by the stand-in, not run (exit 0): "dir C:')
    expect(lines.join('\n')).not.toContain('s3cret')
  })

  it('fails when the script that it names asks for it', async () => {
    await upload('c:/Windows/Temp/Script.ps1', '# light-machine: print hello\n# light-machine: exit 3\n')
    expect(await run(`powershell "& { &'C:\\Windows\\Temp\\script.ps1'; exit $LastExitCode }"`)).toEqual({
      stdout: `${notice}hello\n`,
      stderr: 'light machine: asked to fail\n',
      exitCode: 3
    })
  })

  it('tells Packer that it is connected, and that it has restarted', async () => {
    const check = `if (Test-Path variable:global:ProgressPreference){$ProgressPreference='SilentlyContinue'}; echo "WinRM connected."`
    expect(await run(encoded(check))).toMatchObject({stdout: 'WinRM connected.\r\n'})
    const restarted = 'echo ("{0} restarted." -f [System.Net.Dns]::GetHostName())'
    expect(await run(encoded(restarted))).toMatchObject({stdout: 'restarted.\r\n'})
  })
})

describe('a file', () => {
  it('is uploaded and downloaded', async () => {
    const before = (await disk()).commands.length
    await upload("'C:\\Program Files\\x.bin'", 'one\0\xff', ' two')
    const {files, commands} = await disk()
    expect(files.get('c:/program files/x.bin')?.bytes.toString('latin1')).toBe('one\0\xff two')
    expect(commands).toHaveLength(before)
    const download = (path: string) =>
      run(
        encoded(
          `$file=[System.IO.File]::ReadAllBytes("${path}"); Write-Output $([System.Convert]::ToBase64String($file))`
        )
      )
    expect(await download('C:/Program Files/X.bin')).toMatchObject({stdout: btoa('one\0\xff two')})
    expect(await download('C:/none')).toMatchObject({stdout: '', exitCode: 0})
  })

  it('may be empty', async () => {
    await upload('C:/empty')
    expect((await disk()).files.get('c:/empty')?.bytes).toHaveLength(0)
  })
})

it.each([
  ['no XML', 'hello'],
  ['no action of a shell', envelope('http://schemas.xmlsoap.org/ws/2004/09/transfer/Get')],
  ['a shell that is not there', envelope(`${transfer}/Delete`, '', 'NONE')]
])('refuses %s with a fault', async (_, xml) => {
  const {status, envelope: refused} = await send(xml)
  expect(status).toBe(500)
  expect(field(refused, 'Header', 'Action')).toBe('http://schemas.dmtf.org/wbem/wsman/1/wsman/fault')
  expect(JSON.stringify(field(refused, 'Body', 'Fault'))).toContain('The stand-in for WinRM: ')
})
