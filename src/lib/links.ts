import {troubleshooting} from './advice.ts'

/** The pages of this repository that messages name: documentation and policies. */
const pages =
  /(?<![\w./-])(?:docs\/(?:networks|templates|troubleshooting)\.md|iam\/(?:[a-z]+(?:-[a-z]+)*-)?permissions\.json)(?:#[\w-]+)?(?![\w-])/
const everyPage = new RegExp(pages, 'g')

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
  if (pages.test(message)) return undefined
  return message.startsWith("Input '") ? `${troubleshooting}#inputs` : troubleshooting
}

/** A message that ends with a page which explains it. */
export function withPage(message: string): string {
  const page = pageFor(message)
  return page === undefined ? message : `${message}\nSee ${page}.`
}

/** The pages that messages name, each once, with their addresses. Empty where the addresses are not known. */
export function linksIn(messages: readonly string[], env: Origin): {readonly page: string; readonly url: string}[] {
  const beginning = beginningOf(env)
  if (beginning === undefined) return []
  const named = new Set(messages.flatMap((message) => message.match(everyPage) ?? []))
  return [...named].map((page) => ({page, url: `${beginning}${page}`}))
}
