import {bodyOf, get} from '../lib/http.ts'
import {pauseFor, timeLimit, withRetries, type Pause} from '../lib/wait.ts'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'

/** The claims of a JWT. They are never verified here: STS does that. */
export type Claims = Readonly<Record<string, unknown>>

export interface OidcCollaborators {
  readonly log: Pick<Log, 'mask'>
  readonly pause?: Pause
}

const attemptMs = 10_000
const longestAnswer = 256 * 1024

/** GitHub's token service could not be reached, or had an internal error: another attempt can succeed. */
class Unavailable extends Error {}

/**
 * Asks GitHub for a fresh OIDC token (valid for five minutes) and masks it. `getIDToken` of @actions/core reads
 * process.env, cannot be cancelled and does not repeat a request whose connection failed.
 *
 * @param env holds `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`
 * @throws UserError when the job may not ask for one, or GitHub does not give one
 */
export async function requestIdToken(
  env: NodeJS.ProcessEnv,
  audience: string,
  signal: AbortSignal,
  {log, pause = pauseFor}: OidcCollaborators
): Promise<string> {
  const {ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken} = env
  if (!requestUrl || !requestToken) {
    throw new UserError(
      'The role cannot be assumed: GitHub offers this job no OIDC token (ACTIONS_ID_TOKEN_REQUEST_URL is not set).\n' +
        "Add `permissions: {id-token: write, contents: read}` to the job. Pull requests from forks never get one: don't run the bake for them."
    )
  }
  const url = new URL(requestUrl)
  url.searchParams.set('audience', audience)
  const attempt = () => requestOnce(url, requestToken, env, signal)
  try {
    const token = await withRetries(attempt, {isTransient: (error) => error instanceof Unavailable, pause, signal})
    log.mask(token)
    return token
  } catch (error) {
    signal.throwIfAborted()
    throw new UserError(
      `GitHub gave no OIDC token for the audience '${audience}': ${messageOf(error)}.\n` +
        'If githubstatus.com reports no incident with Actions, check what stands between this runner and GitHub (proxy, firewall).',
      {cause: error}
    )
  }
}

async function requestOnce(
  url: URL,
  requestToken: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal
): Promise<string> {
  const headers = {authorization: `Bearer ${requestToken}`, accept: 'application/json'}
  const {status, body} = await answerOf(url, headers, env, signal)
  if (status !== 200) {
    const problem = `it answered ${status}: ${body.slice(0, 300)}`
    throw status >= 500 || status === 429 ? new Unavailable(problem) : new Error(problem)
  }
  const token = valueOf(body)
  if (token === undefined) throw new Unavailable('its answer holds no token')
  return token
}

async function answerOf(url: URL, headers: Record<string, string>, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  const limit = timeLimit(attemptMs, [signal])
  try {
    const response = await get(url, {env, headers, signal: limit})
    return {status: response.statusCode ?? 0, body: (await bodyOf(response, longestAnswer)).toString('utf8')}
  } catch (error) {
    throw new Unavailable(messageOf(error), {cause: error})
  }
}

function valueOf(body: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(body)
    const value = answer !== null && typeof answer === 'object' && 'value' in answer ? answer.value : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  } catch {
    return undefined
  }
}

/** The claims of a JWT, unverified; none for anything that is not one. */
export function claimsOf(jwt: string): Claims {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return payload !== null && typeof payload === 'object' && !Array.isArray(payload) ? {...payload} : {}
  } catch {
    return {}
  }
}
