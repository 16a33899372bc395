import {listen} from './listener.ts'

const attempts = 32
let taken = 0

/**
 * An address in 127/8 on which all the given ports are free. Each process begins at an address of its own, so that several
 * rehearsals can run at once; one process hands out no address twice, so that a stopped machine finds its own again.
 *
 * @throws Error that says what to change, when the ports are taken everywhere or may not be bound
 */
export async function freeAddress(ports: readonly number[]): Promise<string> {
  let lastError: unknown
  for (let attempt = 0; attempt < attempts; attempt++) {
    const address = addressOf(process.pid, taken++)
    try {
      for (const port of ports)
        await (
          await listen(
            {address, port},
            () => false,
            () => {}
          )
        ).close()
      return address
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw new Error(adviceFor(address, error), {cause: error})
      lastError = error
    }
  }
  throw new Error(
    `No address in 127/8 has port ${ports.join(' and ')} free (${attempts} tried). A server of this host ` +
      'listens on all addresses (0.0.0.0), sshd perhaps: give the light machines another port.',
    {cause: lastError}
  )
}

/** The nth address of a process: 127.1.0.1 and up, never 127.0.x.y, where the host's own services live. */
export function addressOf(pid: number, n: number): string {
  const third = Math.floor(pid / 254) + Math.floor(n / 254)
  return `127.${1 + (pid % 254)}.${third % 256}.${1 + (n % 254)}`
}

function adviceFor(address: string, error: unknown): string {
  const advice = {
    EACCES:
      ' Ports below 1024 need root (or net.ipv4.ip_unprivileged_port_start): give the light machines another port.',
    EADDRNOTAVAIL: ' Light machines need the whole of 127/8 on the loopback interface, as Linux has it.'
  }[codeOf(error) ?? '']
  return `A light machine cannot listen on ${address}: ${String(error)}.${advice ?? ''}`
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
