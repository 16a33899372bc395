import {expect, it} from '@jest/globals'
import {run} from '../../../rehearsal/host/run.ts'

it('resolves with stdout and streams the lines of both', async () => {
  const lines: string[] = []
  const stdout = await run('sh', ['-c', 'echo one; echo two >&2; echo "$X"'], {
    env: {X: 'three'},
    onLine: (l) => lines.push(l)
  })
  expect(stdout).toBe('one\nthree')
  expect(lines.toSorted()).toEqual(['one', 'three', 'two'])
})

it('says what was run, how it ended and what it said', async () => {
  await expect(run('sh', ['-c', 'echo no space >&2; exit 3'])).rejects.toThrow(/sh -c .*: ended with 3\n {4}no space/s)
  await expect(run('no-such-program', [])).rejects.toThrow('no-such-program: spawn no-such-program ENOENT')
})
