/** One known way to fail: an entry of docs/troubleshooting.md, and the wording of its message. */
export interface Advice {
  /** Unique; the entry's anchor in docs/troubleshooting.md. */
  readonly id: string
  /** The entry's heading. */
  readonly title: string
  /** The event and its reason, in one or two sentences. */
  readonly cause: string
  /** The advice to the user. */
  readonly change: string
}

export const troubleshooting = 'docs/troubleshooting.md'

/** The line of a message before what a program printed, which may look like anything. */
export const quoteBegins = 'Packer said:'

/** The last line of a message that has an entry. */
export function pointer(id: string): string {
  return `See ${troubleshooting}#${id}.`
}
