import {execFile} from 'node:child_process'

export interface PackerResult {
  /** 0 when all went well; undefined when it did not end by itself. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Default: this process's. */
  readonly cwd?: string
  /** Milliseconds after which it is ended; unlimited by default. */
  readonly timeout?: number
}

const longestOutput = 16 * 1024 * 1024

/**
 * Runs one of Packer's short commands to its end, with nothing on its standard input. A failure is a result.
 *
 * @throws the signal's reason when aborted, and when the file cannot be run at all
 */
export function runPacker(path: string, args: readonly string[], options: RunOptions): Promise<PackerResult> {
  options.signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = execFile(path, args, {...options, maxBuffer: longestOutput}, (error, stdout, stderr) => {
      if (options.signal.aborted) return reject(options.signal.reason)
      if (typeof error?.code === 'string') return reject(error)
      resolve({code: error ? (error.code ?? undefined) : 0, stdout, stderr})
    })
    child.stdin?.end()
  })
}
