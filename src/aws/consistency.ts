import {pauseFor, withRetries} from '../lib/wait.ts'

/**
 * Repeats, for some seconds, what AWS refuses because it does not know something new yet: ids are eventually consistent, and the
 * SDK does not retry this (hashicorp/packer#1322). A launch is repeatable by its client token.
 */
export function onceKnown<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const isTransient = (error: unknown): boolean =>
    error instanceof Error && /^Invalid(Group|AMIID|Snapshot)\.NotFound$/.test(error.name)
  return withRetries(attempt, {isTransient, pause: pauseFor, signal})
}
