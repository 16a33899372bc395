import {quoted} from '../lib/parse.ts'

/** HCL2's names have letters of any language; legacy JSON's may have dots, and begin with a digit. */
const form = /^\s*([\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]*)[ \t]*=([^\n]*?)\r?$/u

/**
 * Lines of `name=value`. A value is everything after the first `=`, to the end of its line. No message shows one: it
 * may be a secret.
 */
export function variableLines(text: string): Readonly<Record<string, string>> {
  const values = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, name = '', value = ''] = form.exec(line) ?? []
    if (name === '') {
      throw new Error(`line ${index + 1} is not of the form name=value; a value cannot continue on the next line`)
    }
    if (values.has(name)) throw new Error(`${quoted(name)} is given twice; expected each variable once`)
    // Plugins evaluate `{{ … }}` in many strings a second time.
    if (value.includes('{{')) {
      throw new Error(
        `${quoted(name)} has a value with {{ in it, which Packer would evaluate; if it is meant to, put it into a file of 'var-files'`
      )
    }
    values.set(name, value)
  }
  return Object.fromEntries(values)
}
