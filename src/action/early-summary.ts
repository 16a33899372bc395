import {messageOf} from '../lib/errors.ts'
import {failureSection} from './failure-section.ts'

/**
 * The summary of a run that ended before it made or changed anything: its inputs, its credentials or its plan were at
 * fault.
 *
 * @param headline such as `Nothing was made`
 * @param env for the addresses of the pages that the error names
 */
export function earlySummary(headline: string, error: unknown, env: NodeJS.ProcessEnv = process.env): string {
  return [`## ❌ ${headline}`, '', ...failureSection(messageOf(error), env)].join('\n')
}
