import {randomBytes} from 'node:crypto'
import {failures, loadFailureStack, standIn} from './jenkins-pages.ts'
import type {JenkinsState} from './jenkins-boot.ts'

type Entry = (level: string, source: string, text: string) => string

/** What Jenkins prints when it enters a state, in the form of its SupportLogFormatter. */
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
    '\tat io.jenkins.plugins.casc.ConfigurationAsCode.invokeWith(ConfigurationAsCode.java:797)',
    '\tat io.jenkins.plugins.casc.ConfigurationAsCode.init(ConfigurationAsCode.java:390)',
    'Caused: io.jenkins.plugins.casc.ConfigurationAsCodeBootFailure'
  ]
}

function loadFailureLog(entry: Entry): string[] {
  return [entry('SEVERE', 'hudson.util.BootFailure#publish', 'Failed to initialize Jenkins'), ...loadFailureStack]
}

/** SetupWizard.java prints the initial password in just this way. This one is random and opens nothing. */
function upLog(entry: Entry): string[] {
  const stars = '*'.repeat(61)
  return [
    entry('INFO', 'jenkins.install.SetupWizard#init', ''),
    '',
    stars,
    stars,
    stars,
    '',
    'Jenkins initial setup is required. An admin user has been created and a password generated.',
    'Please use the following password to proceed to installation:',
    '',
    randomBytes(16).toString('hex'),
    '',
    'This may also be found at: /var/lib/jenkins/secrets/initialAdminPassword',
    '',
    stars,
    stars,
    stars,
    '',
    entry('INFO', 'jenkins.InitReactorRunner$1#onAttained', 'Completed initialization'),
    entry('INFO', 'hudson.lifecycle.Lifecycle#onReady', 'Jenkins is fully up and running')
  ]
}

/** `2026-08-21 18:01:25.123+0000` */
function timestamp(now: Date): string {
  return now.toISOString().replace('T', ' ').replace('Z', '+0000')
}
