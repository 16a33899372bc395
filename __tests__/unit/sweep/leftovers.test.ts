import {expect, it} from '@jest/globals'
import {adviceOn, describeLeftovers} from '../../../src/sweep/leftovers.ts'

const awsError = (name: string, message: string): Error => Object.assign(new Error(message), {name})
const denial = (because: string): Error =>
  awsError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: u is not authorized to perform: ec2:DeleteVolume on resource: r because ${because}`
  )

it.each([
  [
    denial('no identity-based policy allows the ec2:DeleteVolume action'),
    /^Allow ec2:DeleteVolume in the role's policy/
  ],
  [denial('no permissions boundary allows the ec2:DeleteVolume action'), /^The role's permissions boundary/],
  [awsError('UnauthorizedOperation', 'You are not authorized to perform this operation.'), /^Allow it in the role's/],
  [awsError('RequestLimitExceeded', 'Request limit exceeded.'), /^Run the job again later/]
])('says what to change after %s', (error, advice) => {
  expect(adviceOn(error)).toMatch(advice)
})

it.each([awsError('DependencyViolation', 'it has a dependent object'), 'text'])('knows nothing of %s', (error) => {
  expect(adviceOn(error)).toBeUndefined()
})

const volume = {type: 'volume', id: 'vol-1', state: '', reason: 'AWS refused to remove it: no'} as const

it('names each thing, and each advice once', () => {
  const advice = 'Allow it.'
  expect(
    describeLeftovers([
      {...volume, advice},
      {...volume, id: 'vol-2', advice}
    ])
  ).toBe(
    [
      'Left in the account: volume vol-1: AWS refused to remove it: no',
      'Left in the account: volume vol-2: AWS refused to remove it: no',
      'Allow it.',
      'See docs/troubleshooting.md#left-in-the-account.'
    ].join('\n')
  )
})

it('always says what to do', () => {
  expect(describeLeftovers([volume])).toContain('\nRun the sweep action when it has expired')
})
