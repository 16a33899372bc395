import type {LogLine} from '../runner/log.ts'

const prefixes: Partial<Record<LogLine['kind'], string>> = {
  group: '▸ ',
  error: 'Error: ',
  warning: 'Warning: ',
  notice: 'Notice: ',
  debug: 'Debug: '
}

/** A line of the action's log as GitHub's page shows it, groups unfolded; undefined for one that it does not show. */
export function showLine({kind, text}: LogLine): string | undefined {
  return kind === 'endgroup' ? undefined : `${prefixes[kind] ?? ''}${text}`
}
