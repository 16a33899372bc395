import {expect, it} from '@jest/globals'
import {accountOf} from '../../../rehearsal/cli/account.ts'
import type {Report} from '../../../rehearsal/trials/report.ts'

const report: Report = {
  exitCode: 0,
  seconds: 9.87,
  driver: 'light',
  base: null,
  whyLight: null,
  packer: {version: '1.16.0', source: 'built from its Go module'},
  jenkins: {version: '2.568.2', standIn: true, file: null, plugins: null},
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
  logFile: '/log.txt',
  beside: [],
  again: []
}

const nspawn: Report = {...report, driver: 'nspawn', base: 'debian-13'}

it('says what happened, what was real, what stood in and what is not proven', () => {
  expect(accountOf(report, '24.0.0')).toMatchInlineSnapshot(`
"Verdict    verified (ami-1), exit 0 after 9.9 s
Real       the action as committed, on Node 24.0.0; Packer 1.16.0, built from its Go module; SSH and HTTP
Stood in   AWS (EC2, STS, IAM, Parameter Store) and GitHub’s OIDC: the local cloud; machines: light, an SSH and an HTTP server; Jenkins 2.568.2: a stand-in, and its package repository
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

it('says of real machines what was real, and what a stand-in of Jenkins leaves open', () => {
  const real = accountOf({...report, driver: 'nspawn', base: 'debian-13'}, '24.0.0')
  expect(real).toContain(
    '; machines with Debian 13, systemd, cloud-init, OpenSSH, OpenJDK and apt, and a fresh boot from the image\n'
  )
  expect(real).toContain(
    '; virtual hardware: systemd-nspawn; Jenkins 2.568.2: a stand-in, and its package repository\n'
  )
  expect(real).toContain(
    'Not proven that the real Jenkins package installs and boots; EC2’s kernel, boot loader and disks; and what AWS'
  )
})

it('names the system that the machines ran', () => {
  expect(accountOf({...report, driver: 'nspawn', base: 'ubuntu-24.04'})).toContain(
    'machines with Ubuntu 24.04, systemd'
  )
})

it('counts Jenkins itself among what was real, where it was', () => {
  const real = accountOf({...nspawn, jenkins: {version: '2.570', standIn: false, file: null, plugins: null}}, '24.0.0')
  expect(real).toMatch(/^Real .*fresh boot from the image; Jenkins 2\.570$/m)
  expect(real).not.toContain('a stand-in')
  expect(real).toContain('Not proven EC2’s kernel')
})

it('says from which file Jenkins came, and that its repository stood in', () => {
  const jenkins = {version: '2.568.2', standIn: false, file: '/j/jenkins.deb', plugins: '/j/plugins'}
  const account = accountOf({...nspawn, jenkins}, '24.0.0')
  expect(account).toMatch(/^Real .*; Jenkins 2\.568\.2 from \/j\/jenkins\.deb; plugins from \/j\/plugins$/m)
  expect(account).toMatch(/^Stood in .*systemd-nspawn; Jenkins’s package repository and update center$/m)
  expect(account).toContain('Not proven EC2’s kernel')
  const alone = accountOf({...nspawn, jenkins: {...jenkins, plugins: null}})
  expect(alone).toMatch(/^Stood in .*update center with plugins that have no code$/m)
})

it('says of a WAR that the package around it is the rehearsal’s', () => {
  const jenkins = {version: '2.568.2', standIn: false, file: '/j/jenkins.war', plugins: '/j/plugins'}
  const account = accountOf({...nspawn, jenkins})
  expect(account).toContain('; the package around jenkins.war; Jenkins’s package repository')
  expect(account).toContain('Not proven that Jenkins’s own package installs; EC2’s kernel')
})

it('says of plugins beside a Jenkins from its own repository that their update center stood in', () => {
  const account = accountOf({...nspawn, jenkins: {version: '2.570', standIn: false, file: null, plugins: '/p'}})
  expect(account).toMatch(/^Real .*; Jenkins 2\.570; plugins from \/p$/m)
  expect(account).toMatch(/^Stood in .*systemd-nspawn; Jenkins’s update center$/m)
})

it('says why machines were light', () => {
  expect(accountOf({...report, whyLight: 'there is no overlay'})).toContain('Light      because there is no overlay\n')
})
