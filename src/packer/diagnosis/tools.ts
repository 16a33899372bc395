import {either} from '../../lib/pattern.ts'
import type {Rule} from './rule.ts'

/** Warnings of programs that then go on, in the words of an error. */
export const harmless =
  /^sudo: unable to resolve host |^dpkg-preconfigure: unable to re-open stdin|\bwarning: setlocale: |^locale: Cannot set LC_|^Waiting for cache lock: /

/** The shell's messages about a script with carriage returns; what fails afterwards is their fault. */
export const lineEndingRules: readonly Rule[] = [
  {
    id: 'line-endings',
    title: 'A script has Windows line endings',
    // Packer leaves out what stands before a carriage return in a line, and writes a tool's `\r` as it writes one.
    pattern: either(
      /(?:\\r|\r)['’]+: (?:No such file or directory|command not found)|\^M: bad interpreter/,
      /unexpected token `\$'[^']{0,100}(?:\\r|\r)''/,
      /^'?: (?:invalid option|not a valid identifier|numeric argument required|not found|No such file or directory)/
    ),
    cause:
      'The lines of a script end as on Windows (CRLF): the shell takes the carriage return for a part of the last word.',
    change:
      "Let Git keep LF: a line such as '*.sh text eol=lf' in .gitattributes, and then `git add --renormalize .`. A file that is made elsewhere: sed -i 's/\\r$//' FILE before it is run.",
    onRunner: {}
  },
  {
    id: 'interpreter-missing',
    title: 'The program that runs a script does not exist',
    pattern: /: cannot execute: required file not found$|: bad interpreter: No such file or directory$/,
    cause:
      "A file is there, but not the program that it needs to run: the one that a script's first line names (#!…), or a binary's loader. Most often the script has Windows line endings (CRLF), and the carriage return counts as a part of that name.",
    change:
      "Let Git keep LF (a line such as '*.sh text eol=lf' in .gitattributes, and then `git add --renormalize .`), correct the first line, or install the program earlier. A binary must be one for the machine's distribution.",
    onRunner: {}
  }
]

/** Something is used up. */
export const roomRules: readonly Rule[] = [
  {
    id: 'disk-full',
    title: 'The disk is full',
    pattern: /No space left on device|You don't have enough free space in|Disk quota exceeded|ENOSPC/,
    cause: "A disk of the build's machine is full. It can also be a small tmpfs such as /tmp.",
    change:
      'Bake on a source image with a larger root volume (in a template of your own: volume_size in launch_block_device_mappings), and write large files to /var/tmp instead of /tmp.',
    onRunner: {
      cause: 'A script that runs on this runner (shell-local) found a disk of the runner full.',
      change: 'Free space in a step before this one, or use a runner with a larger disk.'
    }
  },
  {
    id: 'memory-full',
    title: 'The machine ran out of memory',
    pattern:
      /Cannot allocate memory|Out of memory|oom-kill|^\S+: line \d+: +\d+ Killed\b|There is insufficient memory for the Java Runtime/,
    cause: "The build's machine ran out of memory, or something killed a process of the script.",
    change: "Give an instance type with more memory in 'instance-types': Jenkins needs at least 4 GB.",
    onRunner: {
      cause: 'This runner ran out of memory, or something killed a process of a script that runs on it (shell-local).',
      change: 'Use a runner with more memory, or let the script need less.'
    }
  }
]

/** Other reasons why a script's tools fail. */
export const toolRules: readonly Rule[] = [
  {
    id: 'package-lock',
    title: 'The package manager is busy',
    pattern:
      /Could not get lock|Unable to acquire the dpkg frontend lock|another (app|process|copy) is (currently )?(holding|using|running)/i,
    cause:
      'Another process on the machine had locked the package manager: most often the automatic updates after the boot.',
    change:
      'Wait for it in the script: apt-get -o DPkg::Lock::Timeout=600 …, after cloud-init status --wait. The shipped template does both.'
  },
  {
    id: 'sudo-password',
    title: 'sudo asks for a password',
    pattern: /sudo: a (password|terminal) is required|is not in the sudoers file|sudo: no tty present/,
    cause: 'The login user may not use sudo without a password.',
    change:
      "Set 'ssh-username', or the ssh_username of a template of your own, to the user that the source image's cloud-init creates, because that user may use sudo; or allow it in /etc/sudoers.d of that image.",
    onRunner: {
      cause:
        "A script that runs on this runner (shell-local) uses sudo, and the runner's user may not without a password.",
      change: 'Do it without sudo, or use a runner whose user may use sudo without a password.'
    }
  },
  {
    id: 'command-missing',
    title: 'A command does not exist on the machine',
    pattern: /: command not found$|: not found$|No such file or directory$/,
    cause: 'A script calls a command, or opens a file, that the machine does not have.',
    change: 'Install it earlier in the script, or correct its name or path.',
    onRunner: {
      cause:
        'A script that runs on this runner (shell-local) calls a command, or opens a file, that the runner does not have.',
      change: 'Install it in a step before this one, or correct its name or path.'
    }
  }
]
