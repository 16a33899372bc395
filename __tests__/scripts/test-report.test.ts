import {expect, it} from '@jest/globals'
import {reportOf} from '../../scripts/test-report.ts'

const result = (assertions: [string, string][], numRuntimeErrorTestSuites = 0) => ({
  numPassedTests: assertions.filter(([, status]) => status === 'passed').length,
  numFailedTests: assertions.filter(([, status]) => status === 'failed').length,
  numRuntimeErrorTestSuites,
  testResults: [{name: 'a', assertionResults: assertions.map(([fullName, status]) => ({fullName, status}))}]
})

it('is one line where everything was run', () => {
  expect(
    reportOf(
      result([
        ['a', 'passed'],
        ['b', 'failed']
      ])
    )
  ).toBe('1 passed, 1 failed, 0 skipped')
})

it('names what was not run by its reason', () => {
  const report = reportOf(
    result([
      ['bakes (not run: no Packer; npm run packers)', 'pending'],
      ['is killed (not run: no Packer; npm run packers)', 'pending'],
      ['later', 'todo']
    ])
  )
  expect(report.split('\n')).toEqual([
    'Not run: no Packer; npm run packers',
    '  - bakes',
    '  - is killed',
    'Not run: its title gives no reason',
    '  - later',
    '0 passed, 0 failed, 3 skipped'
  ])
})

it('counts a test file that could not be run as a failure', () => {
  expect(reportOf(result([], 1))).toBe('0 passed, 1 failed, 0 skipped')
})
