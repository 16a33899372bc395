import {pauseFor, withRetries} from '../lib/wait.ts'

/**
 * How many results a search asks for at once. AWS wants to be asked so: without a number its answer has everything, and in large
 * accounts that is slow, throttled, or never comes (EC2 API reference, "Pagination"). Each of the searches here takes 500, but
 * for those of launch templates and instance types.
 */
export const pageSize = 500
/** The most that DescribeLaunchTemplates and DescribeLaunchTemplateVersions take. */
export const templatePageSize = 200
/** The most that DescribeInstanceTypes takes. */
export const typePageSize = 100

/** All pages of a search. A page may be empty and the next one not. */
export async function allPages<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const page of pages) collected.push(page)
  return collected
}

/**
 * Repeats, for some seconds, what AWS refuses because it does not know something new yet: ids are eventually consistent, and the
 * SDK does not retry this (hashicorp/packer#1322). A launch is repeatable by its client token.
 */
export function onceKnown<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const isTransient = (error: unknown): boolean =>
    error instanceof Error && /^Invalid(Group|AMIID|Snapshot)\.NotFound$/.test(error.name)
  return withRetries(attempt, {isTransient, pause: pauseFor, signal})
}
