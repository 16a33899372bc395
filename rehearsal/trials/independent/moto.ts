import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {writeFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {listenLocally} from '../../host/local-server.ts'

/** The image that bakes start from, as moto wants it described (MOTO_AMIS_PATH): Debian's, under Debian's account. */
export const sourceImage = {
  ami_id: 'ami-0123456789abcdef0',
  name: 'debian-13-amd64-20261110-2293',
  description: 'stands in for Debian’s image',
  owner_id: '136693071363',
  creation_date: '2026-11-10T06:14:35.000Z',
  architecture: 'x86_64',
  hypervisor: 'xen',
  image_location: '136693071363/debian-13-amd64-20261110-2293',
  image_type: 'machine',
  public: true,
  root_device_name: '/dev/xvda',
  root_device_type: 'ebs',
  sriov: 'simple',
  state: 'available',
  virtualization_type: 'hvm'
} as const

export interface Moto {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  stop(): Promise<void>
}

/**
 * Starts moto's server on 127.0.0.1, as strict as it can be told to be.
 *
 * @param folder of the run's own, for its log
 * @throws Error with the end of what it printed
 */
export async function startMoto(python: string, folder: string, signal: AbortSignal): Promise<Moto> {
  const images = join(folder, 'images.json')
  await writeFile(images, JSON.stringify([sourceImage]))
  const port = await freePort()
  const server = spawn(python, ['-c', 'from moto.server import main; main()', '-H', '127.0.0.1', '-p', String(port)], {
    // Nothing of this process's environment: no key and no proxy of anybody's.
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: folder,
      MOTO_AMIS_PATH: images,
      MOTO_ENABLE_AMI_VALIDATION: 'true',
      MOTO_ENABLE_KEYPAIR_VALIDATION: 'true',
      MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: 'true'
    },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const printed: string[] = []
  for (const stream of [server.stdout, server.stderr]) {
    stream
      .setEncoding('utf8')
      .on('data', (text: string) => printed.splice(0, printed.length, ...printed.slice(-200), text))
  }
  const ended = once(server, 'exit')
  const endpoint = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL')
    await ended
  }
  try {
    while (!(await answers(endpoint))) {
      signal.throwIfAborted()
      if (server.exitCode !== null) throw new Error(`moto's server ended: ${printed.join('').slice(-2_000)}`)
      await sleep(100, undefined, {signal})
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {endpoint, stop}
}

function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/moto-api/data.json`).then(
    ({ok}) => ok,
    () => false
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenLocally(server)
  server.close()
  await once(server, 'close')
  return port
}
