import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export interface SeveralBuilders {
  /** Whether what Packer makes carries the bake's tags. Default true. */
  readonly tagged?: boolean
  /** Of the build that makes the volume: whatever Packer takes for a name. */
  readonly name?: string
}

/** The variable that takes the id of a snapshot of the user's own. */
export const snapshotVariable = 'team_snapshot'

/**
 * A template as somebody else writes it whose images are the product, and a volume beside them: two builds without a name over one source,
 * which Packer calls by one name, an amazon-ebsvolume with a name of many characters, and a snapshot of the user's own that is mapped into
 * the images. The volume takes its time, as on AWS: no machine is up in the instant in which Packer removes the tags from its volume.
 * Needs the amazon plugin. @returns its file
 */
export function severalBuilders({tagged = true, name = `Jenkins: home, "nightly" Köln`}: SeveralBuilders = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'several-builders-'))
  const file = join(folder, 'several.pkr.hcl')
  const tags = (...settings: string[]): string =>
    tagged ? settings.map((each) => `  ${each} = var.tags`).join('\n') : ''
  const common = `  region = "us-east-1"
  instance_type = "t3.medium"
  ssh_username = "admin"
  source_ami = var.source_ami
  temporary_security_group_source_cidrs = var.allowed_cidrs
${tags('run_tags', 'run_volume_tags')}`
  writeFileSync(
    file,
    `packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3"
    }
  }
}
variable "source_ami" {}
variable "allowed_cidrs" {
  type = list(string)
}
${tagged ? 'variable "tags" {\n  type = map(string)\n}' : ''}
variable "${snapshotVariable}" {}
source "amazon-ebs" "controller" {
${common}
${tags('tags', 'snapshot_tags')}
  ami_name = "jenkins-{{uuid}}"
  ami_block_device_mappings {
    device_name = "/dev/sdf"
    snapshot_id = var.${snapshotVariable}
  }
}
source "amazon-ebsvolume" "home" {
${common}
  ebs_volumes {
    device_name           = "/dev/xvdf"
    volume_size           = 20
    delete_on_termination = false
    tags                  = {Name = "jenkins-home-seed"}
  }
}
build {
  name    = ${JSON.stringify(name)}
  sources = ["source.amazon-ebsvolume.home"]
  provisioner "shell" {
    inline = ["# light-machine: take 3 s", "echo fill the volume"]
  }
}
build {
  sources = ["source.amazon-ebs.controller"]
  provisioner "shell" {
    inline = ["echo install jenkins"]
  }
}
build {
  sources = ["source.amazon-ebs.controller"]
  provisioner "shell" {
    inline = ["echo install jenkins and an agent"]
  }
}
`
  )
  return file
}
