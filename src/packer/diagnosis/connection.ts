import ipaddr from 'ipaddr.js'
import {either, inOneLine, inOrder} from '../../lib/pattern.ts'
import type {Rule} from './rule.ts'

/** Packer could not log in to the build's machine (packer-plugin-sdk, communicator/step_connect_ssh.go). */
export const connectionRules: readonly Rule[] = [
  {
    id: 'ssh-user',
    title: 'The machine refuses the SSH user',
    pattern: either(
      inOrder(/unable to authenticate/, /no supported methods remain/),
      /authentication error when trying to connect via SSH/
    ),
    cause: "The machine answers on its SSH port, but does not accept the build's key for this user.",
    change:
      "Set 'ssh-username', or the ssh_username of a template of your own, to the user of the source image: admin on Debian, ubuntu on Ubuntu, ec2-user on Amazon Linux. On an image of your own, cloud-init must put the key pair's key into that user's authorized_keys.",
    detail: (_, {sshUsername}) => (sshUsername ? `The user was '${sshUsername}'.` : undefined)
  },
  {
    id: 'ssh-private-address',
    title: 'The machine has no public address',
    pattern: /Timeout waiting for SSH/,
    applies: ({address}) => address !== undefined && ipaddr.IPv4.isValid(address) && isPrivate(address),
    cause: 'Packer could not connect by SSH: it used a private address, which a runner outside the VPC cannot reach.',
    change:
      "Let the subnet give public addresses to new machines (map_public_ip_on_launch), or set associate_public_ip_address in your template; or run the job inside the VPC, with connect-via: private-ip. If the job runs there already: check 'ssh-username', and 'allowed-cidrs', which must then contain the runner's private address."
  },
  {
    id: 'session-timeout',
    title: 'SSH does not answer through Session Manager',
    pattern: /Timeout waiting for SSH/,
    // The tunnel's end on this machine (packer-plugin-amazon, common/ssh.go).
    applies: ({address}) => address === 'localhost',
    cause:
      'Packer could not connect by SSH through Session Manager: the SSM agent of the machine has not signed in, or sshd does not answer.',
    change:
      "Check that the source image has the SSM agent, that the role of 'instance-profile' has AmazonSSMManagedInstanceCore, and that the subnet has a way to Systems Manager (docs/networks.md). If 'Starting portForwarding session' is in the log, the agent works: check 'ssh-username' and the source image's sshd."
  },
  {
    id: 'ssh-timeout',
    title: 'SSH does not answer',
    pattern: /Timeout waiting for SSH|SSH wait cancelled/,
    cause:
      "Packer could not connect by SSH. Most often this runner connects from an address outside the ranges that were let in ('allowed-cidrs'). Otherwise the user is wrong, or sshd does not start or listens on another port.",
    change:
      "Set 'allowed-cidrs' to the range that this runner connects from (a NAT gateway's addresses, or 'auto'). If it is right: check 'ssh-username' (a wrong one can show as a timeout too), the source image's sshd, the subnet's route and network ACL, and whether the account blocks public access to its VPCs (aws ec2 describe-vpc-block-public-access-options).",
    detail: ({ranges, address}, {sshUsername}) =>
      [
        ranges ? `Port 22 was open to ${ranges}` : 'The ranges that were let in are not known',
        address ? `the machine was tried at ${address}` : "the machine's address is not known",
        sshUsername ? `the user was '${sshUsername}'` : undefined
      ]
        .filter((part) => part !== undefined)
        .join('; ')
        .concat('.')
  },
  {
    id: 'winrm-timeout',
    title: 'WinRM does not answer',
    pattern: /Timeout waiting for WinRM|WinRM wait cancelled/i,
    cause: 'Packer could not connect by WinRM: the machine has not set it up, or this runner cannot reach its port.',
    change:
      "Let user_data in the template set up WinRM on the port of winrm_port, raise winrm_timeout (Windows needs minutes for its first boot), and let this runner in ('allowed-cidrs')."
  },
  {
    id: 'connection-lost',
    title: 'The connection to the machine broke off',
    pattern: either(
      /Script disconnected unexpectedly|remote command exited without exit status/,
      inOneLine(/Error uploading script: /, /EOF|timed? ?out|refused|reset/)
    ),
    cause:
      'The connection to the machine ended while a script ran: it restarted, its sshd was stopped, or it ran out of memory.',
    change:
      'Do not restart the machine or sshd in a script (in a template of your own: expect_disconnect = true in that provisioner). If no script does either, give an instance type with more memory.'
  }
]

function isPrivate(address: string): boolean {
  return ipaddr.IPv4.parse(address).range() === 'private'
}
