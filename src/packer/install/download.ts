import type {IncomingMessage} from 'node:http'
import {get} from '../../lib/http.ts'
import {messageOf} from '../../lib/errors.ts'
import {withRetries, type Pause} from '../../lib/wait.ts'

export interface DownloadOptions {
  /** Where proxies are named. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly pause: Pause
}

/** The server's final answer was not the file, and another attempt would not help. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError'
  /** The HTTP status; undefined when there was none. */
  readonly status: number | undefined

  constructor(url: URL, problem: string, details: {status?: number; cause?: unknown} = {}) {
    super(`${url.href}: ${problem}`, {cause: details.cause})
    this.status = details.status
  }
}

class Interrupted extends DownloadError {}

const mostRedirects = 5

/**
 * Downloads a file and hands its body to `consume`, from the start again when the connection or the server fails.
 *
 * @throws DownloadError, also for a redirect to another host; and the system's error for a file that `consume` cannot
 * write
 */
export function download<T>(
  url: URL,
  consume: (response: IncomingMessage) => Promise<T>,
  {env, signal, pause}: DownloadOptions
): Promise<T> {
  const attempt = async () => {
    try {
      return await consume(await answerOf(url, env, signal))
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof DownloadError || isOfFiles(error) ? error : interruption(url, error)
    }
  }
  return withRetries(attempt, {isTransient: (error) => error instanceof Interrupted, pause, signal})
}

const diskIsFull = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'])

/** Whether an error is about this runner's files, so that no other attempt helps: it has a path, or says that the disk is full. */
export function isOfFiles(error: unknown): boolean {
  const {code, path} = (error ?? {}) as NodeJS.ErrnoException
  return code !== undefined && (path !== undefined || diskIsFull.has(code))
}

async function answerOf(url: URL, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<IncomingMessage> {
  let current = url
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await get(current, {env, signal})
    const status = response.statusCode ?? 0
    if (status === 200) return response
    response.destroy()
    const {location} = response.headers
    if (status >= 500 || status === 429) throw new Interrupted(url, `the server answered ${status}`, {status})
    if (status < 300 || status >= 400 || location === undefined) {
      throw new DownloadError(url, `the server answered ${status}`, {status})
    }
    const target = new URL(location, current)
    if (target.host !== url.host || target.protocol !== url.protocol) {
      throw new DownloadError(
        url,
        `a redirect to another host, ${target.origin}, is refused (set packer-releases-url to a host that has the files itself)`,
        {status}
      )
    }
    current = target
  }
  throw new DownloadError(url, `more than ${mostRedirects} redirects`)
}

function interruption(url: URL, error: unknown): Interrupted {
  // Node's message for a connection that closes before the whole body has arrived.
  const ended = /\baborted$/.test(messageOf(error))
  return new Interrupted(url, ended ? 'the answer ended early' : messageOf(error), {cause: error})
}
