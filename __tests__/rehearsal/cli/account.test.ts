import {expect, it} from '@jest/globals'
import {accountOf} from '../../../rehearsal/cli/account.ts'
import type {Report} from '../../../rehearsal/report.ts'

const report: Report = {
  exitCode: 0,
  seconds: 9.87,
  driver: 'light',
  packer: {version: '1.16.0', source: 'built from its Go module'},
  jenkins: {version: '2.568.2', standIn: true},
  outputs: {verdict: 'verified', 'ami-id': 'ami-1', deregistered: 'false'},
  phases: [
    {name: 'Build', seconds: 4},
    {name: 'Sweep', seconds: 0.26}
  ],
  calls: [
    {n: 1, service: 'ec2', action: 'RunInstances', status: 200, errorCode: null, by: 'packer'},
    {n: 2, service: 'ec2', action: 'DescribeImages', status: 200, errorCode: null, by: 'action'},
    {n: 3, service: 'ec2', action: 'DescribeImages', status: 400, errorCode: 'InvalidAMIID.NotFound', by: 'action'}
  ],
  leftovers: [],
  summaryFile: '/s.md',
  logFile: '/log.txt'
}

it('says what happened, what was real, what stood in and what is not proven', () => {
  expect(accountOf(report, '24.0.0')).toMatchInlineSnapshot(`
"Verdict    verified (ami-1), exit 0 after 9.9 s
Real       the action as committed, on Node 24.0.0; Packer 1.16.0, built from its Go module; SSH and HTTP
Stood in   AWS (EC2, STS) and GitHub’s OIDC: the local cloud; machines: light; Jenkins 2.568.2: a stand-in, and its package repository
Not proven by light machines: that the template’s scripts install Jenkins (their commands were recorded, not executed), that the image boots, and what AWS itself would say: its permissions, limits and times
Phases     Build 4.0 s, Sweep 0.3 s
AWS calls  2 by the action: DescribeImages 2 (InvalidAMIID.NotFound)
           1 by Packer: RunInstances 1
Leftovers  none
Files      /log.txt /s.md
"
`)
})

it('names what was left and what was deregistered', () => {
  const red = accountOf({
    ...report,
    outputs: {...report.outputs, deregistered: 'true'},
    leftovers: [
      {type: 'snapshot', id: 'snap-1'},
      {type: 'process', id: '7 (packer)'}
    ]
  })
  expect(red).toContain('Leftovers  snapshot snap-1, process 7 (packer)\n')
  expect(red).toContain('verified (ami-1, deregistered)')
})
