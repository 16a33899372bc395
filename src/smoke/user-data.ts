import {jenkinsPort} from './answer.ts'
import {selfProbe} from './self-probe.ts'

export interface InstanceUserData {
  /** Minutes after which the instance ends itself, counted anew from each boot. */
  readonly deadlineMinutes: number
  /** The user's own, in any form that cloud-init knows; empty for none. */
  readonly userData: string
  /** Shell functions that read Jenkins's journal: the shipped template's `files/jenkins-log.sh`. */
  readonly jenkinsLog: string
  /** Present: the machine tests its own Jenkins, and authenticates its reports with this. */
  readonly probeKey?: string
}

/** @param timeoutMs how long it is needed; half an hour more lets it be swept in peace */
export function smokeDeadlineMinutes(timeoutMs: number): number {
  return Math.ceil(timeoutMs / 60_000) + 30
}

/** EC2's limit, in bytes, before base64. */
const longest = 16_384

/** A report on the console is between these lines. The last one is the newest. */
export const evidenceMarkers = {
  begin: '----- BEGIN bake-jenkins-ami evidence -----',
  end: '----- END bake-jenkins-ami evidence -----'
}

/**
 * The smoke instance's user data: a deadline, reports on the console while Jenkins is not up, and the user's own data.
 *
 * Ours is a boothook: cloud-init runs it on every boot, before sysinit.target is reached, and merges it with nothing, so
 * that neither side can overwrite the other's keys. The user's part is left for cloud-init to recognise by its first line
 * (https://docs.cloud-init.io/en/latest/explanation/format.html).
 *
 * @throws when both together are longer than EC2 takes
 */
export function instanceUserData({deadlineMinutes, userData, jenkinsLog, probeKey}: InstanceUserData): string {
  if (!Number.isInteger(deadlineMinutes) || deadlineMinutes < 1) throw new RangeError('the deadline is whole minutes')
  const parts = [part('text/cloud-boothook', boothook(deadlineMinutes, reporter(jenkinsLog), probeKey))]
  if (userData !== '') parts.push(isMime(userData) ? userData : part('text/plain', userData))
  const message = multipart(parts)
  const excess = Buffer.byteLength(message) - longest
  if (excess > 0) {
    const own = Buffer.byteLength(userData)
    throw new Error(
      `is ${own} bytes long, which is ${excess} too many: EC2 allows ${longest} bytes, and the smoke test's own deadline and reports need some of them`
    )
  }
  return message
}

/** The newest report on a console, without its markers; undefined when there is none. */
export function lastEvidence(consoleText: string): string | undefined {
  const begin = consoleText.lastIndexOf(evidenceMarkers.begin)
  if (begin === -1) return undefined
  const text = consoleText.slice(begin + evidenceMarkers.begin.length)
  const end = text.indexOf(evidenceMarkers.end)
  return (end === -1 ? text : text.slice(0, end)).replaceAll('\r', '').trim()
}

/**
 * systemd-run makes units in /run only: nothing of them outlives the instance. They have no default dependencies, because
 * those wait for sysinit.target, which may never come, and which waits for this script.
 */
function boothook(deadlineMinutes: number, report: string, probeKey: string | undefined): string {
  return `#cloud-boothook
#!/bin/sh
umask 077
set -- --quiet --no-block --collect --property=DefaultDependencies=no
systemd-run "$@" --unit=bake-deadline --timer-property=DefaultDependencies=no --on-active=${deadlineMinutes}min shutdown -h now
mkdir -p /run/bake-jenkins-ami
cat >/run/bake-jenkins-ami/report.sh <<'END'
${report}END
systemd-run "$@" --unit=bake-report sh /run/bake-jenkins-ami/report.sh
${probeKey === undefined ? '' : ownProbe(probeKey)}`
}

function ownProbe(key: string): string {
  return `cat >/run/bake-jenkins-ami/probe.py <<'END'
${selfProbe(key, jenkinsPort)}END
systemd-run "$@" --unit=bake-probe python3 -I /run/bake-jenkins-ami/probe.py
`
}

/** The beginning of a report's lines that say why Jenkins ended. */
export const causeMark = 'cause: '

/** A line of a report if Jenkins has failed and its process still runs. */
export const stuckMark = 'jenkins.service has failed to start, and does not end'

/**
 * Reports when Jenkins has failed or begins again, and every 30 seconds while it is not up: first the cause, then the units that
 * have failed, then the journal. A report is written at once and on a line of its own, because others write to the
 * console, too: a login prompt ends without a newline.
 */
function reporter(jenkinsLog: string): string {
  return String.raw`${withoutComments(jenkinsLog)}
unit=jenkins.service
report() {
  echo '${evidenceMarkers.begin}'
  jenkins_journal | jenkins_cause | sed 's/^/${causeMark}/'
  [ $stuck -lt 20 ] || echo '${stuckMark}'
  systemctl --failed --plain --no-legend --no-pager
  systemctl status --no-pager --lines=0 $unit
  jenkins_journal | tail -n 400 | shortened_journal | tail -n 100
  journalctl --boot --priority=err --no-pager --lines=20 --output=short
  echo '${evidenceMarkers.end}'
}
failures=0
waited=0
stuck=0
while sleep 2; do
  waited=$((waited + 2))
  state=$(systemctl is-active $unit)
  known=$failures
  failures=$(systemctl show --property=NRestarts --value $unit)
  [ "$state" != failed ] || failures=failed
  if [ "$state" != active ] && jenkins_journal | jenkins_has_failed; then
    stuck=$((stuck + 2))
  else
    stuck=0
  fi
  if [ "$state" = active ]; then
    waited=0
  elif [ "$failures" != "$known" ] || [ $stuck = 4 ] || [ $stuck = 20 ] || [ $waited -ge 30 ]; then
    waited=0
    text=$(report 2>&1 | redacted)
    printf '\n%s\n' "$text" >/dev/console
  fi
done
`
}

/** EC2's limit counts them. */
function withoutComments(script: string): string {
  return script
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => line.replace(/^ +/, ''))
    .join('\n')
}

function multipart(parts: readonly string[]): string {
  let boundary = 'bake-jenkins-ami'
  while (parts.some((each) => each.includes(`--${boundary}`))) boundary += 'x'
  const body = parts.map((each) => `--${boundary}\n${each}\n`).join('')
  return `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n\n${body}--${boundary}--\n`
}

/** cloud-init decodes letters beyond ASCII only where they are encoded. */
function part(type: string, text: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII is what is meant
  if (/^[\x00-\x7f]*$/.test(text)) return `Content-Type: ${type}; charset="us-ascii"\n\n${text}`
  const encoded = Buffer.from(text).toString('base64')
  return `Content-Type: ${type}; charset="utf-8"\nContent-Transfer-Encoding: base64\n\n${encoded}`
}

/** It begins with headers of its own, and is already a MIME part. */
function isMime(userData: string): boolean {
  return /^(mime-version|content-type):/i.test(userData)
}
