import {differenceOf, ratioOf, type Result, type Row, type Unit} from './figure.ts'
import type {Summary} from './statistics.ts'

/** One line for each row of a figure, for a terminal; one for all calls. */
export function linesOf({figure, rows, missing}: Result): string[] {
  if (missing !== undefined) return [`${figure}: not measured: ${missing}`]
  if (figure === 'calls') return [`${figure}: ${rows.map(counted).join(', ')}`]
  return rows.map((row) => {
    const {name, own, baseline, goal, unit} = row
    const beside = baseline ? `; ${baseline.name} ${amount(baseline.median, unit)}, ${comparison(row)}` : ''
    const judged = goal ? `; goal ${goal.text}: ${goal.met ? 'met' : 'MISSED'}` : ''
    return `${figure}, ${name}: ${measured(own, unit)}${beside}${judged}`
  })
}

function counted({name, own, baseline}: Row): string {
  return `${name} ${own.median}${baseline ? ` (${baseline.name} ${baseline.median})` : ''}`
}

function measured({median, minimum, spread, runs}: Summary, unit: Unit): string {
  if (runs === 1) return amount(median, unit)
  return `median ${amount(median, unit)}, minimum ${amount(minimum, unit)}, spread ${amount(spread, unit)}, ${runs} runs`
}

/** `1.82 ×, + 24 ms`. */
export function comparison(row: Row): string {
  const [ratio, difference] = [ratioOf(row), differenceOf(row)]
  if (ratio === undefined || difference === undefined) return ''
  const sign = difference < 0 ? '−' : '+'
  const share = Number.isFinite(ratio) ? `${ratio.toFixed(2)} ×, ` : ''
  return `${share}${sign} ${amount(Math.abs(difference), row.unit)}`
}

export function amount(value: number, unit: Unit): string {
  const digits = {ms: 0, s: 2, MB: 2, 'MB/s': 1, calls: 0}[unit]
  return `${value.toFixed(Number.isInteger(value) ? 0 : digits)} ${unit === 'calls' && value === 1 ? 'call' : unit}`
}
