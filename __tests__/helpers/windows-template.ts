import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {everyTag} from '../../rehearsal/trials/templates/own-template.ts'

export interface WindowsTemplate {
  /** What user data sets the password to and Packer logs in with. Without it Packer asks EC2 for the password. */
  readonly password?: string
  /** By HTTPS on port 5986, with whatever certificate. */
  readonly tls?: boolean
  /** Whether all that it makes carries the bake's tags. */
  readonly tagged?: boolean
  /** The PowerShell script that it runs on the machine. */
  readonly script?: string
}

/** A template of somebody else's for Windows: Packer logs in by WinRM, which user data sets up. @returns its file */
export function windowsTemplate(template: WindowsTemplate = {}): string {
  const {password, tls = false, tagged = false, script = 'Write-Host hello\n'} = template
  const folder = mkdtempSync(join(tmpdir(), 'windows-template-'))
  writeFileSync(join(folder, 'setup.ps1'), script)
  // More than one of Packer's chunks, and no text.
  writeFileSync(join(folder, 'installer.bin'), Buffer.alloc(10_000, Buffer.from([0, 255, 10, 128])))
  const file = join(folder, 'windows.pkr.hcl')
  writeFileSync(
    file,
    `variable "allowed_cidrs" {
  type = list(string)
}
variable "custom_endpoint_ec2" {
  default = ""
}
${tagged ? 'variable "tags" {\n  type = map(string)\n}' : ''}
source "amazon-ebs" "windows" {
  ami_name                              = "windows"
  region                                = "us-east-1"
  instance_type                         = "t3.medium"
  custom_endpoint_ec2                   = var.custom_endpoint_ec2
  temporary_security_group_source_cidrs = var.allowed_cidrs
  communicator                          = "winrm"
  winrm_username                        = "Administrator"
  winrm_timeout                         = "2m"
  ${tls ? 'winrm_use_ssl = true\n  winrm_insecure = true' : ''}
  ${password === undefined ? '' : `winrm_password = "${password}"`}
  ${tagged ? everyTag.map((setting) => `${setting} = var.tags`).join('\n  ') : ''}
  source_ami_filter {
    filters = {
      name     = "Windows_Server-2022-English-Full-Base-*"
      platform = "windows"
    }
    owners      = ["amazon"]
    most_recent = true
  }
  user_data = <<-END
    <powershell>
    ${password === undefined ? '' : `net user Administrator "${password}"`}
    winrm quickconfig -quiet
    winrm set winrm/config/service/auth '@{Basic="true"}'
    winrm set winrm/config/service '@{AllowUnencrypted="true"}'
    netsh advfirewall firewall add rule name="WinRM" protocol=TCP dir=in localport=5985-5986 action=allow
    </powershell>
  END
}
build {
  sources = ["source.amazon-ebs.windows"]
  provisioner "file" {
    source      = "installer.bin"
    destination = "C:\\\\Windows\\\\Temp\\\\installer.bin"
  }
  provisioner "windows-shell" {
    inline = ["dir C:\\\\"]
  }
  provisioner "powershell" {
    environment_vars = ["LICENCE=s3cret"]
    script           = "setup.ps1"
  }
  provisioner "powershell" {
    inline = ["Write-Host inline"]
  }
  provisioner "windows-restart" {}
  provisioner "file" {
    direction   = "download"
    source      = "C:/Windows/Temp/installer.bin"
    destination = "downloaded.bin"
  }
}
`
  )
  return file
}
