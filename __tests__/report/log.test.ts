import {jest, expect, it} from '@jest/globals'
import {actionsLog} from '../../src/report/log.ts'

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
