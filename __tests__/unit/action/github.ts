import {micromark} from 'micromark'
import {gfm, gfmHtml} from 'micromark-extension-gfm'

/** What GitHub's page would link in a piece of text (GitHub docs, "Autolinked references and URLs"), after GFM's own autolinks. */
const references: readonly [what: string, pattern: RegExp][] = [
  ['a URL', /[a-z][a-z0-9+.-]*:\/\/\S/i],
  ['www.', /www\.\S/i],
  ['a mention or a mail address', /@[a-z0-9]/i],
  ['an issue', /#\d|\bGH-\d/i],
  ['an advisory', /\bCVE-\d|\bGHSA-[a-z0-9]/i],
  ['a commit', /(?<![\w-])[0-9a-f]{7,40}(?![\w-])/i]
]

export interface Shown {
  /** Every link, and what would become one. */
  readonly links: readonly string[]
  /** What a reader sees, without the characters that have no width. */
  readonly text: string
  /** The names of the elements, each once. */
  readonly elements: readonly string[]
}

/** Shows Markdown as GitHub does, with an implementation of GFM that is not ours. HTML in it is kept, as GitHub keeps what it allows. */
export function showOnGitHub(markdown: string): Shown {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()]
  })
  const pieces = html.split(/(<[^>]*>)/)
  const links: string[] = pieces.filter((piece) => /^<a[\s>]/i.test(piece))
  const texts: string[] = []
  let quoted = 0
  for (const piece of pieces) {
    if (/^<pre[\s>]/.test(piece)) quoted += 1
    if (piece === '</pre>') quoted -= 1
    if (piece.startsWith('<')) continue
    const seen = decode(piece)
    texts.push(seen)
    if (quoted > 0) continue
    links.push(...references.flatMap(([what, pattern]) => (pattern.test(seen) ? `${what}: ${seen}` : [])))
  }
  const elements = pieces.flatMap((piece) => /^<([a-z][a-z0-9]*)/i.exec(piece)?.[1]?.toLowerCase() ?? [])
  return {links, text: texts.join('').replaceAll('\u2060', ''), elements: [...new Set(elements)]}
}

const named: Readonly<Record<string, string>> = {lt: '<', gt: '>', amp: '&', quot: '"'}

function decode(html: string): string {
  return html.replace(/&(?:#x([0-9a-f]+)|([a-z]+));/gi, (whole, hex: string | undefined, name: string | undefined) =>
    hex === undefined ? (named[name ?? ''] ?? whole) : String.fromCodePoint(Number.parseInt(hex, 16))
  )
}
