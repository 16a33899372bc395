import {baseTitles} from '../machines/driver.ts'
import {wasWar, type Report, type ReportedCall, type ReportedJenkins} from '../trials/report.ts'
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
  const plugins = jenkins.plugins === null ? '' : `; plugins from ${jenkins.plugins}`
  return `machines with ${baseTitles[base]}, ${realMachine}${realJenkins(jenkins)}${plugins}`
}

function realJenkins({version, standIn, file}: ReportedJenkins): string {
  if (standIn) return ''
  return `; Jenkins ${version}${file === null ? '' : ` from ${file}`}`
}

function standIns({driver, jenkins}: Report): string {
  const machines =
    driver === 'light' ? '; machines: light, an SSH and an HTTP server' : '; virtual hardware: systemd-nspawn'
  return `${machines}${standInOfJenkins(jenkins)}`
}

function standInOfJenkins(jenkins: ReportedJenkins): string {
  const {version, standIn, file, plugins} = jenkins
  if (standIn) return `; Jenkins ${version}: a stand-in, and its package repository`
  if (file === null) return plugins === null ? '' : '; Jenkins’s update center'
  const codeless = plugins === null ? ' with plugins that have no code' : ''
  const around = wasWar(jenkins) ? '; the package around jenkins.war' : ''
  return `${around}; Jenkins’s package repository and update center${codeless}`
}

function nspawnDoesNotProve(jenkins: ReportedJenkins): string {
  return `${leftOpenBy(jenkins)}EC2’s kernel, boot loader and disks; and ${aws}`
}

function leftOpenBy(jenkins: ReportedJenkins): string {
  if (jenkins.standIn) return 'that the real Jenkins package installs and boots; '
  return wasWar(jenkins) ? 'that Jenkins’s own package installs; ' : ''
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
