import * as http from 'node:http'
import {longestBody, type Answer} from './answer.ts'
import {timeLimit} from '../lib/wait.ts'

/**
 * The form of Jenkins's versions (`2.568.2`, `2.570`, `2.571-SNAPSHOT`). Anything else would put an untrusted string
 * into the outputs.
 */
export function versionIn(header: string | string[] | undefined): string | undefined {
  return /^\d+(\.\d+){1,3}(-[\w.-]{1,40})?$/.exec(String(header))?.[0]
}

/**
 * Asks Jenkins for a page, once and directly: no proxy, no redirect followed. `/login` answers without signing
 * in, and the language is fixed, because the page tells the states apart by its words.
 */
export function askJenkins(address: string, port: number, path: '/login' | '/', signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const none = (error: Error): void => resolve({kind: 'none', reason: error.message})
    const request = http.get(
      {
        host: address,
        port,
        path,
        headers: {'accept-language': 'en', 'user-agent': 'bake-jenkins-ami'},
        agent: false,
        signal: timeLimit(10_000, [signal])
      },
      (response) => {
        let body = ''
        const version = versionIn(response.headers['x-jenkins'])
        const answer = (): void =>
          resolve({
            kind: 'http',
            status: response.statusCode ?? 0,
            ...(version ? {version} : {}),
            body
          })
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk.slice(0, longestBody - body.length)
          if (body.length < longestBody) return
          answer()
          response.destroy()
        })
        response.on('end', answer)
        response.on('error', none)
      }
    )
    request.on('error', none)
    // An answer such as 101 Switching Protocols ends without a response and without an error (Node's http, event 'upgrade').
    request.on('close', () => none(new Error('the connection was closed without an answer')))
  })
}
