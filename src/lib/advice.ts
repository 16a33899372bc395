/** What is known of one way to fail: an entry of docs/troubleshooting.md, and the words of its message. */
export interface Advice {
  /** Unique; the entry's anchor in docs/troubleshooting.md. */
  readonly id: string
  /** The entry's heading. */
  readonly title: string
  /** What happened and why, in one or two sentences. */
  readonly cause: string
  /** What to change. */
  readonly change: string
}

export const troubleshooting = 'docs/troubleshooting.md'

/** The last line of a message that has an entry. */
export function pointer(id: string): string {
  return `See ${troubleshooting}#${id}.`
}
