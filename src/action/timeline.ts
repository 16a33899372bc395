import type {Phase} from '../lib/log.ts'
import {fenced} from './markdown.ts'

const longestBar = 24
const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** The phases of a run with bars, which read in light and dark alike. */
export function timeline(phases: readonly Phase[]): string {
  const longest = Math.max(...phases.map(({seconds}) => seconds), 1)
  const widest = Math.max(...phases.map(({name}) => name.length))
  const lines = phases.map(({name, seconds}) => {
    const eighths = Math.round((seconds / longest) * longestBar * 8)
    const bar = `${'█'.repeat(Math.floor(eighths / 8))}${blocks[eighths % 8] ?? ''}`
    return `${name.padEnd(widest)} ${duration(seconds).padStart(10)}  ${bar}`.trimEnd()
  })
  return fenced(lines.join('\n'))
}

/** `4 min 10 s`, `61.0 s` below two minutes. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
