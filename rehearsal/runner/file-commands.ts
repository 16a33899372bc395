/**
 * Reads what an action appended to GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV, as the runner's FileCommandManager.cs does:
 * `name=value` lines, and `name<<DELIMITER`, lines, `DELIMITER`. A later value of the same name wins.
 * @throws Error with the runner's words for a line of another form
 */
export function parseKeyValueFile(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r\n|\n|\r/u)
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (line === '') continue
    const heredoc = line.indexOf('<<')
    const equals = line.indexOf('=')
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const [name, delimiter] = [line.slice(0, heredoc), line.slice(heredoc + 2)]
      if (name === '' || delimiter === '') {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
      }
      const end = lines.indexOf(delimiter, i + 1)
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
      values[name] = lines.slice(i + 1, end).join('\n')
      i = end
    } else if (equals > 0) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
    } else {
      throw new Error(equals === 0 ? `Invalid format '${line}'. Name must not be empty` : `Invalid format '${line}'`)
    }
  }
  return values
}
