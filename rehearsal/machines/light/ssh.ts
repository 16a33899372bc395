import type {Socket} from 'node:net'
import ssh2, {type AuthContext, type Connection, type ServerChannel, type Session} from 'ssh2'
import {answerTo, forLog} from './command.ts'
import type {Disk} from './disk.ts'
import {answerWithAlgorithmAsked, isAuthorized, parsePublicKey, type HostKey} from './keys.ts'
import {isDownload, isScp, receiveByScp, sendByScp} from './scp.ts'
import {serveSftp} from './sftp.ts'

export interface SshOptions {
  readonly hostKey: HostKey
  readonly username: string
  /** The only key that may log in; without one nobody can. In OpenSSH's one-line form. */
  readonly publicKey: string | undefined
  readonly disk: Disk
  readonly log: (line: string) => void
}

/**
 * An SSH server that executes nothing: uploads (scp, sftp) go to the disk in memory, commands are recorded and answered.
 * Returns what takes one accepted connection.
 *
 * @throws Error when the public key cannot be read
 */
export function createSshService(options: SshOptions): (socket: Socket) => void {
  const authorized = options.publicKey === undefined ? undefined : parsePublicKey(options.publicKey)
  const server = new ssh2.Server({hostKeys: [options.hostKey.privateKey], ident: 'light-machine'})
  server.on('connection', (client: Connection) => {
    // Clients that break off in the middle are everyday life; the machine stays up.
    client.on('error', (error) => options.log(`ssh: ${error.message}`))
    client.on('authentication', (context: AuthContext) => {
      const right = context.method === 'publickey' && context.username === options.username && authorized !== undefined
      if (!right || !isAuthorized(context, authorized)) {
        context.reject(['publickey'])
        return
      }
      answerWithAlgorithmAsked(context)
      context.accept()
    })
    client.on('session', (accept) => serveSession(accept(), options))
  })
  return (socket) => server.injectSocket(socket)
}

function serveSession(session: Session, options: SshOptions): void {
  session.on('pty', (accept) => accept?.())
  session.on('env', (accept) => accept?.())
  session.on('sftp', (accept) => serveSftp(accept(), options.disk, options.username))
  session.on('shell', (accept) => finish(accept(), 1, 'light machine: no shell runs here; send a command\n'))
  session.on('exec', (accept, _reject, {command}) => {
    const channel = accept()
    channel.on('error', (error: Error) => options.log(`ssh: ${error.message}`))
    if (isScp(command)) void copy(channel, command, options)
    else run(channel, command, options)
  })
}

function run(channel: ServerChannel, command: string, {disk, username, log}: SshOptions): void {
  const answer = answerTo(command, disk, username)
  disk.commands.push({line: command, exitStatus: answer.exitStatus, scripts: answer.scripts})
  log(`ssh: recorded, not executed (exit ${answer.exitStatus}): ${forLog(command)}`)
  channel.write(answer.stdout)
  channel.resume()
  if (answer.takesMs === 0) finish(channel, answer.exitStatus, answer.stderr)
  else setTimeout(() => finish(channel, answer.exitStatus, answer.stderr), answer.takesMs).unref()
}

async function copy(channel: ServerChannel, command: string, {disk, username, log}: SshOptions): Promise<void> {
  try {
    if (isDownload(command)) {
      log(`ssh: sent ${JSON.stringify(await sendByScp(channel, command, disk, username))}`)
    } else {
      const paths = await receiveByScp(channel, command, disk, username)
      for (const path of paths) log(`ssh: received ${JSON.stringify(path)}`)
    }
    finish(channel, 0, '')
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    log(`ssh: ${forLog(command)}: ${said}`)
    finish(channel, 1, `${said}\n`)
  }
}

function finish(channel: ServerChannel, exitStatus: number, stderr: string): void {
  if (!channel.writable) return
  if (stderr !== '') channel.stderr.write(stderr)
  channel.exit(exitStatus)
  channel.end()
}
