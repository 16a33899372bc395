import {execFileSync, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'

const functions = join(import.meta.dirname, '../../templates/jenkins/files/jenkins-log.sh')

/** What one of the functions makes of a journal. */
function read(name: string, journal: readonly string[]): string[] {
  const input = journal.map((line) => `${line}\n`).join('')
  return execFileSync('sh', ['-c', '. "$0"; "$1"', functions, name], {input, encoding: 'utf8'}).trimEnd().split('\n')
}
const causesOf = (...journal: string[]) => read('jenkins_cause', journal)

const record = (level: string, text: string) => `2026-11-26 10:00:00.000+0000 [id=42]\t${level}\t${text}`
const frames = (count: number) => Array.from({length: count}, (_, n) => `\tat hudson.Part${n}.work(Part${n}.java:${n})`)
const ended = 'jenkins.service: Main process exited, code=exited, status=5/NOTINSTALLED'

/** What a healthy first start without a way out logs. */
const noise = [
  record('INFO', 'hudson.util.Retrier#start: The attempt #1 to do the action check updates server failed:'),
  'java.net.UnknownHostException: updates.jenkins.io',
  ...frames(20),
  record('SEVERE', 'hudson.model.UpdateSite#updateData: cannot read https://updates.jenkins.io/update-center.json'),
  'java.io.IOException: no answer',
  ...frames(20)
]

it('takes the exception that Jenkins prints first, among hundreds of stack frames', () => {
  expect(
    causesOf(
      ...noise,
      record('SEVERE', 'hudson.util.BootFailure#publish: Failed to initialize Jenkins'),
      'java.lang.UnsatisfiedLinkError: libfontmanager.so: libharfbuzz.so.0: cannot open shared object file',
      ...frames(150),
      'Caused: hudson.util.AWTProblem',
      ...frames(150),
      ended
    )
  ).toEqual([
    'java.lang.UnsatisfiedLinkError: libfontmanager.so: libharfbuzz.so.0: cannot open shared object file (Failed to initialize Jenkins: hudson.util.AWTProblem)',
    ended
  ])
})

it('reads on where systemd says that the process has ended before its last lines arrive', () => {
  const began = 'Starting jenkins.service - Jenkins Continuous Integration Server...'
  const failure = record('SEVERE', 'hudson.util.BootFailure#publish: Failed to initialize Jenkins')
  const root = 'java.lang.UnsatisfiedLinkError: libfontmanager.so'
  const [cause] = causesOf(
    began,
    failure,
    root,
    ...frames(3),
    ended,
    'Caused: hudson.util.AWTProblem',
    ...frames(3),
    began,
    'Caused: of.the.next.Start'
  )
  expect(cause).toBe(`${root} (Failed to initialize Jenkins: hudson.util.AWTProblem)`)
})

it('takes the last exception that Java prints', () => {
  expect(
    causesOf(
      record('SEVERE', 'winstone.Logger#logInternal: Container startup failed'),
      'java.io.IOException: Failed to start Jetty',
      ...frames(3),
      'Caused by: java.io.IOException: Failed to bind to 0.0.0.0/0.0.0.0:8080',
      '\t... 3 more',
      'Caused by: java.net.BindException: Address already in use',
      '\t... 9 more'
    )
  ).toEqual(['java.net.BindException: Address already in use (Container startup failed)'])
})

it('names the step that failed', () => {
  const exception = ['java.lang.IllegalStateException: this plugin always fails', ...frames(5)]
  expect(
    causesOf(
      record('SEVERE', 'jenkins.InitReactorRunner$1#onTaskFailed: Failed ThrowingPlugin.start'),
      ...exception,
      record('SEVERE', 'hudson.util.BootFailure#publish: Failed to initialize Jenkins'),
      ...exception,
      'Caused: hudson.util.HudsonFailedToLoad'
    )
  ).toEqual(['java.lang.IllegalStateException: this plugin always fails (Failed ThrowingPlugin.start)'])
})

it('names the file that an exception in between names', () => {
  expect(
    causesOf(
      record('SEVERE', 'hudson.util.BootFailure#publish: Failed to initialize Jenkins'),
      'javax.xml.stream.XMLStreamException: ParseError at [row,col]:[1,16]',
      ...frames(5),
      'Caused: com.thoughtworks.xstream.io.StreamException: ',
      'Caused: java.io.IOException: Unable to read /var/lib/jenkins/config.xml',
      ...frames(5),
      'Caused: hudson.util.HudsonFailedToLoad'
    )
  ).toEqual([
    'javax.xml.stream.XMLStreamException: ParseError at [row,col]:[1,16] (Failed to initialize Jenkins: hudson.util.HudsonFailedToLoad; java.io.IOException: Unable to read /var/lib/jenkins/config.xml)'
  ])
})

it('knows whether the last start has failed', () => {
  const failed = (...journal: string[]) => {
    const input = journal.map((line) => `${line}\n`).join('')
    return spawnSync('sh', ['-c', '. "$0"; jenkins_has_failed', functions], {input}).status === 0
  }
  const started = 'Starting jenkins.service - Jenkins Continuous Integration Server...'
  const fatal = record('SEVERE', 'hudson.util.BootFailure#publish: Failed to initialize Jenkins')
  expect(failed(started, fatal, ...frames(3))).toBe(true)
  expect(failed(started, fatal, started)).toBe(false)
  expect(failed(started, record('SEVERE', 'a.B#c: Failed Loading plugin x'))).toBe(false)
})

it('says also what failed before that ended the start', () => {
  expect(
    causesOf(
      record('SEVERE', 'jenkins.InitReactorRunner$1#onTaskFailed: Failed Loading plugin Git v5 (git)'),
      'java.io.IOException: Failed to load: Git (git 5)',
      ' - Plugin is missing: scm-api (1)',
      ...frames(5),
      record('SEVERE', 'hudson.util.BootFailure#publish: Failed to initialize Jenkins'),
      'io.jenkins.plugins.casc.ConfiguratorException: No configurator for the root element git',
      ...frames(5)
    )
  ).toEqual([
    'io.jenkins.plugins.casc.ConfiguratorException: No configurator for the root element git (Failed to initialize Jenkins)',
    'before: java.io.IOException: Failed to load: Git (git 5) - Plugin is missing: scm-api (1) (Failed Loading plugin Git v5 (git))'
  ])
})

it.each([
  ["Unrecognized VM option 'NoSuchFlag'", ['Error: Could not create the Java Virtual Machine.']],
  ['Error occurred during initialization of VM', ['Too small maximum heap']],
  ['# There is insufficient memory for the Java Runtime Environment to continue.', []],
  ['Running with Java 17 from /usr/lib/jvm/java-17, which is older than the minimum required version (Java 21).', []],
  ['jenkins: failed to find a valid Java installation', []],
  ['jenkins.service: Failed at step EXEC spawning /usr/bin/jenkins: No such file or directory', []],
  ['jenkins.service: A process of this unit has been killed by the OOM killer.', []],
  ['jenkins.service: start operation timed out. Terminating.', []]
])('takes what ends Jenkins before it can log: %s', (line, more) => {
  const [first = ''] = causesOf('Starting jenkins.service - Jenkins...', line, ...more, ended)
  expect(first.startsWith(line)).toBe(true)
  expect(first).toContain(line.startsWith('Error occurred') ? 'Too small maximum heap' : '')
})

it('takes what a command before Jenkins said last', () => {
  const exit = 'jenkins.service: Control process exited, code=exited, status=1/FAILURE'
  expect(causesOf('Starting jenkins.service', 'the licence is not at /run/licence', exit)).toEqual([
    'the licence is not at /run/licence',
    exit
  ])
})

it('does not take what Java says for the message of an exception before it', () => {
  const noRoute = noise.slice(0, 2)
  expect(
    causesOf(
      ...noRoute,
      "Unrecognized VM option 'NoSuchFlag'",
      'Error: Could not create the Java Virtual Machine.',
      ended
    )
  ).toEqual(["Unrecognized VM option 'NoSuchFlag'", ended])
})

it('finds nothing in a healthy start without a way out', () => {
  expect(
    causesOf(...noise, record('INFO', 'hudson.lifecycle.Lifecycle#onReady: Jenkins is fully up and running'))
  ).toEqual([''])
})

it('keeps the cause short, whatever the message is', () => {
  const [cause = ''] = causesOf(
    record('SEVERE', 'a.B#c: Failed to initialize Jenkins'),
    `java.lang.Error: ${'x'.repeat(100_000)}`
  )
  expect(cause).toHaveLength(400)
})

it('shortens stack traces and removes what looks like a password', () => {
  expect(read('shortened_journal', ['java.lang.Error', ...frames(10), 'Caused by: b.C', '\t... 3 more'])).toEqual([
    'java.lang.Error',
    ...frames(2),
    'Caused by: b.C',
    '\t... 3 more'
  ])
  expect(read('redacted', ['0123456789abcdef0123456789abcdef'])).toEqual(['[32 hexadecimal digits removed]'])
})
