import {readFile} from 'node:fs/promises'
import {resolve} from 'node:path'
import {parse} from 'yaml'

/** What the runner reads in a JavaScript action's action.yml. */
export interface ActionFile {
  /** The folder that holds action.yml, absolute. */
  readonly folder: string
  /** Absolute path of the script that `runs.main` names. */
  readonly main: string
  /** Absolute path of the script that `runs.post` names. */
  readonly post?: string
  /** Every declared input with its default; an empty string where none is declared, as the runner has it. */
  readonly defaults: ReadonlyMap<string, string>
}

interface Document {
  name?: unknown
  inputs?: Record<string, {default?: unknown} | null> | null
  runs?: {using?: unknown; main?: unknown; post?: unknown; 'post-if'?: unknown}
}

/**
 * Reads `folder`/action.yml.
 * @throws Error when it is no JavaScript action, or uses what this harness does not do (`post-if`, expressions in defaults other than github.token)
 */
export async function readActionFile(folder: string): Promise<ActionFile> {
  const file = resolve(folder, 'action.yml')
  const {inputs, runs}: Document = parse(await readFile(file, 'utf8'))
  if (typeof runs?.using !== 'string' || !runs.using.startsWith('node') || typeof runs.main !== 'string') {
    throw new Error(
      `${file} does not describe a JavaScript action: runs.using must be a node version, runs.main a file`
    )
  }
  const postIf = runs['post-if'] ?? 'always()'
  if (postIf !== 'always()')
    throw new Error(`${file}: this harness only knows post-if: always(), not ${JSON.stringify(postIf)}`)
  return {
    folder: resolve(folder),
    main: resolve(folder, runs.main),
    ...(typeof runs.post === 'string' ? {post: resolve(folder, runs.post)} : {}),
    defaults: new Map(Object.entries(inputs ?? {}).map(([name, input]) => [name, defaultOf(name, input?.default)]))
  }
}

function defaultOf(name: string, value: unknown): string {
  // YAML has numbers and booleans where GitHub has strings only.
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
  const withoutToken = text.replaceAll(/\$\{\{\s*github\.token\s*\}\}/g, '')
  if (withoutToken.includes('${{')) throw new Error(`input ${name}: this harness cannot evaluate the default ${text}`)
  return withoutToken
}
