import {stripVTControlCharacters} from 'node:util'

const longestLine = 4_000

/**
 * Turns text from outside (Packer, AWS, the machine under test) into lines that the runner cannot take for commands.
 *
 * The runner splits at CR as well as LF, parses `::name::` at the start of a trimmed line and `##[name]` anywhere in it
 * (actions/runner, ActionCommandManager). Each line therefore gets a visible prefix, `##[` is broken, and control
 * characters and terminal sequences are removed first, so that none of them can hide one of the two.
 *
 * @param prefix shown before each line; must not be blank
 */
export function inertLines(text: string, prefix: string): string[] {
  return stripVTControlCharacters(text.toWellFormed())
    .split(/[\r\n\v\f\u0085\u2028\u2029]+/)
    .map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === '\t' ? ' ' : '')))
    .filter((line) => line.trim() !== '')
    .map((line) => `${prefix}${bounded(line).replaceAll('##[', '##\u200b[')}`)
}

function bounded(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}… (${line.length} characters)`
}

/** The same for text that quotes something from outside inside a sentence of ours: no prefix unless it is needed. */
export function inertText(text: string): string {
  return inertLines(text, '')
    .map((line) => (line.trimStart().startsWith('::') ? `│ ${line}` : line))
    .join('\n')
}
