import {EC2ServiceException} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {adviceOnFailure, explainRefusal} from '../../../../src/aws/errors/explain.ts'
import {UserError} from '../../../../src/lib/errors.ts'

const refusal = (name: string, message: string): EC2ServiceException =>
  new EC2ServiceException({name, message, $fault: 'client', $metadata: {}})

it('says what was attempted, what AWS said and what to change', () => {
  const explained = explainRefusal('Smoke test', refusal('UnauthorizedOperation', 'You are not authorized'))
  expect(explained).toBeInstanceOf(UserError)
  expect(explained).toMatchObject({
    message: expect.stringMatching(
      /^Smoke test: AWS answered UnauthorizedOperation: You are not authorized\n.*iam\/permissions\.json/
    )
  })
})

it.each([
  ['VPCIdNotSpecified', 'default VPC'],
  ['VcpuLimitExceeded', 'quota'],
  ['InsufficientInstanceCapacity', "'instance-types'"]
])('knows what helps against %s', (code, advice) => {
  expect(explainRefusal('Build', refusal(code, 'no'))).toMatchObject({message: expect.stringContaining(advice)})
})

it('does not say of a group that there is already that it does not exist', () => {
  const explained = explainRefusal('Build', refusal('InvalidGroup.Duplicate', 'The security group already exists'))
  expect(explained).toMatchObject({message: expect.not.stringContaining('its id')})
  expect(explainRefusal('Build', refusal('InvalidGroup.NotFound', 'no'))).toMatchObject({
    message: expect.stringContaining('its id')
  })
})

it('leaves an error that is not AWS’s as it is', () => {
  const defect = new TypeError('x is undefined')
  expect(explainRefusal('Build', defect)).toBe(defect)
})

const advice = (error: unknown): string => adviceOnFailure(error, {policies: 'p.json has it', otherwise: 'Look.'})

it.each([
  ['RequestLimitExceeded', 'no', /sends too many requests/],
  ['ExpiredTokenException', 'no', /expired/],
  [
    'UnauthorizedOperation',
    'You are not authorized to perform: ec2:CopyImage because no identity-based policy',
    /p\.json has it/
  ]
])('says what helps against %s in a call that a message names', (code, message, expected) => {
  expect(advice(refusal(code, message))).toMatch(expected)
})

it('gives no advice about a bake’s source image for another call', () => {
  expect(advice(refusal('InvalidAMIID.NotFound', 'no'))).toBe('Look.')
  expect(advice(new TypeError('x is undefined'))).toBe('Look.')
})

it('says where to look if AWS gave no answer', () => {
  expect(advice(Object.assign(new Error('socket hang up'), {$metadata: {}}))).toMatch(/^Run the job again\./)
})
