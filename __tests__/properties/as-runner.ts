import {expect, jest} from '@jest/globals'
import {parseCommand, type Command} from '../../rehearsal/runner/commands.ts'
import {splitLines} from '../../rehearsal/runner/lines.ts'
import {createStageLog} from '../../rehearsal/runner/log.ts'
import {createMasks} from '../../rehearsal/runner/masks.ts'
import {messageOf} from '../../src/lib/errors.ts'
import {hostileOutput} from './hostile-output.ts'

/** What the runner makes of a step's output: the harness that the scenarios run in, which knows nothing of the action's own guards. */
export interface Seen {
  readonly lines: readonly string[]
  readonly commands: readonly Command[]
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly masks: readonly string[]
  readonly failed: boolean
}

/** Runs something that writes to this process's output. @returns what it wrote */
export async function written(work: () => unknown): Promise<Buffer> {
  const chunks: Buffer[] = []
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    chunks.push(Buffer.from(chunk))
    return true
  })
  try {
    await work()
  } finally {
    write.mockRestore()
  }
  return Buffer.concat(chunks)
}

/** @param size how many bytes come at once; a character or a line end may be cut in two */
export function seenByRunner(output: Buffer, size = 65_536): Seen {
  const masks = createMasks()
  const lines: string[] = []
  const commands: Command[] = []
  const log = createStageLog({stage: 'main', masks, debug: false, now: () => 0, onLine: () => undefined})
  const splitter = splitLines((line) => {
    lines.push(line)
    const command = parseCommand(line)
    if (command) commands.push(command)
    log.line(line)
  })
  for (let at = 0; at < output.length; at += size) splitter.push(output.subarray(at, at + size))
  splitter.end()
  return {lines, commands, outputs: log.outputs, state: log.state, masks: masks.values, failed: log.failed}
}

/** What a step's output did beside being shown. Short, so that a megabyte that did something can be told of. */
export interface Effects {
  /** Names of the commands that the runner obeyed. */
  readonly commands: readonly string[]
  readonly outputs: readonly string[]
  readonly state: readonly string[]
  readonly masks: readonly string[]
  readonly failed: boolean
  /** Stricter than the runner: lines with what a command could begin with, known or not, also in the text of a command. */
  readonly suspicious: readonly string[]
}

export const none: Effects = {commands: [], outputs: [], state: [], masks: [], failed: false, suspicious: []}

const most = 5
const few = (texts: readonly string[]): string[] => texts.slice(0, most).map((text) => text.slice(0, 100))

export function effectsOf({lines, commands, outputs, state, masks, failed}: Seen): Effects {
  const said = commands.flatMap(({data}) => data.split(/\r\n|\n|\r/))
  const shown = [...lines.filter((line) => !parseCommand(line)), ...said]
  return {
    commands: few(commands.map(({name}) => name)),
    outputs: few(Object.keys(outputs)),
    state: few(Object.keys(state)),
    masks: few(masks),
    failed,
    suspicious: few(shown.filter((line) => /^[\s\p{C}\p{M}]*::/u.test(line) || line.includes('##[')))
  }
}

/** Works on each hostile output, as text and in its bytes, and names the ones that something is wrong with. */
export async function forEachOutput(work: (text: string, bytes: Buffer) => unknown): Promise<void> {
  const problems: string[] = []
  for (const {name, bytes} of hostileOutput) {
    try {
      await work(bytes.toString(), bytes)
    } catch (error) {
      problems.push(`${name}: ${messageOf(error).slice(0, 1_000)}`)
    }
  }
  expect(problems.slice(0, most)).toEqual([])
}
