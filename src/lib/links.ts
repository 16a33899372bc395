import {quoteBegins, troubleshooting} from './advice.ts'

/** The pages of this repository that messages name: documentation and policies. */
const pages =
  /(?<![\w./-])(?:docs\/(?:networks|templates|troubleshooting)\.md|iam\/(?:[a-z]+(?:-[a-z]+)*-)?permissions\.json)(?:#[\w-]+)?(?![\w-])/
const everyPage = new RegExp(pages, 'g')

/** In characters. GitHub shows 4,096 of a message, and an address is longer than the page's path. */
const shown = 3_800

/** The variables by which a runner tells where an action comes from. */
type Origin = Readonly<Partial<Record<string, string>>>

/**
 * The beginning of the addresses of this repository's pages, in the version that is in use.
 *
 * @returns undefined where the runner does not tell: for `uses: ./`, and outside of GitHub Actions
 */
function beginningOf(env: Origin): string | undefined {
  const {
    GITHUB_SERVER_URL: server = 'https://github.com',
    GITHUB_ACTION_REPOSITORY: repository = '',
    GITHUB_ACTION_REF: ref = ''
  } = env
  const isKnown =
    /^https?:\/\/[\w.:-]+$/.test(server) && /^[\w.-]+\/[\w.-]+$/.test(repository) && /^[\w.-][\w./-]*$/.test(ref)
  return isKnown ? `${server}/${repository}/blob/${ref}/` : undefined
}

/** A message with the addresses of the pages that it names, as far as they are known. */
export function withLinks(message: string, env: Origin): string {
  const beginning = beginningOf(env)
  return beginning === undefined ? message : message.replaceAll(everyPage, (page) => `${beginning}${page}`)
}

/** The page, or its section, that explains a message which names no page itself. */
export function pageFor(message: string): string | undefined {
  const [own = ''] = message.split(`\n${quoteBegins}`)
  if (pages.test(own)) return undefined
  return own.startsWith("Input '") ? `${troubleshooting}#inputs` : troubleshooting
}

/** A message with a line that names the page which explains it: at its end, or where GitHub still shows it. */
export function withPage(message: string): string {
  const page = pageFor(message)
  if (page === undefined) return message
  const line = `See ${page}.`
  if (message.length < shown) return `${message}\n${line}`
  const [first = '', ...rest] = message.split('\n')
  return [first, line, ...rest].join('\n')
}

/** The pages that messages name, each once, with their addresses. Empty where the addresses are not known. */
export function linksIn(messages: readonly string[], env: Origin): {readonly page: string; readonly url: string}[] {
  const beginning = beginningOf(env)
  if (beginning === undefined) return []
  const named = new Set(messages.flatMap((message) => message.match(everyPage) ?? []))
  return [...named].map((page) => ({page, url: `${beginning}${page}`}))
}
