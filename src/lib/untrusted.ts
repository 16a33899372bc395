const longestLine = 4_000

/**
 * Control sequences, strings of an operating system command and their kin, and escape sequences (ECMA-48, 5.4 to 5.6).
 * A string must end in its line, otherwise it is not one. Node's stripVTControlCharacters looks for the end of each of
 * them in all that follows: 100 KB of beginnings block it for 13 seconds.
 */
const terminalSequence =
  // oxlint-disable-next-line no-control-regex -- these are what is meant
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0080-\u009f\r\n]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]/g

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
  return harmlessLines(text)
    .filter((line) => line.trim() !== '')
    .map((line) => `${prefix}${bounded(line).replaceAll('##[', '##\u200b[')}`)
}

function harmlessLines(text: string): string[] {
  // Nearly all output: there is nothing to take out of it.
  if (/^[ -~\n]*$/.test(text)) return text.split('\n')
  return text
    .toWellFormed()
    .replace(terminalSequence, '')
    .split(/[\r\n\v\f\u0085\u2028\u2029]+/)
    .map((line) => line.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ''))
}

function bounded(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}… (${line.length} characters)`
}

/**
 * The same for a message of the action that quotes something from outside: no prefix unless it is needed. Marks count
 * as blanks, because .NET may compare texts without them.
 */
export function inertText(text: string): string {
  return inertLines(text, '')
    .map((line) => (/^[\s\p{M}]*::/u.test(line) ? `│ ${line}` : line))
    .join('\n')
}
