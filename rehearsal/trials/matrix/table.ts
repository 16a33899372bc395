import type {Result} from './result.ts'

/** One line of the running account: `✓ failed     4.2 s  0 left  packer:CreateImage#1=reset-after`. */
export function lineOf({section, cell, lostAt, ending, wrong, seconds, leftovers}: Result): string {
  const mark = wrong === undefined ? (ending === 'not met' ? '·' : '✓') : '✗'
  const where =
    section === 'faults' ? cell : lostAt === undefined ? `${section} at ${cell}` : `lost at ${lostAt}, then ${cell}`
  return `${mark} ${ending.padEnd(8)} ${seconds.toFixed(1).padStart(5)} s  ${leftovers} left  ${where}${wrong === undefined ? '' : `\n    ${wrong.replaceAll('\n', '\n    ')}`}`
}

/** The figures of a run of the matrix. */
export function totalsOf(results: readonly Result[]): {
  wrong: number
  leftovers: number
  notMet: number
  touched: number
} {
  return {
    wrong: results.filter(({wrong}) => wrong !== undefined).length,
    leftovers: results.reduce((sum, {leftovers}) => sum + leftovers, 0),
    notMet: results.filter(({ending}) => ending === 'not met').length,
    touched: results.reduce((sum, {touched}) => sum + touched, 0)
  }
}

/** `412 runs: 0 wrong outcomes, 0 leftovers, 0 of the others' things touched`. */
export function sentenceOf(results: readonly Result[]): string {
  const {wrong, leftovers, notMet, touched} = totalsOf(results)
  const missed = notMet > 0 ? `, ${notMet} in which the call never came` : ''
  return `${results.length} runs${missed}: ${wrong} wrong outcomes, ${leftovers} leftovers, ${touched} look-alikes touched`
}

/** What stood beside every run at least: `100 instances, 100 volumes …`. */
export function bystandersOf(results: readonly Result[]): string {
  const kinds = [...new Set(results.flatMap(({bystanders}) => Object.keys(bystanders)))]
  const least = kinds.map((kind) => [kind, Math.min(...results.map(({bystanders}) => bystanders[kind] ?? 0))] as const)
  return least.map(([kind, count]) => `${count} ${kind.replaceAll('-', ' ')}s`).join(', ')
}
