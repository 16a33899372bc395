import {StringDecoder} from 'node:string_decoder'

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  push(chunk: Buffer): void
  /** Hands on what is left without a line end. */
  end(): void
}

/** Lines end at LF, CR LF and at a lone CR, as in the runner's reader; a progress bar's CR thus begins a new line. */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/u)
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }
  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end())
      // A CR at the very end was held back: it might have been half of a CR LF.
      if (rest !== '') onLine(rest.replace(/\r$/u, ''))
      rest = ''
    }
  }
}
