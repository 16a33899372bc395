import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {jest, expect, it} from '@jest/globals'
import {actionsLog} from '../../../src/lib/log.ts'

it('shows an error at its line of a file, with nothing in it that the runner would obey', () => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    actionsLog().error('first\n::add-mask::x', {file: 'a,b: c.pkr.hcl', line: 7})
    expect(write.mock.calls.map(([text]) => text).join('')).toBe(
      '::error file=a%2Cb%3A c.pkr.hcl,line=7::first%0A│ ::add-mask::x\n'
    )
  } finally {
    write.mockRestore()
  }
})

it('ends an error that has no place with the page that explains it, and makes both inert', () => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    actionsLog().error('first\n::add-mask::x')
    expect(write.mock.calls.map(([text]) => text).join('')).toBe(
      '::error::first%0A│ ::add-mask::x%0ASee docs/troubleshooting.md.\n'
    )
  } finally {
    write.mockRestore()
  }
})

it('quotes behind a name that is text too', () => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    actionsLog().quote('##[add-mask]e', 'one\n::add-mask::e')
    expect(write.mock.calls.map(([text]) => text).join('')).toBe(
      '##\u200b[add-mask]e │ one\n##\u200b[add-mask]e │ ::add-mask::e\n'
    )
  } finally {
    write.mockRestore()
  }
})

it('tells when nobody reads the log any more, and lives on', async () => {
  const module = join(import.meta.dirname, '../../../src/lib/log.ts')
  const script = `const {whenUnread} = await import(${JSON.stringify(module)})
    whenUnread(() => process.exit(7))
    setInterval(() => console.log('a line'), 10)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore']
  })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([7, null])
})
