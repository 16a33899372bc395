import {baseTitles} from '../machines/driver.ts'
import type {Report, ReportedCall} from '../report.ts'
import {actionsNode} from '../runner/node.ts'

/** No local cloud can say it. */
const aws = 'what AWS itself would say: its permissions, limits and times'

/** What a rehearsal with light machines says nothing about. */
const lightDoesNotProve =
  'by light machines: that the template’s scripts install Jenkins (their commands were recorded, not executed), that the image boots, and ' +
  aws

const realMachine = 'systemd, cloud-init, OpenSSH, OpenJDK and apt, and a fresh boot from the image'

/** A rehearsal's result for the person who started it: what happened, what was real, and what it does not prove. */
export function accountOf(report: Report, node = actionsNode().version): string {
  const {outputs, packer, jenkins, driver} = report
  const verdict = outputs['verdict'] ?? 'none: the action ended before there was one'
  const image = outputs['ami-id']
    ? ` (${outputs['ami-id']}${outputs['deregistered'] === 'true' ? ', deregistered' : ''})`
    : ''
  const rows: [string, string][] = [
    ['Verdict', `${verdict}${image}, exit ${report.exitCode} after ${report.seconds.toFixed(1)} s`],
    [
      'Real',
      `the action as committed, on Node ${node}; Packer ${packer.version}, ${packer.source}; ${realPart(report)}`
    ],
    ['Stood in', `AWS (EC2, STS, IAM, Parameter Store) and GitHub’s OIDC: the local cloud${standIns(report)}`],
    ['Not proven', driver === 'light' ? lightDoesNotProve : nspawnDoesNotProve(jenkins)],
    ...(report.whyLight === null ? [] : [['Light', `because ${report.whyLight}`] as [string, string]]),
    ['Phases', report.phases.map(({name, seconds}) => `${name} ${seconds.toFixed(1)} s`).join(', ') || 'none'],
    ...callRows(report.calls),
    [
      'Leftovers',
      report.leftovers
        .map(({type, id, region}) => [type, id, ...(region ? ['in', region] : [])].join(' '))
        .join(', ') || 'none'
    ],
    ['Files', `${report.logFile} ${report.summaryFile}`]
  ]
  return rows.map(([name, text]) => `${name.padEnd(11)}${text}\n`).join('')
}

function realPart({base, jenkins}: Report): string {
  if (base === null) return 'SSH and HTTP'
  return `machines with ${baseTitles[base]}, ${realMachine}${jenkins.standIn ? '' : `; Jenkins ${jenkins.version}`}`
}

function standIns({driver, jenkins}: Report): string {
  const machines =
    driver === 'light' ? '; machines: light, an SSH and an HTTP server' : '; virtual hardware: systemd-nspawn'
  return `${machines}${jenkins.standIn ? `; Jenkins ${jenkins.version}: a stand-in, and its package repository` : ''}`
}

function nspawnDoesNotProve({standIn}: Report['jenkins']): string {
  return `${standIn ? 'that the real Jenkins package installs and boots; ' : ''}EC2’s kernel, boot loader and disks; and ${aws}`
}

function callRows(calls: readonly ReportedCall[]): [string, string][] {
  const names = {action: 'the action', packer: 'Packer', other: 'others'}
  const groups = (['action', 'packer', 'other'] as const)
    .map((by) => ({by, own: calls.filter((call) => call.by === by)}))
    .filter(({own}) => own.length > 0)
  if (groups.length === 0) return [['AWS calls', 'none']]
  return groups.map(({by, own}, i) => [
    i === 0 ? 'AWS calls' : '',
    `${own.length} by ${names[by]}: ${countByName(own)}`
  ])
}

/** `DescribeImages 5, RunInstances 1 (UnauthorizedOperation)`, in the order of their first arrival. */
function countByName(calls: readonly ReportedCall[]): string {
  const names = [...new Set(calls.map(({action}) => action))]
  return names
    .map((name) => {
      const own = calls.filter(({action}) => action === name)
      const failed = own.flatMap(({errorCode}) => errorCode ?? [])
      return `${name} ${own.length}${failed.length > 0 ? ` (${[...new Set(failed)].join(', ')})` : ''}`
    })
    .join(', ')
}
