import {createServer} from 'node:net'

const unprivilegedPort = 2222

/** The port for the machines' SSH servers where 22 is for root only; undefined where 22 can be had. */
export async function unprivilegedSshPort(): Promise<number | undefined> {
  const server = createServer()
  const canBind = await new Promise<boolean>((resolve) => {
    // An address of 127/8 that nothing else listens on; anything but a refusal means that the port may be used.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EACCES'))
    server.listen(22, '127.113.22.22', () => resolve(true))
  })
  server.close()
  return canBind ? undefined : unprivilegedPort
}
