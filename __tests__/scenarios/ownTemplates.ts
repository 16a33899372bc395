import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'

/** A template as somebody else writes it: for any Packer, without our tags, and with a script of its own. */
export function ownTemplate(script: string, settings = ''): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'own-template-'))
  writeFileSync(path.join(folder, 'setup.sh'), script)
  writeFileSync(
    path.join(folder, 'own.pkr.hcl'),
    `variable "source_ami" {}
variable "allowed_cidrs" {
  type = list(string)
}
variable "custom_endpoint_ec2" {
  default = ""
}
source "amazon-ebs" "own" {
  ${settings}
  custom_endpoint_ec2                   = var.custom_endpoint_ec2
  region                                = "us-east-1"
  ami_name                              = "own"
  source_ami                            = var.source_ami
  instance_type                         = "t3.medium"
  ssh_username                          = "admin"
  temporary_security_group_source_cidrs = var.allowed_cidrs
}
build {
  sources = ["source.amazon-ebs.own"]
  provisioner "shell" {
    script = "\${path.root}/setup.sh"
  }
}
`
  )
  return folder
}
