import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, mkdtemp, readdir, writeFile} from 'node:fs/promises'
import {request, type IncomingHttpHeaders} from 'node:http'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

/** What is started: a Java, and the arguments that make it run a Jenkins. */
export interface Program {
  readonly java: string
  readonly program: readonly string[]
}

export interface StartOptions {
  /** An empty folder, in which this Jenkins gets its own. */
  readonly scratch: string
  /** JENKINS_HOME. Default: a new one. */
  readonly home?: string
  readonly javaOptions?: readonly string[]
  readonly options?: readonly string[]
  /** Of 127.0.0.1. Default: a free one. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A Jenkins that was started as systemd starts it. */
export interface RunningJenkins {
  readonly home: string
  /** What it has printed so far. */
  readonly lines: readonly string[]
  /** What it has told systemd so far. */
  readonly told: readonly string[]
  /** Waits for a line of its log. Rejects when it ends without. */
  until(part: string): Promise<void>
  /** Waits until it has told systemd something. */
  untilTold(message: string): Promise<void>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Ends it with SIGTERM, if it has not ended. */
  stop(): Promise<void>
  /** Ends it with SIGKILL, for one that does not end. */
  kill(): void
  /** How it ended. */
  readonly ended: Promise<{readonly status: number | null; readonly by: NodeJS.Signals | null}>
}

/** Prints what comes in on a datagram socket, which node does not have, until its own input ends. */
const receiver = `
import select, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    ready = select.select([s, sys.stdin], [], [])[0]
    if s not in ready:
        break
    print(s.recv(65536).decode(), flush=True)
`

/**
 * Starts a Jenkins on a port of 127.0.0.1, with a home of its own that is its user's home too, as the package has it. No name is resolved but
 * localhost: what it does without a network is then the same everywhere.
 */
export async function startJenkins({java, program}: Program, options: StartOptions): Promise<RunningJenkins> {
  const folder = await mkdtemp(join(options.scratch, 'jenkins-'))
  const {home = join(folder, 'home'), port = await freePort()} = options
  await Promise.all(['home', 'tmp'].map((part) => mkdir(join(folder, part))))
  await writeFile(join(folder, 'hosts'), '127.0.0.1 localhost\n')
  const socket = join(folder, 'notify')
  const systemd = spawn('python3', ['-c', receiver, socket], {stdio: ['pipe', 'pipe', 'inherit']})
  const notices = follow(systemd, [systemd.stdout])
  await notices.until('listening')

  const child = spawn(
    java,
    [
      '-Djava.awt.headless=true',
      `-Duser.home=${home}`,
      `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
      `-Djdk.net.hosts.file=${join(folder, 'hosts')}`,
      ...(options.javaOptions ?? []),
      ...program,
      `--webroot=${join(folder, 'war')}`,
      `--httpPort=${port}`,
      '--httpListenAddress=127.0.0.1',
      ...(options.options ?? [])
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {PATH: process.env['PATH'], JENKINS_HOME: home, NOTIFY_SOCKET: socket, ...options.env}
    }
  )
  const {lines, until} = follow(child, [child.stdout, child.stderr])
  const ended = once(child, 'close').then(async ([status, by]) => {
    systemd.stdin.end()
    await once(systemd, 'close')
    return {status: status as number | null, by: by as NodeJS.Signals | null}
  })
  return {
    home,
    lines,
    get told() {
      return notices.lines.slice(1)
    },
    until,
    untilTold: notices.until,
    ended,
    get: (path, headers = {}) => ask(port, path, headers),
    async stop() {
      child.kill()
      await ended
    },
    kill: () => void child.kill('SIGKILL')
  }
}

function follow(
  child: ChildProcess,
  streams: readonly NodeJS.ReadableStream[]
): Pick<RunningJenkins, 'lines' | 'until'> {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let isOver = false
  const wake = () => waiting.forEach((look) => look())
  for (const input of streams) {
    createInterface({input}).on('line', (line) => {
      lines.push(line)
      wake()
    })
  }
  child.once('close', () => {
    isOver = true
    wake()
  })
  return {
    lines,
    until: (part) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.some((line) => line.includes(part))
          if (!found && !isOver) return
          waiting.delete(look)
          if (found) resolve()
          else reject(new Error(`it ended without the line "${part}":\n${lines.slice(-40).join('\n')}`))
        }
        waiting.add(look)
        look()
      })
  }
}

/** One request, without following redirects and without any header that is not asked for. */
async function ask(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const asked = request({host: '127.0.0.1', port, path, headers, agent: false}).end()
  const [response] = await once(asked, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString()}
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** The files and folders below a folder. */
export async function namesBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, {recursive: true})).toSorted()
}
