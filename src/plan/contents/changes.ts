import {quoted} from '../../lib/parse.ts'
import {pluginPrefix, type Contents} from './contents.ts'

/** More of a list than anybody reads. */
const mostPlugins = 10

/** What differs between the contents of two images, a phrase for each kind. */
export function changesBetween(before: Contents, now: Contents): string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  const changed = names.filter((name) => before[name] !== now[name])
  const plugins = changed.filter((name) => name.startsWith(pluginPrefix))
  const others = changed.filter((name) => !name.startsWith(pluginPrefix))
  return [...others.map((name) => change(name, before[name], now[name])), ...changedPlugins(plugins, before, now)]
}

function change(name: string, before: string | undefined, now: string | undefined): string {
  if (isDigest(before ?? now ?? '')) return `${name} changed`
  return `${name} ${shown(before)} → ${shown(now)}`
}

function changedPlugins(names: readonly string[], before: Contents, now: Contents): string[] {
  if (names.length === 0) return []
  const list = names
    .slice(0, mostPlugins)
    .map((name) => `${name.slice(pluginPrefix.length)} ${shown(before[name])} → ${shown(now[name])}`)
  const more = names.length > mostPlugins ? `, and ${names.length - mostPlugins} more` : ''
  return [`${names.length} plugin${names.length === 1 ? '' : 's'}: ${list.join(', ')}${more}`]
}

const isDigest = (value: string): boolean => /^[0-9a-f]{32}$/.test(value)

function shown(value: string | undefined): string {
  if (value === undefined) return 'none'
  return /^[\w.:/=,@+-]+$/.test(value) ? value : quoted(value)
}
