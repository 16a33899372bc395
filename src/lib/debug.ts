import {channel, subscribe, unsubscribe} from 'node:diagnostics_channel'
import type {ClientRequest, IncomingMessage} from 'node:http'

/**
 * Messages that only a debug log shows ("Enable debug logging", RUNNER_DEBUG=1). They go through a diagnostics channel
 * of Node, as its HTTP client's do, so that no code needs a log as a parameter for them; without a subscriber they cost
 * nothing.
 */
const messages = channel('bake-jenkins-ami:debug')

/** @param message called only if there is a subscriber; the message must hold no secret */
export function debug(message: () => string): void {
  if (messages.hasSubscribers) messages.publish(message())
}

/**
 * Shows every message of {@link debug} from now on, and each HTTP request of this process.
 *
 * @returns ends it
 */
export function showDebug(show: (message: string) => void): () => void {
  const begun = new WeakMap<ClientRequest, number>()
  const tell = (request: ClientRequest, outcome: unknown): void => {
    // Calls of the AWS SDK are logged elsewhere, by their names (aws/observe.ts).
    if (String(request.getHeader('user-agent')).startsWith('aws-sdk-js')) return
    show(`HTTP ${nameOf(request)}: ${String(outcome)} after ${elapsed(begun.get(request))}`)
  }
  const subscriptions: Readonly<Record<string, (event: unknown) => void>> = {
    [messages.name]: (message: unknown) => show(String(message)),
    'http.client.request.start': (event) => {
      begun.set((event as {request: ClientRequest}).request, performance.now())
    },
    'http.client.response.finish': (event) => {
      const {request, response} = event as {request: ClientRequest; response: IncomingMessage}
      tell(request, response.statusCode)
    },
    'http.client.request.error': (event) => {
      const {request, error} = event as {request: ClientRequest; error: Error & {code?: string}}
      tell(request, error.code ?? error.message)
    }
  }
  for (const [name, act] of Object.entries(subscriptions)) subscribe(name, act)
  return () => {
    for (const [name, act] of Object.entries(subscriptions)) unsubscribe(name, act)
  }
}

/** Without the query, in which there may be a signature or a token. */
function nameOf(request: ClientRequest): string {
  const {method, protocol, host, path} = request
  return `${method} ${protocol}//${String(request.getHeader('host') ?? host)}${path.replace(/\?.*/s, '')}`
}

/** @param since by performance.now() */
export function elapsed(since = performance.now()): string {
  return `${Math.round(performance.now() - since)} ms`
}
