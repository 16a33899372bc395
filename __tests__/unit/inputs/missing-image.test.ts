import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, it} from '@jest/globals'
import {missingImage} from '../../../src/inputs/missing-image.ts'
import {openTemplate} from '../../../src/template/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'missing-image-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const windows =
  /^Input 'source-ami': is missing: amazon-ebs\.own of the template connects by WinRM, as to Windows, and /
const rocky =
  /^Input 'source-ami': is missing: amazon-ebs\.own of the template logs in as 'rocky', and .* id of an image/

it.each<[string, string | undefined, RegExp | undefined]>([
  ['communicator = "winrm"\n  source_ami = var.source_ami', undefined, windows],
  ['ssh_username = "rocky"\n  source_ami = var.source_ami', undefined, rocky],
  ['ssh_username = local.user\n  source_ami = local.base', undefined, rocky],
  ['ssh_username = "rocky"\n  source_ami = var.source_ami', 'admin', undefined],
  ['ssh_username = "admin"\n  source_ami = var.source_ami', undefined, undefined],
  ['ssh_username = "jenkins"\n  source_ami = var.source_ami', undefined, undefined],
  ['ssh_username = "rocky"\n  source_ami = "ami-0123456789abcdef0"', undefined, undefined],
  ['communicator = "winrm"\n  source_ami = data.amazon-ami.windows.id', undefined, undefined]
])('asks for the source image that only the user knows: %j, ssh-username %s', (lines, sshUsername, expected) => {
  const file = join(folder, 'own.pkr.hcl')
  writeFileSync(
    file,
    `variable "source_ami" {}\nlocals {\n  user = "rocky"\n  base = var.source_ami\n}\nsource "amazon-ebs" "own" {\n  ${lines}\n}\n` +
      'build {\n  sources = ["source.amazon-ebs.own"]\n}\n'
  )
  const messages = missingImage(openTemplate(file, '/shipped'), sshUsername).map(({message}) => message)
  expect(messages.map((message) => expected?.test(message))).toEqual(expected ? [true] : [])
})
