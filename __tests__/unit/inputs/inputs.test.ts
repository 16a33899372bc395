import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {parse} from 'yaml'
import {readInputs, type Inputs} from '../../../src/inputs/inputs.ts'
import {defaults, type InputName} from '../../../src/inputs/defaults.ts'
import {InputErrors} from '../../../src/lib/errors.ts'

const root = path.join(import.meta.dirname, '../../..')
const shipped = path.join(root, 'templates', 'jenkins')

function read(given: Partial<Record<InputName, string>> = {}, env: Record<string, string> = {}): Inputs {
  const all: Record<string, string> = {'aws-region': 'eu-west-1', ...given}
  return readInputs({GITHUB_WORKSPACE: root, ...env}, shipped, (name) => all[name] ?? '')
}

function messagesFor(given: Partial<Record<InputName, string>>, env: Record<string, string> = {}): string[] {
  try {
    read(given, env)
  } catch (error) {
    if (error instanceof InputErrors) return error.errors.map(({message}) => message)
    throw error
  }
  return []
}

it('declares in action.yml what it reads, with the same defaults', () => {
  const {inputs} = parse(readFileSync(path.join(root, 'action.yml'), 'utf8')) as {
    inputs: Record<string, {default?: string}>
  }
  const declared = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']))
  expect(declared).toEqual(defaults)
})

it('needs no more than a region', () => {
  expect(read()).toMatchObject({
    aws: {region: 'eu-west-1', allowedAccountIds: []},
    packer: {version: '1.16.0', releasesUrl: 'https://releases.hashicorp.com'},
    image: {source: 'debian-13', instanceTypes: [], jenkinsVersion: 'lts'},
    template: {shipped: true, path: shipped},
    allowedCidrs: 'auto',
    smoke: {timeoutMs: 600_000, userData: ''},
    deregister: 'on-failure',
    bakeTimeoutMs: 3_600_000
  })
})

it('takes the region of the environment when none is given', () => {
  expect(read({'aws-region': ''}, {AWS_REGION: 'us-east-2'}).aws.region).toBe('us-east-2')
  expect(messagesFor({'aws-region': ''})).toEqual([
    "Input 'aws-region': is missing; give a region such as eu-west-1, or set AWS_REGION"
  ])
})

it('takes lists separated by commas, spaces and newlines', () => {
  const {aws, image, allowedCidrs} = read({
    'allowed-account-ids': '123456789012\n210987654321',
    'instance-types': 't3.medium, m7i-flex.large',
    'allowed-cidrs': '203.0.113.7/32 198.51.100.0/24'
  })
  expect(aws.allowedAccountIds).toEqual(['123456789012', '210987654321'])
  expect(image.instanceTypes).toEqual(['t3.medium', 'm7i-flex.large'])
  expect(allowedCidrs).toEqual(['203.0.113.7/32', '198.51.100.0/24'])
})

it('takes a script of the workspace, and a fingerprint as gpg prints it', () => {
  const {image} = read({
    'setup-script': 'scripts/build.mjs',
    'jenkins-repository-key-fingerprint': '5e38 6ead b55f 0150 4cae  8bcf 7198 f4b7 14ab fc68'
  })
  expect(image).toMatchObject({
    setupScript: path.join(root, 'scripts/build.mjs'),
    jenkinsRepositoryKeyFingerprint: '5E386EADB55F01504CAE8BCF7198F4B714ABFC68'
  })
})

it('has no smoke test where none is wanted', () => {
  expect(read({'smoke-test': 'false'}).smoke).toBeUndefined()
})

it('reports all errors together', () => {
  const messages = messagesFor({'aws-region': 'mars', deregister: 'sometimes', 'smoke-timeout': '10'})
  expect(messages).toHaveLength(3)
})

describe('refuses, saying what is allowed,', () => {
  const cases: [InputName, string, RegExp][] = [
    ['aws-region', 'eu-west-1; rm', /"eu-west-1; rm" is not allowed; expected a region such as/],
    ['role-to-assume', 'arn:aws:iam::123456789012:user/x', /expected a role ARN/],
    ['role-session-name', 'a b', /expected from 2 to 64/],
    ['role-duration-seconds', '60', /whole number from 900 to 43200/],
    ['role-duration-seconds', '3600.5', /whole number/],
    ['audience', 'a b', /expected an audience/],
    ['allowed-account-ids', '1234', /account ids of 12 digits/],
    ['packer-version', 'newest', /expected an exact version/],
    ['packer-version', 'v1.16.0', /expected an exact version/],
    ['packer-version', '../../1.0.0', /expected an exact version/],
    ['packer-releases-url', 'ftp://x', /begins with https:\/\//],
    ['packer-releases-url', 'https:x', /begins with https:\/\//],
    ['packer-releases-url', 'HTTPS://x', /begins with https:\/\//],
    ['packer-releases-url', 'https:-//x', /begins with https:\/\//],
    ['packer-releases-url', 'https://u:p@x/', /without user name/],
    ['packer-releases-url', 'https://x/{{y}}', /expected a URL/],
    ['template', 'no/such/folder', /does not exist .*actions\/checkout/],
    ['template', 'package.json', /is not a template: it has no "builders"/],
    ['template', 'LICENSE', /LICENSE is not a template; expected a file that ends in/],
    ['working-directory', 'no/such/folder', /does not exist/],
    ['working-directory', 'LICENSE', /"LICENSE" is not a folder/],
    ['var-files', 'no/such.json', /does not exist/],
    ['var-files', 'src', /"src" is not a file/],
    ['var-files', 'a.json\npackage.json', /"a\.json" does not exist/],
    ['vars', 'a', /line 1 is not of the form name=value/],
    ['vars', 'a=1', /declares no variable 'a'/],
    ['vars', 'region=mars', /'region' is filled in by the action: set the input 'aws-region'/],
    ['packer-args', '-debug', /"-debug" is not allowed: Packer would wait for a person/],
    ['template', 'src', /no file that ends in \.pkr\.hcl/],
    ['template-env', 'A=b', /expected names of environment variables, one on each line, without their values/],
    ['template-env', 'GITHUB_TOKEN', /"GITHUB_TOKEN" is not allowed: it is among GitHub's tokens/],
    ['template-env', 'X\nACTIONS_RUNTIME_TOKEN', /"ACTIONS_RUNTIME_TOKEN" is not allowed/],
    ['template-env', 'AWS_SECRET_ACCESS_KEY', /is among AWS's keys and settings/],
    ['allow-force-deregister', 'yes', /one of true, false/],
    ['bake-timeout', '0m', /expected a time such as 90s/],
    ['bake-timeout', '25h', /at most 24h/],
    ['source-ami', 'ami-xyz', /expected al2023, ubuntu-24.04, debian-13, an image id/],
    ['ssh-username', 'Admin User', /Linux user name/],
    ['instance-types', ',', /at least one/],
    ['instance-types', 't3.medium,$(id)', /instance types such as t3\.medium/],
    ['ami-name-prefix', '{{timestamp}}', /up to 80 letters/],
    ['jenkins-version', '2.568.2; id', /'lts', 'weekly' or an exact version/],
    ['jenkins-repository-url', 'https://x/?token=y', /expected a URL/],
    ['jenkins-repository-key-fingerprint', '5E386EAD', /40 hexadecimal digits/],
    ['setup-script', 'no/such.sh', /does not exist .*actions\/checkout/],
    ['setup-script', 'src', /is not a file; expected a bash script/],
    ['connect-via', 'public', /expected one of public-ip, private-ip, session-manager/],
    ['subnet-ids', 'subnet-1', /subnet ids such as subnet-0123456789abcdef0/],
    ['subnet-ids', 'subnet-0123456789abcdef0; id', /subnet ids such as/],
    ['allowed-cidrs', '10.0.0.1', /IPv4 ranges such as/],
    ['allowed-cidrs', '::/0', /IPv4 ranges/],
    ['allowed-cidrs', '1/8', /IPv4 ranges/],
    ['allowed-cidrs', '010.0.0.0/8', /IPv4 ranges/],
    ['allowed-cidrs', '300.0.0.0/8', /IPv4 ranges/],
    ['allowed-cidrs', '10.0.0.0/33', /IPv4 ranges/],
    ['allowed-cidrs', '0x7f.0.0.1/8', /IPv4 ranges/],
    ['smoke-test', 'yes', /expected one of true, false/],
    ['smoke-timeout', 'soon', /expected a time/],
    ['smoke-user-data', 'é'.repeat(8_193), /16 KB/],
    ['deregister', 'Always', /expected one of on-failure, always, never/]
  ]
  it.each(cases)('%s: %j', (name, value, expected) => {
    const [message = '', ...others] = messagesFor({[name]: value})
    expect(others).toEqual([])
    expect(message).toMatch(new RegExp(`^Input '${name}': `))
    expect(message).toMatch(expected)
  })
})

it.each([
  'https://user:s3cret@example.org/',
  'https://s3cret@example.org/',
  'https://example.org/?k=s3cret',
  'https://example.org/#s3cret'
])('shows no password of a refused URL: %s', (url) => {
  const [message = ''] = messagesFor({'packer-releases-url': url})
  expect(message).toContain('"https://example.org/" is not allowed')
  expect(message).not.toContain('s3cret')
})

it('shows nothing of what is not even a URL', () => {
  const [message = ''] = messagesFor({'packer-releases-url': 'https://user:s3cret@exam ple.org/'})
  expect(message).toContain('is not a URL; expected a URL that begins with https://')
  expect(message).not.toContain('s3cret')
})

it('refuses user data for a smoke test that is not to be', () => {
  expect(messagesFor({'smoke-test': 'false', 'smoke-user-data': '#!/bin/sh'})).toEqual([
    "Input 'smoke-user-data': is used by the smoke test only, and 'smoke-test' is false"
  ])
})

it('refuses an input that the own template cannot use', () => {
  const template = path.join(mkdtempSync(path.join(tmpdir(), 'inputs-')), 'own.pkr.hcl')
  const declared = ['source_ami', 'ssh_username', 'instance_type'].map((name) => `variable "${name}" {}\n`).join('')
  const builder = 'source "amazon-ebs" "own" {\n  source_ami = var.source_ami\n  ssh_username = "admin"\n}\n'
  writeFileSync(template, `${declared}# variable "jenkins_version" {}\n${builder}`)
  const inputs = {'source-ami': 'ami-01234567', 'ssh-username': 'admin', 'instance-types': 't3.medium'}
  expect(messagesFor({template, ...inputs, 'jenkins-version': '2.568.2'})).toEqual([
    expect.stringMatching(/^Input 'ssh-username': has no effect: nothing in .* uses the variable 'ssh_username'/),
    expect.stringMatching(/^Input 'jenkins-version': has no effect: .* declares no variable 'jenkins_version'/)
  ])
})

it.each([
  ['e\u0301.sh', /has combining accents in its path/],
  ['{{isotime}}.sh', /has \{\{ in its path, which Packer would evaluate/]
])('refuses a script whose name Packer would change: %s', (name, message) => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'inputs-')), name)
  writeFileSync(file, '#!/bin/bash\n')
  expect(messagesFor({'setup-script': file})).toEqual([expect.stringMatching(message)])
})

it('takes subnets, and a way to the machines', () => {
  const subnetIds = ['subnet-0123456789abcdef0', 'subnet-01234567']
  const inputs = read({'connect-via': 'private-ip', 'subnet-ids': subnetIds.join('\n')})
  expect(inputs).toMatchObject({connectVia: 'private-ip', subnetIds, allowedCidrs: 'auto'})
  expect(read()).toMatchObject({connectVia: 'public-ip', subnetIds: []})
})

describe('with Session Manager', () => {
  const way = {'connect-via': 'session-manager', 'instance-profile': 'builder', 'source-ami': 'al2023'}
  const folder = mkdtempSync(path.join(tmpdir(), 'plugin-'))
  writeFileSync(path.join(folder, 'session-manager-plugin'), '#!/bin/sh\n', {mode: 0o755})
  const env = {PATH: `/nowhere${path.delimiter}${folder}`}

  it('needs an instance profile, the plugin on PATH and a source image with an agent', () => {
    expect(read(way, env)).toMatchObject({connectVia: 'session-manager', image: {instanceProfile: 'builder'}})
    expect(messagesFor({'connect-via': 'session-manager'}, {PATH: '/nowhere'})).toEqual([
      expect.stringMatching(/^Input 'source-ami': Debian's own images have no SSM agent/),
      expect.stringMatching(/^Input 'instance-profile': is missing: .*AmazonSSMManagedInstanceCore/),
      expect.stringMatching(
        /^Input 'connect-via': session-manager needs AWS's session-manager-plugin .*docs\/networks\.md/
      )
    ])
  })

  it('takes no ranges, because it lets in nobody', () => {
    expect(messagesFor({...way, 'allowed-cidrs': '10.0.0.0/8'}, env)).toEqual([
      "Input 'allowed-cidrs': has no effect: connect-via: session-manager opens no port to anybody"
    ])
  })

  it('leaves it to a template of the user’s own how it connects: the smoke test alone needs none of it', () => {
    const template = path.join(folder, 'own.pkr.hcl')
    writeFileSync(template, 'variable "source_ami" {}\n')
    expect(messagesFor({template, 'connect-via': 'session-manager'}, {PATH: '/nowhere'})).toEqual([])
  })

  it('counts the machine’s own probe among its user data', () => {
    const fits = 'x'.repeat(10_900)
    expect(messagesFor({'smoke-user-data': fits})).toEqual([])
    expect(messagesFor({...way, 'smoke-user-data': fits}, env)).toEqual([
      expect.stringMatching(/^Input 'smoke-user-data': is 10900 bytes long, which is \d+ too many/)
    ])
  })
})

describe('the source image of a user’s template', () => {
  const template = (user: string, setting = 'var.ssh_username') => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'login-')), 'own.pkr.hcl')
    const variables = `variable "source_ami" {}\nvariable "ssh_username" {\n  default = "${user}"\n}\n`
    const source = `source "amazon-ebs" "own" {\n  source_ami = var.source_ami\n  ssh_username = ${setting}\n}\n`
    writeFileSync(file, variables + source)
    return file
  }

  it.each([
    ['the template’s login user', {template: template('ec2-user')}, 'al2023'],
    ['the input’s, which replaces it', {template: template('ec2-user'), 'ssh-username': 'ubuntu'}, 'ubuntu-24.04'],
    ['the input’s, where the template’s is empty', {template: template(''), 'ssh-username': 'ubuntu'}, 'ubuntu-24.04'],
    ['no login user', {template: template('')}, 'debian-13']
  ])('is that of %s', (_, inputs, expected) => {
    expect(read(inputs).image.source).toBe(expected)
  })
})
