import type {Tag} from '@aws-sdk/client-iam'
import {AwsError} from '../protocol/errors.ts'
import type {Tags} from './store.ts'

const mostTags = 50

export const tagList = (tags: Tags): Tag[] => [...tags].map(([Key, Value]) => ({Key, Value}))

/** @throws AwsError InvalidInput, LimitExceeded */
export function readTags(tags: readonly Tag[] | undefined): Tags {
  const result = new Map<string, string>()
  for (const {Key: key = '', Value: value = ''} of tags ?? []) {
    if (/^aws:/iu.test(key)) throw new AwsError('InvalidInput', `The tag key ${key} uses the reserved prefix aws:`)
    if (result.has(key)) throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
    result.set(key, value)
  }
  checkNumber(result)
  return result
}

/** @throws AwsError LimitExceeded */
export function withTags(tags: Tags, added: Tags): Tags {
  const result = new Map([...tags, ...added])
  checkNumber(result)
  return result
}

export function withoutTags(tags: Tags, keys: readonly string[] = []): Tags {
  return new Map([...tags].filter(([key]) => !keys.includes(key)))
}

function checkNumber({size}: Tags): void {
  if (size > mostTags) throw new AwsError('LimitExceeded', `Cannot exceed quota for TagsPerResource: ${mostTags}`, 409)
}
