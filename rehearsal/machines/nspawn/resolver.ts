import type {RemoteInfo, Socket} from 'node:dgram'
import {lookup as systemLookup} from 'node:dns/promises'
import ipaddr from 'ipaddr.js'

/** Lends addresses to names of the outside world. */
export interface Names {
  /** @returns undefined where the host itself knows no such name */
  addressOf(name: string): Promise<string | undefined>
  nameOf(address: string): string | undefined
}

/** One address of 198.18.0.0/15 for each name; more names than this are refused. */
const mostNames = 10_000
const firstAddress = ipaddr.IPv4.parse('198.18.0.1').toByteArray()

export type Lookup = (name: string) => Promise<unknown>
const lookupV4: Lookup = (name) => systemLookup(name, {family: 4})

export function createNames(lookup: Lookup = lookupV4): Names {
  const names: string[] = []
  const numbers = new Map<string, number>()
  return {
    async addressOf(name) {
      if (!numbers.has(name)) {
        try {
          await lookup(name)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOTFOUND') return undefined
          throw error
        }
      }
      const number = numbers.get(name) ?? names.push(name) - 1
      if (number >= mostNames) throw new Error(`more than ${mostNames} names were asked for`)
      numbers.set(name, number)
      return numbered(number)
    },
    nameOf: (address) => names[numberOf(address)]
  }
}

function numbered(number: number): string {
  const [a, b, c = 0, d = 0] = firstAddress
  return [a, b, c + Math.floor((d + number) / 256), (d + number) % 256].join('.')
}

function numberOf(address: string): number {
  const [a, b, c = 0, d = 0] = ipaddr.IPv4.parse(address).toByteArray()
  const isLent = a === firstAddress[0] && b === firstAddress[1]
  return isLent ? c * 256 + d - (firstAddress[3] ?? 0) : -1
}

/** Answers the machines' questions at once, whatever the answer: a resolver that keeps silent costs a boot half a minute. */
export function serveNames(socket: Socket, names: Names): void {
  const answer = async (query: Buffer, {port, address}: RemoteInfo): Promise<void> => {
    const text = await answerTo(query, names)
    if (text !== undefined) socket.send(text, port, address)
  }
  socket.on('message', (query, sender) => void answer(query, sender))
}

const typeA = 1
const classInternet = 1
const codes = {ok: 0, malformed: 1, failed: 2, unknownName: 3} as const

/**
 * The answer to a DNS query (RFC 1035) with one question. Only A records are offered: machines have no IPv6.
 *
 * @returns undefined for what is no query
 */
export async function answerTo(query: Buffer, names: Names): Promise<Buffer | undefined> {
  const isQuery = query.length >= 12 && query.readUInt16BE(2) >> 15 === 0
  if (!isQuery) return undefined
  const question = readQuestion(query)
  if (question === undefined) return response(query, 12, codes.malformed)
  const {name, type, end} = question
  try {
    const address = ownAddressIn(name) ?? (await names.addressOf(name))
    if (address === undefined) return response(query, end, codes.unknownName)
    return type === typeA ? response(query, end, codes.ok, address) : response(query, end, codes.ok)
  } catch {
    return response(query, end, codes.failed)
  }
}

/** EC2's private names hold the address: `ip-10-93-4-10.us-east-1.compute.internal`. */
function ownAddressIn(name: string): string | undefined {
  const match = /^ip-(\d+)-(\d+)-(\d+)-(\d+)\.(?:ec2|[a-z0-9-]+\.compute)\.internal$/.exec(name)
  const address = match?.slice(1).join('.')
  return address !== undefined && ipaddr.IPv4.isValidFourPartDecimal(address) ? address : undefined
}

function readQuestion(query: Buffer): {name: string; type: number; end: number} | undefined {
  if (query.readUInt16BE(4) !== 1) return undefined
  const labels: string[] = []
  let at = 12
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  if (at + 5 > query.length || query.readUInt16BE(at + 3) !== classInternet) return undefined
  return {name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5}
}

/** Repeats the question, up to `end`, and adds at most one address. */
function response(query: Buffer, end: number, code: number, address?: string): Buffer {
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  const recursionDesired = query.readUInt16BE(2) & 0x0100
  header.writeUInt16BE(0x8080 | recursionDesired | code, 2)
  header.writeUInt16BE(end > 12 ? 1 : 0, 4)
  header.writeUInt16BE(address === undefined ? 0 : 1, 6)
  const record = address === undefined ? [] : [0xc0, 0x0c, 0, typeA, 0, classInternet, 0, 0, 0, 60, 0, 4]
  return Buffer.concat([
    header,
    query.subarray(12, end),
    Buffer.from([...record, ...(address === undefined ? [] : ipaddr.IPv4.parse(address).toByteArray())])
  ])
}
