import {inertText} from '../lib/untrusted.ts'

/**
 * WORD JOINER: invisible, and no renderer removes it. It keeps the characters around it from being read as one token.
 */
const joiner = '\u2060'

/**
 * Where GitHub would make a link of plain text: a URL, `www.`, a mail address or `@name`, `#123`, `GH-123`, or the id of
 * an advisory (GitHub docs, "Autolinked references and URLs"; GFM, 6.9). It does so inside of `<code>` too, and an entity in place of a
 * character does not help: the renderer reads it before it looks for links.
 */
const autolinks = /:(?=\/\/)|www(?=\.)|@|#|GH(?=-\d)|CVE(?=-\d)|GHSA(?=-)/gi

/** A commit's id, whole or shortened. Ids of AWS and parts of names have a hyphen at one of their ends, and are none. */
const commits = /(?<![\w-])[0-9a-f]{7,40}(?![\w-])/gi

/** Below the length of a commit's id. */
const sixCharacters = /.{6}(?=.)/g

/**
 * An untrusted string (of AWS, Packer, the machine under test) for a place in the middle of Markdown. It is shown as it
 * is: nothing in it becomes Markdown, HTML or a link. Bounded; runs of white space become one blank.
 */
export function text(value: string): string {
  // A commit's id stays unchanged, because an inserted character would be copied with it.
  return fact(value.slice(0, longestValue + 1)).replace(commits, (id) => id.replace(sixCharacters, '$&<span></span>'))
}

/** The same for a value that is known not to be a commit's id, such as an account's. */
function fact(value: string): string {
  const short = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value
  return inertText(short)
    .replace(/\s+/g, ' ')
    .replace(autolinks, `$&${joiner}`)
    .replace(/[\\`*_{}[\]()#+!|~<>&$]/g, entity)
}

const longestValue = 500

export function code(value: string): string {
  return `<code>${text(value)}</code>`
}

/** For the id of an account or of a bake: as {@link code} where it is none. */
export function idCode(value: string): string {
  return /^(\d{12}|[0-9a-f]{12})$/.test(value) ? `<code>${fact(value)}</code>` : code(value)
}

/**
 * Untrusted lines as a fenced block, in which there is neither Markdown nor HTML, and GitHub makes no links. The fence
 * is longer than any run of its character in the lines. Bounded, because the runner drops a summary beyond 1 MiB whole.
 */
export function fenced(output: string): string {
  const lines = inertText(output.slice(0, 50_000))
  const longest = (lines.match(/`+/g) ?? []).reduce((most, {length}) => Math.max(most, length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${lines}\n${fence}`
}

/** @param title in Markdown */
export function foldedAway(title: string, block: string): string {
  return `<details><summary>${title}</summary>\n\n${block}\n\n</details>\n`
}

function entity(character: string): string {
  return `&#x${character.codePointAt(0)?.toString(16)};`
}
