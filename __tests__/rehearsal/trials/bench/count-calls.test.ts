import {expect, it} from '@jest/globals'
import {callsBy, fewestOf, total} from '../../../../rehearsal/trials/bench/count-calls.ts'
import type {ReportedCall} from '../../../../rehearsal/trials/report.ts'

const call = (by: ReportedCall['by'], action: string, service: ReportedCall['service'] = 'ec2'): ReportedCall => ({
  n: 1,
  service,
  action,
  status: 200,
  errorCode: null,
  by
})

it('counts one caller’s calls of EC2, and a dry run as a call of its operation', () => {
  const calls = [
    call('action', 'RunInstances'),
    call('action', 'DryRunRunInstances'),
    call('packer', 'RunInstances'),
    call('action', 'AssumeRoleWithWebIdentity', 'sts'),
    call('action', 'DescribeImages')
  ]
  expect(callsBy('action', calls)).toEqual({DescribeImages: 1, RunInstances: 2})
  expect(total(callsBy('action', calls))).toBe(3)
})

it('keeps of two bakes what both have asked for', () => {
  expect(fewestOf({a: 3, b: 1, c: 2}, {a: 2, b: 4})).toEqual({a: 2, b: 1})
})
