import ipaddr from 'ipaddr.js'
import type {ReadText} from '../lib/http.ts'
import {UserError, messageOf} from '../lib/errors.ts'
import {timeLimit} from '../lib/wait.ts'

/** Answers with the address that a request came from; the one that Packer asks too (packer-plugin-amazon, step_security_group). */
const service = 'https://checkip.amazonaws.com/'

/**
 * The public addresses of this machine, as /32 ranges. Behind a pool of addresses (NAT) each connection may show
 * another one, so it is asked for on three connections at once. Behind a proxy it is the proxy's address.
 *
 * @throws {UserError} when it cannot be found out
 */
export async function ownCidrs(read: ReadText, signal: AbortSignal): Promise<string[]> {
  const ask = async (): Promise<string> => {
    const address = (await read(service, timeLimit(10_000, [signal]))).trim()
    if (!ipaddr.IPv4.isValidFourPartDecimal(address)) throw new Error('it answered without an IPv4 address')
    return `${address}/32`
  }
  const answers = await Promise.allSettled([ask(), ask(), ask()])
  signal.throwIfAborted()
  const cidrs = [...new Set(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])))]
  const [failure] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))
  if (cidrs.length === 0) {
    throw new UserError(
      `The public address of this runner could not be obtained from ${service}: ${messageOf(failure)}. ` +
        "Set 'allowed-cidrs' to the range that the runner connects from, such as 203.0.113.7/32."
    )
  }
  return cidrs
}
