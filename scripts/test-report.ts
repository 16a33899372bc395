/** The part of jest's JSON result that is read here (`jest --json`, @jest/test-result's FormattedTestResults). */
export interface JestResult {
  readonly numPassedTests: number
  readonly numFailedTests: number
  /** Test files that could not be run at all; their tests are not counted anywhere. */
  readonly numRuntimeErrorTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {readonly fullName: string; readonly status: string}[]
  }[]
}

/**
 * What `npm test` ends with: every test that was not run, by reason, and the line `N passed, N failed, N skipped`.
 * A title, or that of a group around it, names the reason: `… (not run: REASON)`.
 */
export function reportOf(result: JestResult): string {
  const skipped = result.testResults.flatMap(({assertionResults}) =>
    assertionResults.filter(({status}) => status !== 'passed' && status !== 'failed').map(({fullName}) => fullName)
  )
  const byReason = new Map<string, string[]>()
  for (const name of skipped) {
    const [, group = name, reason = 'its title gives no reason', test = ''] =
      /^(.*?) \(not run: ([^)]+)\)(.*)$/s.exec(name) ?? []
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${group}${test}`])
  }
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites
  return [
    ...[...byReason].flatMap(([reason, titles]) => [`Not run: ${reason}`, ...titles.map((title) => `  - ${title}`)]),
    `${result.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`
  ].join('\n')
}
