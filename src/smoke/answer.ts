export const jenkinsPort = 8080

/** In characters: the longest page that is kept of an answer. */
export const longestBody = 65_536

/** The result of a request to Jenkins's port. */
export type Answer =
  | {readonly kind: 'none'; readonly reason: string}
  | {
      readonly kind: 'http'
      readonly status: number
      /** `X-Jenkins`, the version that answers. */
      readonly version?: string
      readonly body: string
      /** The status of a request for `/` without a user, where the machine asked itself for that too. */
      readonly rootStatus?: number
    }

/** The state of Jenkins that the answer shows. */
export type State =
  /** Nothing listens yet. */
  | {readonly state: 'booting'; readonly detail: string}
  /** Jenkins is there and not ready. */
  | {readonly state: 'starting'; readonly detail: string}
  | {readonly state: 'ready'; readonly version: string}
  /** Waiting does not help. */
  | {readonly state: 'failed'; readonly detail: string}

/**
 * Tells the states of a starting Jenkins apart. While it loads it answers 503 with HudsonIsLoading's page, and when it
 * could not load it answers 503 too, with another page (jenkinsci/jenkins: hudson.util.HudsonIsLoading, BootFailure).
 * Ready is an answer of Jenkins itself: it carries `X-Jenkins`, as some of its errors do.
 */
export function stateOf(answer: Answer): State {
  if (answer.kind === 'none') return {state: 'booting', detail: answer.reason}
  const {status, version, body} = answer
  if (status === 503) {
    if (/getting ready to work|is restarting/i.test(body)) {
      return {state: 'starting', detail: 'Jenkins is getting ready to work'}
    }
    return {state: 'failed', detail: `Jenkins could not start (503): ${textOf(body)}`}
  }
  if (status >= 500) return {state: 'failed', detail: `Jenkins answered ${status}: ${textOf(body)}`}
  const isReady = (status >= 200 && status < 400) || status === 401 || status === 403
  if (!isReady)
    return {state: 'failed', detail: `port 8080 answered ${status}, which Jenkins never does once it is ready`}
  if (!version) {
    return {
      state: 'failed',
      detail: `something that is not Jenkins answers on port 8080 (${status}, no X-Jenkins header)`
    }
  }
  return {state: 'ready', version}
}

/**
 * A page without its head, its scripts and its styles. The machine under test may send anything: one expression for an
 * element with its end would look through the rest of the page once for each beginning without an end.
 */
function withoutHidden(html: string): string {
  const beginning = /<(script|style|head)\b/gi
  const endings = new Map(['script', 'style', 'head'].map((name) => [name, new RegExp(`</${name}\\s*>`, 'gi')]))
  let shown = ''
  let from = 0
  for (let found = beginning.exec(html); found !== null; found = beginning.exec(html)) {
    const name = (found[1] ?? '').toLowerCase()
    const ending = endings.get(name)
    if (ending === undefined) continue
    ending.lastIndex = found.index
    if (ending.exec(html) === null) {
      // There is none behind a later beginning, either.
      endings.delete(name)
      continue
    }
    shown += `${html.slice(from, found.index)} `
    from = beginning.lastIndex = ending.lastIndex
  }
  return shown + html.slice(from)
}

/** The visible text of a page, on one line of at most 600 characters. */
function textOf(html: string): string {
  const text = withoutHidden(html)
    .replace(/<[^<>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#039;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > 600 ? `${text.slice(0, 600)}…` : text || 'an empty page'
}
