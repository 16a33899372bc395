import type {Result} from './play.ts'

/** One line of the running account: `✓ failed     4.2 s  0 left  packer:CreateImage#1=reset-after`. */
export function lineOf({section, cell, ending, wrong, seconds, leftovers}: Result): string {
  const mark = wrong === undefined ? (ending === 'not met' ? '·' : '✓') : '✗'
  const where = section === 'faults' ? cell : `${section} at ${cell}`
  return `${mark} ${ending.padEnd(8)} ${seconds.toFixed(1).padStart(5)} s  ${leftovers} left  ${where}${wrong === undefined ? '' : `\n    ${wrong.replaceAll('\n', '\n    ')}`}`
}

/** The figures of a run of the matrix. */
export function totalsOf(results: readonly Result[]): {wrong: number; leftovers: number; notMet: number} {
  return {
    wrong: results.filter(({wrong}) => wrong !== undefined).length,
    leftovers: results.reduce((sum, {leftovers}) => sum + leftovers, 0),
    notMet: results.filter(({ending}) => ending === 'not met').length
  }
}

/** `412 runs, 0 wrong outcomes, 0 leftovers`. */
export function sentenceOf(results: readonly Result[]): string {
  const {wrong, leftovers, notMet} = totalsOf(results)
  const missed = notMet > 0 ? `, ${notMet} in which the call never came` : ''
  return `${results.length} runs${missed}: ${wrong} wrong outcomes, ${leftovers} leftovers`
}
