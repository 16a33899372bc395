import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'

/** Their paths; those of which only the beginning is known end in an ellipsis. */
function filesIn(text: string, name = 'own.pkr.hcl'): string[] {
  const location = join(mkdtempSync(join(tmpdir(), 'local-')), name)
  writeFileSync(location, text)
  const {localFiles} = openTemplate(location, '/shipped')
  return [...new Set(localFiles.map(({path, isWhole}) => (isWhole ? path : `${path}…`)))].filter((one) => one !== '…')
}

const variables = 'variable "x" {\n  default = "/opt/x"\n}\nlocals {\n  y = "${var.x}/y"\n}\n'
const builder = 'source "amazon-ebs" "own" {\n  ami_name = "x"\n}\n'

function inBuild(lines: string): string {
  return filesIn(`${variables}${builder}build {\n  sources = ["amazon-ebs.own"]\n  ${lines}\n}\n`).join(' ')
}

function provisioner(type: string, ...lines: string[]): string {
  return `provisioner "${type}" {\n${lines.map((line) => `    ${line}\n`).join('')}  }\n`
}

it.each([
  ['shell', 'script = "/opt/setup.sh"', '/opt/setup.sh'],
  ['shell', 'scripts = ["/opt/a.sh", local.y, "${var.x}/z"]', '/opt/a.sh /opt/x/y /opt/x/z'],
  ['shell-local', 'script = var.x', '/opt/x'],
  ['powershell', 'script = "setup.ps1"', 'setup.ps1'],
  ['file', 'source = var.x', '/opt/x'],
  ['file', 'sources = [var.x, "b"]', '/opt/x b'],
  ['file', 'content = file("/opt/x")', '/opt/x'],
  ['file', 'content = templatefile(local.y, {a = upper(file("/opt/a"))})', '/opt/x/y /opt/a'],
  ['shell', 'scripts = [for one in fileset("/opt/s", "*.sh") : "/opt/s/${one}"]', '/opt/s'],
  ['shell', 'inline = ["echo ${file("/opt/x")}"]', '/opt/x'],
  ['ansible', 'playbook_file = "/opt/site.yml"', '/opt/site.yml'],
  ['ansible', 'inventory_file = local.y', '/opt/x/y'],
  ['ansible-local', 'playbook_files = ["/opt/a.yml"]', '/opt/a.yml'],
  ['ansible-local', 'playbook_dir = "/opt/books"', '/opt/books'],
  ['shell', 'override = {own = {script = "/opt/own.sh"}}', '/opt/own.sh']
])('are what Packer reads: %s with %s', (type, line, expected) => {
  expect(inBuild(provisioner(type, line))).toBe(expected)
})

it.each([
  ['shell', 'remote_file = "/tmp/x.sh"'],
  ['shell', 'remote_folder = "/opt"'],
  ['shell', 'inline = ["cat /opt/x"]'],
  ['shell', 'environment_vars = ["A=/opt/x"]'],
  ['file', 'destination = "/opt/x"'],
  ['ansible-local', 'staging_directory = "/opt/x"'],
  ['ansible', 'ssh_host_key_file = "/opt/key"']
])('are no paths on the machine, and no keys to it: %s with %s', (type, line) => {
  expect(inBuild(provisioner(type, line))).toBe('')
})

describe('of a file provisioner', () => {
  const download = provisioner('file', 'direction = "download"', 'source = "/var/log/a"', 'destination = "a"')
  const upload = provisioner('file', 'source = "/opt/b"', 'destination = "/b"')

  it('are not what it downloads, whichever is first', () => {
    expect(inBuild(download + upload)).toBe('/opt/b')
    expect(inBuild(upload + download)).toBe('/opt/b')
    expect(inBuild(provisioner('file', 'direction = "upload"', 'source = "/opt/b"'))).toBe('/opt/b')
  })

  it('are known in dynamic blocks', () => {
    const block = (content: string): string =>
      `dynamic "provisioner" {\n    labels = ["file"]\n    for_each = ["/opt/a", "/opt/b"]\n    content {\n      source = provisioner.value\n${content}    }\n  }\n`
    expect(inBuild(block(''))).toBe('/opt/a /opt/b')
    expect(inBuild(block('      direction = "download"\n') + upload)).toBe('/opt/b')
  })

  it.each(['own.json', 'own.pkr.json'])('are known in JSON: %s', (name) => {
    const files = [
      {source: '/var/log/a', direction: 'download', destination: 'a'},
      {source: '/opt/b', destination: '/b'}
    ]
    const text =
      name === 'own.json'
        ? {builders: [{type: 'amazon-ebs'}], provisioners: files.map((one) => ({type: 'file', ...one}))}
        : {build: {provisioner: files.map((one) => ({file: one}))}}
    expect(filesIn(JSON.stringify(text), name)).toEqual(['/opt/b'])
  })
})

it('are the user data of a builder, and what locals read', () => {
  const text = builder.replace('}\n', '  user_data_file = var.x\n  ssh_private_key_file = "/opt/key"\n}\n')
  expect(filesIn(`${variables}${text}locals {\n  z = file("/opt/z")\n}\n`)).toEqual(['/opt/x', '/opt/z'])
})

it('begin with what is known', () => {
  expect(inBuild(provisioner('shell', 'script = "/opt/${timestamp()}/x.sh"'))).toBe('/opt/…')
  expect(inBuild(provisioner('shell', 'scripts = ["${var.x}/${timestamp()}", "/opt/{{isotime}}.sh"]'))).toBe(
    '/opt/x/… /opt/…'
  )
  expect(inBuild(provisioner('shell', 'script = "${path.root}/x.sh"'))).toBe('')
  expect(inBuild(provisioner('shell', 'script = file("x") == "" ? "/a" : "/b"'))).toBe('x')
})
