import {quoted} from '../lib/parse.ts'
import {tagKeys} from '../aws/tags.ts'

/** EC2 allows 50 tags on a resource; the action and Packer set some of their own. */
const most = 40
/** EC2 allows any character in a tag (EC2 user guide, tag restrictions). Packer would evaluate two opening braces. */
const refused = /[\p{Cc}\p{Cs}\u2028\u2029]|\{\{/u

/**
 * Tags of the user's own, a line each, `key=value`. The first equals sign ends the key.
 *
 * @throws {Error} for what EC2 would refuse, and for keys that are the action's own
 */
export function parseTags(value: string): Readonly<Record<string, string>> {
  const tags = new Map<string, string>()
  for (const line of value
    .split('\n')
    // Packer normalizes strings to Unicode NFC (https://github.com/zclconf/go-cty/blob/main/docs/types.md), so the
    // action does, too.
    .map((text) => text.trim().normalize('NFC'))
    .filter(Boolean)) {
    const [, key = '', text = ''] = /^([^=]+)=(.*)$/.exec(line)?.map((part) => part.trim()) ?? []
    if (key === '') throw new Error(`${quoted(line)} is not allowed; expected lines of the form KEY=VALUE`)
    if (refused.test(line) || key.length > 128 || text.length > 256) {
      throw new Error(
        `${quoted(line)} is not allowed; a tag's key may have at most 128 characters and its value at most 256, without control characters and without {{`
      )
    }
    if (/^aws:/i.test(key) || key.startsWith(tagKeys.bake.replace(/[^:]*$/, ''))) {
      throw new Error(
        `${quoted(key)} is not allowed; keys that begin with aws: or ${tagKeys.bake.replace(/[^:]*$/, '')} are reserved`
      )
    }
    if (tags.has(key)) throw new Error(`has the key ${quoted(key)} twice`)
    tags.set(key, text)
  }
  if (tags.size > most) throw new Error(`has ${tags.size} tags; at most ${most} are allowed`)
  return Object.fromEntries(tags)
}
