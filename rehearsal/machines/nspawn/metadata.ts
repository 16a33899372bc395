import {randomBytes} from 'node:crypto'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {InstanceMetadata} from '../driver.ts'
import {readTree, type Tree} from './metadata-tree.ts'

/** An instance that the service knows. */
export interface Known {
  readonly options: Pick<InstanceMetadata, 'endpoint' | 'tokens'>
  readonly tree: Tree
}

const longestSeconds = 21_600
const tokenHeader = 'x-aws-ec2-metadata-token'
const secondsHeader = `${tokenHeader}-ttl-seconds`
/** Whatever version is asked for, the answer is the same; cloud-init asks for several. */
const version = /^\/(?:latest|1\.0|\d{4}-\d{2}-\d{2})(?:\/|$)/

/**
 * The instance metadata service, for all machines: the address that a request comes from tells whose it is. IMDSv1 and IMDSv2 as in
 * EC2's user guide; where tokens are required, v1 is refused. The hop limit is not enforced.
 *
 * @param find The instance that has an address
 */
export function createMetadataService(find: (address: string) => Known | undefined, now = Date.now): Server {
  /** Tokens, each of one address, with the time of their end. */
  const tokens = new Map<string, {readonly address: string; readonly end: number}>()

  const issue = (request: IncomingMessage, response: ServerResponse, address: string): void => {
    const seconds = Number(request.headers[secondsHeader])
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestSeconds) return refuse(response, 400)
    // A request that a proxy inside the machine hands on could be anybody's.
    if (request.headers['x-forwarded-for'] !== undefined) return refuse(response, 403)
    const token = randomBytes(40).toString('base64url')
    tokens.set(token, {address, end: now() + seconds * 1000})
    response.writeHead(200, {'content-type': 'text/plain', [secondsHeader]: String(seconds)}).end(token)
  }
  const isValid = (token: string, address: string): boolean => {
    const issued = tokens.get(token)
    return issued?.address === address && issued.end > now()
  }

  return createServer((request, response) => {
    const address = request.socket.remoteAddress ?? ''
    const path = request.url ?? '/'
    const instance = find(address)
    if (instance === undefined) return refuse(response, 404)
    if (instance.options.endpoint === 'disabled') return refuse(response, 403)
    if (request.method === 'PUT' && path === '/latest/api/token') return issue(request, response, address)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    const token = request.headers[tokenHeader]
    if (token === undefined ? instance.options.tokens === 'required' : !isValid(String(token), address)) {
      return refuse(response, 401)
    }
    const text =
      path === '/' ? 'latest' : version.test(path) ? readTree(instance.tree, path.replace(version, '')) : undefined
    if (text === undefined) return refuse(response, 404)
    return void response.writeHead(200, {'content-type': 'text/plain'}).end(text)
  })
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, {'content-type': 'text/plain'}).end()
}
