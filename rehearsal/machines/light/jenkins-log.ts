import {randomBytes} from 'node:crypto'
import {failures, loadFailureStack, standIn} from './jenkins-pages.ts'
import type {JenkinsState} from './jenkins-boot.ts'

type Entry = (level: string, source: string, text: string) => string

/** What Jenkins prints when it enters a state, in the form of its SupportLogFormatter, which marks all lines of a message but the first. */
export function logOf(state: JenkinsState, version: string, now: Date): string[] {
  const entry: Entry = (level, source, text) => `${timestamp(now)} [id=31]\t${level}\t${source}: ${text}`
  return {
    closed: () => [],
    starting: startingLog,
    'boot-failure': bootFailureLog,
    'load-failure': loadFailureLog,
    up: upLog
  }[state](entry, version)
}

/** What systemd says of a service that exits again and again. */
export const gaveUpLines = [
  'systemd[1]: jenkins.service: Main process exited, code=exited, status=5/NOTINSTALLED',
  "systemd[1]: jenkins.service: Failed with result 'exit-code'.",
  'systemd[1]: jenkins.service: Start request repeated too quickly.',
  'systemd[1]: Failed to start jenkins.service - Jenkins Continuous Integration Server.'
]

function startingLog(entry: Entry, version: string): string[] {
  const home = 'Jenkins home directory: /var/lib/jenkins found at: EnvVars.masterEnvVars.get("JENKINS_HOME")'
  return [
    standIn,
    'Running from: /usr/share/java/jenkins.war',
    entry('INFO', 'hudson.WebAppMain#contextInitialized', home),
    entry('INFO', 'jenkins.model.Jenkins#<init>', `Starting version ${version}`),
    entry('INFO', 'jenkins.InitReactorRunner$1#onAttained', 'Started initialization')
  ]
}

function bootFailureLog(entry: Entry): string[] {
  return [
    entry('SEVERE', 'hudson.util.BootFailure#publish', 'Failed to initialize Jenkins'),
    `io.jenkins.plugins.casc.UnknownConfiguratorException: ${failures['boot-failure']}`,
    '\tat io.jenkins.plugins.casc.ConfigurationAsCode.invokeWith(ConfigurationAsCode.java:874)',
    '\tat io.jenkins.plugins.casc.ConfigurationAsCode.init(ConfigurationAsCode.java:390)',
    'Caused: io.jenkins.plugins.casc.ConfigurationAsCodeBootFailure',
    ...stopping(entry)
  ]
}

function loadFailureLog(entry: Entry): string[] {
  const [first = '', ...rest] = loadFailureStack.map((line) =>
    /^(\t|Caused: )/.test(line) ? line : `${marked}${line}`
  )
  return [
    entry('SEVERE', 'hudson.util.BootFailure#publish', 'Failed to initialize Jenkins'),
    first.replace(marked, ''),
    ...rest,
    ...stopping(entry)
  ]
}

/** What comes after each failed boot: the cause is not the last stack. */
function stopping(entry: Entry): string[] {
  return [
    entry('INFO', 'hudson.lifecycle.Lifecycle#onStatusUpdate', 'Stopping Jenkins'),
    entry('INFO', 'hudson.lifecycle.Lifecycle#onStatusUpdate', 'Jenkins stopped'),
    entry('INFO', 'hudson.WebAppMain#contextDestroyed', 'Shutting down a Jenkins instance that was still starting up'),
    'java.lang.Throwable: reason',
    '\tat hudson.WebAppMain.contextDestroyed(WebAppMain.java:419)'
  ]
}

const marked = '[LF]> '

/** SetupWizard.java prints the initial password in just this way. This one is random and opens nothing. */
function upLog(entry: Entry): string[] {
  const stars = ['', ...Array.from({length: 3}, () => '*'.repeat(61)), '']
  const banner = [
    '',
    ...stars,
    'Jenkins initial setup is required. An admin user has been created and a password generated.',
    'Please use the following password to proceed to installation:',
    '',
    randomBytes(16).toString('hex'),
    '',
    'This may also be found at: /var/lib/jenkins/secrets/initialAdminPassword',
    ...stars.slice(0, -1)
  ]
  return [
    ...withoutUpdates(entry),
    entry('INFO', 'jenkins.install.SetupWizard#init', ''),
    ...banner.map((line) => `${marked}${line}`),
    '',
    entry('INFO', 'jenkins.InitReactorRunner$1#onAttained', 'Completed initialization'),
    entry('INFO', 'hudson.lifecycle.Lifecycle#onReady', 'Jenkins is fully up and running')
  ]
}

/** A healthy Jenkins without a way to updates.jenkins.io (hudson.util.Retrier). */
function withoutUpdates(entry: Entry): string[] {
  const action = 'attempt #1 to do the action check updates server'
  return [
    entry('INFO', 'hudson.util.Retrier#start', `The ${action} failed with an allowed exception:`),
    'java.net.UnknownHostException: updates.jenkins.io',
    '\tat java.base/sun.nio.ch.NioSocketImpl.connect(NioSocketImpl.java:569)',
    '\tat hudson.model.DownloadService.loadJSON(DownloadService.java:122)',
    '\tat hudson.util.Retrier.start(Retrier.java:62)'
  ]
}

/** `2026-08-21 18:01:25.123+0000` */
function timestamp(now: Date): string {
  return now.toISOString().replace('T', ' ').replace('Z', '+0000')
}
