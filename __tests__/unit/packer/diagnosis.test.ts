import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {diagnose} from '../../../src/packer/diagnosis.ts'
import {connectionRules} from '../../../src/packer/diagnosis/connection.ts'
import {failureIn, type Failure} from '../../../src/packer/diagnosis/failure.ts'
import type {BuildFacts} from '../../../src/packer/diagnosis/rule.ts'
import {machineRules, scriptFailed} from '../../../src/packer/diagnosis/scripts.ts'
import {imageUnknown, templateRules} from '../../../src/packer/diagnosis/template.ts'
import {awsCauses} from '../../../src/aws/errors/causes.ts'
import {parseMessage} from '../../../src/packer-output/messages.ts'
import {captures, failureOf} from './diagnosis/captures.ts'
import {causes} from './diagnosis/causes.ts'

const facts: BuildFacts = {shipped: true, tagged: true, sshUsername: 'admin', setupScript: '/workspace/setup.sh'}
const diagnosed = (failure: Failure, of: BuildFacts = facts) => diagnose(failure, of, 'ended with exit code 1')

const scripts = join(import.meta.dirname, '../../../templates/jenkins/scripts')

/** With what the shipped scripts fail: their words on the error stream, but for what is indented below such a line. */
const scriptMessages = readdirSync(scripts, {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.sh'))
  .flatMap((name) => [
    ...readFileSync(join(scripts, name), 'utf8').matchAll(
      /^\s*(?:fail(?:_with_cause)? (["'])(\w.*?)\1(?: "\$.*")?|echo "(\w.*)" >&2)$/gm
    )
  ])
  .map(([, , failed, said]) => (failed ?? said ?? '').replace(/\$\{[^}]*\}|\$\(.*\)|\$\w+/g, '7'))

/** A failure of a script, and what the machine said. */
const afterSaying = (...lines: string[]): Failure =>
  failureIn(
    [
      '1,,ui,say,==> a.b: Connected to SSH!',
      '1,,ui,say,==> a.b: Provisioning with shell script: /tmp/x.sh',
      ...lines.map((line) => `1,,ui,say,==> a.b: ${line.replaceAll(',', '%!(PACKER_COMMA)')}`),
      '1,,ui,say,==> a.b: Provisioning step had errors: Running the cleanup provisioner%!(PACKER_COMMA) if present...',
      '1,a.b,error,Script exited with non-zero exit status: 1. Allowed exit codes are: [0]'
    ].flatMap((line) => parseMessage(line) ?? []),
    ''
  )

describe('what real Packers printed', () => {
  it('is known capture by capture', () => {
    expect([...captures].toSorted()).toEqual(Object.keys(causes).toSorted())
  })

  it.each(Object.entries(causes))('finds the cause of %s', (capture, cause) => {
    const {id, message} = diagnosed(failureOf(capture))
    expect(id).toBe(cause)
    expect(message).toContain('\nWhat to change: ')
    expect(message).toContain(`\nSee docs/troubleshooting.md#${cause}.\n`)
    expect(message.length).toBeLessThan(3_500)
  })

  it('says that Packer’s session does not let a post-processor ask AWS what it asked', () => {
    const {message} = diagnosed(failureOf('post-processor-denied-1.16.0'))
    expect(message).toContain(
      'It was shell-local. AWS denied:\n- ec2:DescribeImages\nWhat to change: The action limits'
    )
    expect(message).toContain('images are copied and shared with ami_regions and ami_users')
  })

  it('names the image that does not fit the filter beside it, also where an old plugin says so', () => {
    const {message} = diagnosed(failureOf('source-beside-filter-1.16.0'))
    expect(message).toContain('The image is ami-01bd4f38623a3676c.')
    expect(message).toContain("leave 'source-ami' out")
    // Made up from a capture without an id: the plugins of Packer 1.6 print the ids between the filters and the owners.
    const without = failureOf('filter-empty-1.6.6')
    const errors = without.errors.map((text) =>
      text.replace(/^( *)Owners: /m, '$1ImageIds: ["ami-0123456789abcdef0"],\n$&')
    )
    const old = diagnosed({...without, errors})
    expect(old.id).toBe('source-beside-filter')
    expect(old.message).toContain('The image is ami-0123456789abcdef0.')
  })

  it('tells of every rule at least once, with what our scripts say', () => {
    const rules = [...connectionRules, ...templateRules, imageUnknown, ...machineRules, scriptFailed, ...awsCauses].map(
      ({id}) => id
    )
    const winrm = {errors: ['a.b: Timeout waiting for WinRM.'], said: [], connected: false, stderr: []}
    const told = new Set([
      diagnosed(winrm).id,
      ...Object.values(causes),
      ...scriptMessages.map((text) => diagnosed(afterSaying(text)).id)
    ])
    expect(rules.filter((id) => !told.has(id))).toEqual([])
  })
})

it.each(scriptMessages)('knows what our own script means by: %s', (message) => {
  // Its own message counts, however much it shows after it.
  const journal = Array.from({length: 200}, (_, index) => `journal line ${index}`)
  const {id, message: explained} = diagnosed(afterSaying(message, ...journal))
  expect(id).not.toBe('script-failed')
  expect(explained).toContain(message)
})

it.each([
  ['java.io.IOException: No space left on device (Failed to initialize Jenkins)', 'jenkins-disk-full', 'volume-size'],
  ['java.lang.OutOfMemoryError: Java heap space (Failed to initialize Jenkins)', 'jenkins-memory', 'instance-types'],
  ['Running with Java 17 from /usr/lib/jvm, which is older than', 'jenkins-java-version', 'java-version'],
  ["Unrecognized VM option 'NoSuchFlag'", 'jenkins-java-options', 'setup-script'],
  [
    'java.lang.UnsatisfiedLinkError: libharfbuzz.so.0: cannot open shared object file',
    'jenkins-java-library',
    'package'
  ],
  ['java.net.BindException: Address already in use (Container startup failed)', 'jenkins-port-taken', 'port 8080'],
  [
    'io.jenkins.plugins.casc.ConfiguratorException: jenkinz (Failed ConfigurationAsCode.init)',
    'jenkins-casc-refused',
    'jenkins-casc'
  ],
  [
    'java.io.IOException: Unable to read /var/lib/jenkins/config.xml (Failed to initialize Jenkins)',
    'jenkins-configuration',
    'JENKINS_HOME'
  ],
  ['jenkins: /var/lib/jenkins is not a directory', 'jenkins-home', 'JENKINS_HOME'],
  [
    'java.nio.file.AccessDeniedException: /var/lib/jenkins/config.xml (Failed to initialize Jenkins; java.io.IOException: Unable to read /var/lib/jenkins/config.xml)',
    'jenkins-home',
    'own JENKINS_HOME'
  ],
  [
    'jenkins.service: Failed at step CHDIR spawning /usr/bin/jenkins: No such file or directory',
    'jenkins-home',
    'JENKINS_HOME'
  ],
  [
    'jenkins.service: Failed at step EXEC spawning /usr/bin/jenkins: Permission denied',
    'jenkins-unit',
    'jenkins.service.d'
  ],
  [
    'java.net.SocketException: Permission denied (Container startup failed: java.io.IOException: Failed to start Jetty)',
    'jenkins-low-port',
    'CAP_NET_BIND_SERVICE'
  ],
  [
    'java.net.BindException: Cannot assign requested address (Container startup failed: java.io.IOException: Failed to bind to /10.0.0.9:8080)',
    'jenkins-listen-address',
    'JENKINS_LISTEN_ADDRESS'
  ],
  ['ERROR: transport error 202: bind failed: Address already in use', 'jenkins-java-options', 'JAVA_OPTS'],
  ['JDWP exit error AGENT_ERROR_TRANSPORT_INIT(197): No transports initialized', 'jenkins-java-options', 'JAVA_OPTS'],
  ['Error: Unable to access jarfile /usr/share/java/jenkins.war', 'jenkins-war', 'JENKINS_WAR'],
  ['Error: Invalid or corrupt jarfile /usr/share/java/jenkins.war', 'jenkins-war', 'JENKINS_WAR'],
  ['Error: Could not find or load main class executable.Main', 'jenkins-war', 'JENKINS_WAR'],
  ['Error: Could not find or load main class -Xmx2g', 'jenkins-java-options', 'JAVA_OPTS'],
  ['Error: LinkageError occurred while loading main class executable.Main', 'jenkins-java-version', "'java-version'"],
  [
    'java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached (Failed to initialize Jenkins)',
    'jenkins-threads',
    'TasksMax'
  ],
  ['jenkins.service: start operation timed out. Terminating.', 'jenkins-too-slow', 'instance-types'],
  [
    'jenkins.service: Failed at step EXEC spawning /usr/bin/jenkins: No such file or directory',
    'jenkins-unit',
    'setup-script'
  ],
  ['java.lang.IllegalStateException: broken (Failed BrokenPlugin.init)', 'jenkins-plugin-fails', 'jenkins-plugins'],
  ['it is not known', 'jenkins-does-not-start', 'setup script']
])('tells by Jenkins’s own log what to change: %s', (cause, expected, change) => {
  const journal = Array.from({length: 100}, () => 'java.lang.OutOfMemoryError; No space left on device')
  const {id, message} = diagnosed(afterSaying(`Jenkins does not start. Its log says: ${cause}`, ...journal))
  expect(id).toBe(expected)
  expect(message).toContain(change)
  expect(message).toContain(cause)
})

it('says which range was let in and which address was tried when SSH does not answer', () => {
  const {message} = diagnosed(failureOf('cidr-1.16.0'))
  expect(message).toContain(
    "Port 22 was open to 203.0.113.7/32; the machine was tried at 203.0.113.50; the user was 'admin'."
  )
  expect(message).toContain("'allowed-cidrs'")
})

it('gives the statement to add when AWS denies a call, without the encoded part', () => {
  const {message} = diagnosed(failureOf('denied-image-1.16.0'))
  expect(message).toContain('- ec2:CreateImage on arn:aws:ec2:us-east-1::image/*')
  expect(message).toContain(
    '"Condition":{"StringLike":{"aws:RequestTag/bake-jenkins-ami:bake":"????????????","aws:RequestTag/bake-jenkins-ami:expires":"20??-??-??T??:??:??.???Z"}}'
  )
  expect(message).toContain('Encoded authorization failure message: (in the log)')
})

it('demands no tag in the statement for a template that uses none', () => {
  const {message} = diagnosed(failureOf('denied-run-1.6.6'), {...facts, shipped: false, tagged: false})
  expect(message).toContain('{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"}')
})

it('names the script that failed, and the user’s own as such', () => {
  expect(diagnosed(failureOf('shipped-setup-fails-1.16.0')).message).toMatch(
    /^The build failed in your setup script setup\.sh\. .*\n[\s\S]*no-such-tool: command not found$/
  )
  expect(diagnosed(failureOf('shipped-secret-1.16.0')).message).toMatch(/^The build failed in the script verify\.sh\./)
})

it('shows what a script of ours said before it showed a long journal', () => {
  expect(diagnosed(failureOf('shipped-no-start-1.16.0')).message).toMatch(
    /\nJenkins does not start\.\n[\s\S]*Unrecognized option: -no-such-option/
  )
})

it('makes up no crash of a plugin from Packer’s own log', () => {
  const log = '2026/11/26 19:00:00 [INFO] (telemetry) plugin process exited: path=/x/packer-plugin-amazon pid=1'
  const failure = {...afterSaying('E: Unable to locate package docker-cee'), stderr: [log]}
  expect(diagnosed(failure).id).toBe('package-missing')
  expect(diagnosed({errors: [], said: [], connected: false, stderr: ['panic: runtime error']}).id).toBe('plugin-crash')
})

// Verbatim from the tools' sources and from real runs; what real Packers made of some of them is in the captures.
it.each<[string, readonly string[]]>([
  [
    'access-refused',
    [
      'curl: (22) The requested URL returned error: 401',
      '2026-11-27 05:53:32 ERROR 403: Forbidden.',
      "fatal: unable to access 'https://git.example/x.git/': The requested URL returned error: 403",
      "fatal: Authentication failed for 'https://git.example/x.git/'",
      '  - Status code: 403 for https://repo.example/repodata/repomd.xml (IP: 192.0.2.1)',
      'https://repo.example/repodata/repomd.xml: [Errno 14] HTTPS Error 403 - Forbidden',
      'E: Failed to fetch https://repo.example/InRelease  401  Unauthorized [IP: 192.0.2.1 443]',
      'npm error 403 403 Forbidden - GET https://registry.example/left-pad',
      'java.io.IOException: Server returned HTTP response code: 403 for URL: https://mirror.example/jenkins.war'
    ]
  ],
  [
    'rate-limit',
    [
      'E: Failed to fetch http://mirror.example/InRelease  429  Too Many Requests [IP: 192.0.2.1 80]',
      '2026-11-27 05:53:32 ERROR 403: rate limit exceeded.',
      'npm error 429 Too Many Requests - GET https://registry.example/left-pad',
      'docker: Error response from daemon: toomanyrequests: You have reached your pull rate limit.'
    ]
  ],
  [
    'server-error',
    [
      'curl: (22) The requested URL returned error: 503',
      'E: Failed to fetch http://mirror.example/Packages  500  Internal Server Error [IP: 192.0.2.1 80]',
      '  - Status code: 502 for https://repo.example/repodata/repomd.xml (IP: 192.0.2.1)',
      'npm error 503 Service Unavailable - GET https://registry.example/left-pad'
    ]
  ],
  [
    'download-missing',
    [
      'curl: (22) The requested URL returned error: 410',
      '2026-11-27 05:53:32 ERROR 404: Not Found.',
      '  - Status code: 404 for https://repo.example/repodata/repomd.xml (IP: 192.0.2.1)',
      'https://repo.example/repodata/repomd.xml: [Errno 14] HTTP Error 404 - Not Found',
      "fatal: repository 'https://git.example/x.git/' not found",
      'Error response from daemon: manifest for jenkins/jenkins:0 not found: manifest unknown: manifest unknown',
      'failed to resolve reference "docker.io/jenkins/jenkins:0": docker.io/jenkins/jenkins:0: not found'
    ]
  ],
  [
    'certificate-refused',
    [
      'curl: (60) SSL certificate problem: unable to get local issuer certificate',
      "fatal: unable to access 'https://git.example/x.git/': server certificate verification failed. CAfile: none CRLfile: none",
      "ERROR: cannot verify git.example's certificate, issued by ‘CN=Proxy’:",
      '  - Curl error (60): SSL peer certificate or SSH remote key was not OK for https://repo.example/repomd.xml [SSL certificate problem: self-signed certificate in certificate chain]',
      'npm error code SELF_SIGNED_CERT_IN_CHAIN',
      'sun.security.validator.ValidatorException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target',
      'Get "https://registry.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority'
    ]
  ],
  [
    'proxy-credentials',
    [
      'curl: (56) Received HTTP code 407 from proxy after CONNECT',
      'curl: (56) CONNECT tunnel failed, response 407',
      'E: Failed to fetch http://deb.example/Packages  407  Proxy Authentication Required [IP: 192.0.2.2 3128]',
      "OSError('Tunnel connection failed: 407 Proxy Authentication Required')",
      'Proxy tunneling failed: Proxy Authentication RequiredUnable to establish SSL connection.'
    ]
  ],
  [
    'proxy-refuses',
    ['curl: (56) Received HTTP code 403 from proxy after CONNECT', 'CONNECT tunnel failed, response 403']
  ],
  [
    'proxy-name',
    [
      "  - Curl error (5): Couldn't resolve proxy name for https://repo.example/repomd.xml [Could not resolve proxy: proxy.invalid]"
    ]
  ],
  [
    'line-endings',
    [
      '/usr/bin/env: ‘python3\\r’: No such file or directory',
      "env: 'bash\\r': No such file or directory",
      'bash: /tmp/tool.sh: /bin/bash^M: bad interpreter: No such file or directory',
      "tool.sh: line 2: $'foo\\r': command not found",
      "tool.sh: line 2: cd: $'/tmp\\r': No such file or directory",
      "tool.sh: line 1: syntax error near unexpected token `$'do\\r''",
      ': invalid option name',
      ': not found'
    ]
  ],
  ['interpreter-missing', ['-bash: ./tool.sh: /opt/none: bad interpreter: No such file or directory']],
  [
    'connection-refused',
    [
      'ssh: connect to host git.example port 22: Connection refused',
      'dial tcp 127.0.0.1:8080: connect: connection refused'
    ]
  ],
  [
    'repository-unreachable',
    ['curl: (28) Failed to connect to mirror.example port 443 after 130000 ms: Connection timed out']
  ],
  ['no-bus', ['Failed to connect to bus: No such file or directory', 'Failed to connect to bus: Connection refused']],
  // Not known, and better shown than told as something else.
  [
    'script-failed',
    [
      'curl: (22) The requested URL returned error: 400',
      'E: Unable to correct problems, you have held broken packages.',
      'git@git.example: Permission denied (publickey).',
      'Failed to start jenkins.service: Unit jenkins.service not found.',
      'gpg: no valid OpenPGP data found.',
      'tar: Unexpected EOF in archive',
      'error: externally-managed-environment',
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
    ]
  ]
])('tells as %s what tools say of it', (id, lines) => {
  const machine = lines.map((line) => [line, diagnosed(afterSaying(line)).id])
  expect(machine).toEqual(lines.map((line) => [line, id]))
})

it.each([
  'sudo: unable to resolve host ip-10-0-0-1: Name or service not known',
  'dpkg-preconfigure: unable to re-open stdin: No such file or directory',
  'bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8): No such file or directory',
  'locale: Cannot set LC_CTYPE to default locale: No such file or directory',
  'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (unattended-upgr)'
])('takes no warning for the cause: %s', (warning) => {
  expect(diagnosed(afterSaying(warning, 'it failed')).id).toBe('script-failed')
  expect(diagnosed(afterSaying(warning, 'x.sh: line 3: nmp: command not found')).id).toBe('command-missing')
})

it('takes the first cause: apt does not find what the proxy did not let it load', () => {
  const {message} = diagnosed(failureOf('apt-proxy-credentials-1.16.0'))
  expect(message).toContain('E: Unable to locate package jenkins')
  expect(message).toContain('does not let it through without a user and a password')
})

describe('a script that runs on this runner', () => {
  it.each(['shell-local-curl-1.16.0', 'shell-local-unreachable-1.16.0', 'shell-local-1.16.0'])(
    'is not told as one of the machine: %s',
    (capture) => {
      const failure = failureOf(capture)
      const {message} = diagnosed(failure)
      expect(failure.local).toBe(true)
      expect(message).toMatch(/^The build failed in the script packer-shell\d+\. A script that runs on this runner/)
      expect(message).not.toMatch(/subnet|route table|the machine/)
      expect(message).toContain(failure.said.at(-1))
    }
  )

  it('may say what a plugin says that crashes', () => {
    const {message} = diagnosed(failureOf('shell-local-quote-1.16.0'))
    expect(message).toContain('unexpected EOF while looking for matching `"')
  })

  it('is not given the advice for the machine: the package manager, the scripts of the template', () => {
    const local = (line: string): Failure => ({...afterSaying(line), local: true})
    expect(diagnosed(local('E: Unable to locate package docker-cee')).id).toBe('script-failed')
    expect(diagnosed(local('Jenkins does not start.')).id).toBe('script-failed')
    expect(diagnosed(local('Cancelling provisioner after a timeout...')).id).toBe('provisioner-timeout')
  })

  it('is over when a provisioner on the machine begins', () => {
    const lines = [
      '1,,ui,say,==> a.b: Connected to SSH!',
      '1,,ui,say,==> a.b: Running local shell script: ./build.sh',
      '1,,ui,say,==> a.b: Provisioning with shell script: ./setup.sh'
    ]
    const failure = failureIn(
      lines.flatMap((line) => parseMessage(line) ?? []),
      ''
    )
    expect(failure).toMatchObject({script: './setup.sh'})
    expect(failure.local).toBeUndefined()
  })
})

it('names the regions of Packer’s session where the template builds in another one', () => {
  const said = `operation error EC2: DescribeRegions, https response error StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ec2:DescribeRegions with an explicit deny in a session policy`
  const failure = {errors: [`a.b: error validating regions: ${said}`], said: [], connected: false, stderr: []}
  const {id, message} = diagnosed(failure, {...facts, regions: ['eu-west-1', 'us-east-1']})
  expect(id).toBe('denied')
  expect(message).toMatch(/^The build failed\. Packer's session may not do what the template asks for\. AWS denied:\n/)
  expect(message).toContain('may work only in eu-west-1 and copy images to us-east-1')
  const postProcessor = {name: 'shell-local', said: [said]}
  const later = {...failure, errors: ['a.b: 1 error(s) occurred:\n\n* Post-processor failed: x'], postProcessor}
  expect(diagnosed(later, {...facts, regions: ['eu-west-1']})).toEqual({
    id: 'post-processor',
    message: expect.stringContaining('\nWhat to change: The action limits')
  })
})

it('takes a quote that is not closed for no crash of a plugin', () => {
  const errors = ['a.b: bash: -c: line 1: unexpected EOF while looking for matching `"\'']
  expect(diagnosed({errors, said: [], connected: false, stderr: []}).id).toBeUndefined()
  expect(diagnosed({errors: ['a.b: unexpected EOF'], said: [], connected: false, stderr: []}).id).toBe('plugin-crash')
})

it('keeps Packer’s own words when nothing is known of them', () => {
  const failure = {errors: ['a.b: a new error'], said: [], connected: false, stderr: []}
  expect(diagnosed(failure)).toEqual({
    message: expect.stringMatching(
      /^Packer ended with exit code 1 and made no image:\na\.b: a new error\nRun the job again /
    )
  })
})

describe('a machine that lies', () => {
  const lies = [
    'api error InsufficientInstanceCapacity: We currently do not have sufficient capacity',
    'InvalidClientTokenId: The security token included in the request is invalid.',
    'Timeout waiting for SSH.',
    'Instance state change details: : Client.InvalidKMSKey.InvalidState: no'
  ]

  it.each(lies)('is not believed to be Packer: %s', (lie) => {
    expect(diagnosed(afterSaying(lie)).id).toBe('script-failed')
  })

  it('can make a message neither long nor slow', () => {
    const {message} = diagnosed(afterSaying(...Array.from({length: 2_000}, () => 'a'.repeat(10_000))))
    expect(message.length).toBeLessThan(3_500)
  })

  it('is not asked when Packer itself ended without an error', () => {
    const lines = [
      '1,,ui,say,==> a.b: Connected to SSH!',
      '1,,ui,error,==> a.b: api error InsufficientInstanceCapacity: no'
    ]
    const failure = failureIn(
      lines.flatMap((line) => parseMessage(line) ?? []),
      ''
    )
    expect(diagnosed(failure).id).toBeUndefined()
  })
})

it('reads a cause only in the last lines, where a tool says why it failed', () => {
  const early = afterSaying('No space left on device', ...Array.from({length: 40}, (_, index) => `line ${index}`))
  expect(diagnosed(early).id).toBe('script-failed')
})

it('names the builds that there are where Packer finds none to run', () => {
  expect(diagnosed(failureOf('no-builds-1.16.0')).message).toContain(
    'The template has the builds null.east null.west n.null.two.'
  )
})
