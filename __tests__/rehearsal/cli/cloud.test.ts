import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import {createInterface, type Interface} from 'node:readline'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {run} from '../../../rehearsal/host/run.ts'
import {scratchFolder} from '../runner/throw-away-action.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
beforeAll(async () => {
  scratch = await scratchFolder()
})
afterAll(() => scratch.remove())

const root = join(import.meta.dirname, '../../..')

/** Resolves when a line with `text` comes. */
async function shown(lines: Interface, text: string): Promise<void> {
  for await (const line of lines) if (line.includes(text)) return
  throw new Error(`"${text}" was never printed`)
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  'prints an environment, answers, and ends well on %s, also through npm',
  async (signal) => {
    const file = join(scratch.folder, `${signal}.env`)
    // Through npm, which passes a signal on to its own child only.
    const cloud = spawn('npm', ['run', '--silent', 'cloud', '--', '--driver', 'light', '--env-file', file], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe']
    })
    const exited = once(cloud, 'exit')
    const lines = createInterface({input: cloud.stderr})
    await shown(lines, 'is ready')

    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const printed = await run('sh', [
      '-c',
      '. "$1"; printf "%s\\n" "$AWS_ENDPOINT_URL" "$SOURCE_AMI" "$ROLE_ARN"',
      '-',
      file
    ])
    expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\nami-[0-9a-f]+\narn:aws:iam::\d{12}:role\/\S+$/)
    const [endpoint = ''] = printed.split('\n')
    expect((await fetch(endpoint)).status).toBeGreaterThanOrEqual(400)

    cloud.kill(signal)
    expect(await exited).toEqual([0, null])
    // Nobody is left to answer.
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
  }
)
