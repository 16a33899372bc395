/** A workflow command as a program writes it to its output, decoded. */
export interface Command {
  /** In lower case. */
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const knownCommands = new Set(
  `add-mask add-matcher add-path debug echo endgroup error group internal-set-repo-path notice
   remove-matcher save-state set-env set-output stop-commands warning`.split(/\s+/u)
)

/**
 * Reads one line of output as the runner's ActionCommand.cs does: `::name key=value,…::data` at the start of the line
 * (leading white space aside), else the old form `##[name key=value;…]data` anywhere in it. Names that are not known are text.
 * @param resumeToken the token of a `::stop-commands::` in force; it counts as a name
 */
export function parseCommand(line: string, resumeToken?: string): Command | undefined {
  const isKnown = (name: string) => {
    const wanted = name.toLowerCase()
    return knownCommands.has(wanted) || wanted === resumeToken?.toLowerCase()
  }
  return parseColons(line, isKnown) ?? parseBrackets(line, isKnown)
}

function parseColons(line: string, isKnown: (name: string) => boolean): Command | undefined {
  const match = /^\s*::(?<info>.*?)::(?<data>.*)$/su.exec(line)
  const info = splitInfo(match?.groups?.['info'] ?? '')
  if (!match || !isKnown(info.name)) return undefined
  return {
    name: info.name.toLowerCase(),
    properties: readProperties(info.properties, ',', unescapeProperty),
    data: unescapeData(match.groups?.['data'] ?? '')
  }
}

function parseBrackets(line: string, isKnown: (name: string) => boolean): Command | undefined {
  const match = /##\[(?<info>[^\]]*)\](?<data>.*)$/su.exec(line)
  const info = splitInfo(match?.groups?.['info'] ?? '')
  if (!match || !isKnown(info.name)) return undefined
  return {
    name: info.name.toLowerCase(),
    properties: readProperties(info.properties, ';', unescapeBrackets),
    data: unescapeBrackets(match.groups?.['data'] ?? '')
  }
}

function splitInfo(info: string): {name: string; properties: string} {
  const space = info.indexOf(' ')
  return space < 0 ? {name: info, properties: ''} : {name: info.slice(0, space), properties: info.slice(space + 1)}
}

function readProperties(text: string, separator: string, unescape: (value: string) => string): Record<string, string> {
  const pairs = text
    .trim()
    .split(separator)
    .filter((pair) => pair.includes('='))
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), unescape(pair.slice(pair.indexOf('=') + 1))])
  )
}

// The percent sign comes last, so that an escaped percent does not start another escape.
const unescapeData = (text: string) => decode(text, {'%0D': '\r', '%0A': '\n', '%25': '%'})
const unescapeProperty = (text: string) => decode(text, {'%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%'})
const unescapeBrackets = (text: string) => decode(text, {'%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%25': '%'})

function decode(text: string, escapes: Record<string, string>): string {
  return Object.entries(escapes).reduce((decoded, [code, character]) => decoded.replaceAll(code, character), text)
}
