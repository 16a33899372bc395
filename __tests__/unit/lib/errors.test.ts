import {readFileSync} from 'node:fs'
import {expect, it} from '@jest/globals'
import {explain, systemProblem, UserError} from '../../../src/lib/errors.ts'

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC', syscall: 'write'})

it('says in a sentence what the system refused', () => {
  expect(explain(full)).toMatch(
    /^A file of this run could not be used: the disk is full \(ENOSPC\)\. Give this runner free disk space/
  )
  let error: unknown
  try {
    readFileSync('/absent/file')
  } catch (thrown) {
    error = thrown
  }
  expect(systemProblem(error)).toBe('/absent/file: it does not exist (ENOENT)')
})

it('shows a user’s error without its stack, and a defect with it', () => {
  expect(explain(new UserError('Do this.'))).toBe('Do this.')
  expect(explain(new TypeError('x is undefined'))).toMatch(/^TypeError: x is undefined\n\s+at /)
  // A connection is no file.
  const refused = Object.assign(new Error('connect ECONNREFUSED'), {code: 'ECONNREFUSED', syscall: 'connect'})
  expect(systemProblem(refused)).toBe('connect ECONNREFUSED')
})
