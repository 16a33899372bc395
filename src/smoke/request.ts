import * as http from 'node:http'
import type {Answer} from './answer.ts'

const longestBody = 65_536

/**
 * Asks Jenkins for its login page, once and directly: no proxy, no redirect followed. `/login` answers without signing
 * in, and the language is fixed, because the page tells the states apart by its words.
 */
export function askJenkins(address: string, port: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const none = (error: Error): void => resolve({kind: 'none', reason: error.message})
    const request = http.get(
      {
        host: address,
        port,
        path: '/login',
        headers: {'accept-language': 'en', 'user-agent': 'bake-jenkins-ami'},
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)])
      },
      (response) => {
        let body = ''
        const version = response.headers['x-jenkins']
        const answer = (): void =>
          resolve({
            kind: 'http',
            status: response.statusCode ?? 0,
            ...(typeof version === 'string' ? {version: version.slice(0, 100)} : {}),
            body
          })
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
          if (body.length <= longestBody) return
          answer()
          response.destroy()
        })
        response.on('end', answer)
        response.on('error', none)
      }
    )
    request.on('error', none)
  })
}
