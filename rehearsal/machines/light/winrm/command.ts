import {answerOf, type Answer} from '../command.ts'
import type {Disk} from '../disk.ts'

/** What a WinRM command does on a light machine. */
export interface WinRmAnswer extends Answer {
  /** The command line, decoded where it is an encoded PowerShell script. */
  readonly line: string
  /** A step of Packer's own, a transfer or the check of the connection, which the stand-in carries out. Others are recorded. */
  readonly isOwn: boolean
}

/** Packer's uploads that have begun, by the name of their temporary file. */
export type Uploads = Map<string, Buffer[]>

/** Each command that the stand-in does not run says so in its output. */
const notice = 'light machine: the stand-in for WinRM recorded this command and did not run it\r\n'

/** Packer sends a file in chunks, for which Windows runs `echo` (winrmcp, cp.go). */
const chunk = /^echo ([A-Za-z0-9+/=]*) >> "%TEMP%\\(winrmcp-[\w-]{1,64}\.tmp)"$/
/** Then one script puts it in its place, and one removes the temporary file. */
const fileName = String.raw`\[System\.IO\.Path\]::GetFullPath`
const temporary = new RegExp(String.raw`\$tmp_file_path = ${fileName}\("\$env:TEMP\\(winrmcp-[\w-]{1,64}\.tmp)"\)`)
const destination = new RegExp(String.raw`\$dest_file_path = ${fileName}\("([^"]+)"\.Trim\("'"\)\)`)
/** A download prints a file (packer-plugin-sdk, sdk-internals/communicator/winrm). */
const download = /^\$file=\[System\.IO\.File\]::ReadAllBytes\("([^"]+)"\); Write-Output /
/** Packer waits until it reads these words (packer-plugin-sdk, communicator/step_connect_winrm.go; packer, provisioner/windows-restart). */
const checks = [
  /; echo "(WinRM connected\.)"$/,
  /^echo \("\{0\} (restarted\.)" -f \[System\.Net\.Dns\]::GetHostName\(\)\)$/
]

/**
 * The answer to a command: Packer's own steps are carried out. Anything else gets exit code 0 and a notice that it was not run, unless an
 * uploaded script that it names asks for something else (see ../command.ts).
 */
export function answerToWinRm(sent: string, disk: Disk, uploads: Uploads): WinRmAnswer {
  const line = decoded(sent)
  const own = (stdout = ''): WinRmAnswer => ({
    line,
    exitStatus: 0,
    stdout: Buffer.from(stdout),
    stderr: '',
    takesMs: 0,
    scripts: [],
    isOwn: true
  })
  const [, base64 = '', begun] = chunk.exec(line) ?? []
  if (begun !== undefined) {
    const chunks = uploads.get(begun) ?? []
    chunks.push(Buffer.from(base64, 'base64'))
    uploads.set(begun, chunks)
    return own()
  }
  const upload = temporary.exec(line)?.[1]
  if (upload !== undefined) {
    const path = destination.exec(line)?.[1]
    if (path === undefined) uploads.delete(upload)
    else disk.files.set(windowsPath(path), {mode: 0o644, bytes: Buffer.concat(uploads.get(upload) ?? [])})
    return own()
  }
  // A file that is not there is empty: a command may have written it, and none was run.
  const wanted = download.exec(line)?.[1]
  if (wanted !== undefined) return own(disk.files.get(windowsPath(wanted))?.bytes.toString('base64'))
  const words = checks.map((check) => check.exec(line)?.[1]).find((found) => found !== undefined)
  if (words !== undefined) return own(`${words}\r\n`)

  const named = windowsPath(line)
  const scripts = [...disk.files].flatMap(([path, file]) => (named.includes(path) ? [file] : []))
  const asked = answerOf(scripts)
  return {...asked, line, stdout: Buffer.concat([Buffer.from(notice), asked.stdout]), isOwn: false}
}

/** The one form of a path in which the disk keeps it: Windows knows two kinds of slash, and no capitals. */
function windowsPath(path: string): string {
  return path.replaceAll("'", '').replaceAll('\\', '/').toLowerCase()
}

/** The script in `powershell.exe -EncodedCommand …` (masterzen/winrm, powershell.go), or the line as it is. */
function decoded(line: string): string {
  const encoded = /^powershell\.exe -EncodedCommand ([A-Za-z0-9+/=]+)$/.exec(line)?.[1]
  if (encoded === undefined) return line
  return Buffer.from(encoded, 'base64')
    .toString('utf16le')
    .replace(/^\$ProgressPreference ?= ?'SilentlyContinue';/, '')
}
