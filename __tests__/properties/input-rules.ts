import {existsSync, readFileSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import * as fc from 'fast-check'
import type {Arbitrary} from 'fast-check'
import type {Inputs} from '../../src/inputs/inputs.ts'
import type {InputName} from '../../src/inputs/defaults.ts'
import type {TemplateValues} from '../../src/template/template-values.ts'
import {hostileText, hostileVariantsOf} from './hostile-values.ts'
import {oddScripts, oddTemplates} from './workspace.ts'

/** What an input lets through, said a second time and without the action's own parsers. */
export interface Rule {
  /** Texts that are taken; the first one goes with every other input. */
  readonly usable: readonly string[]
  /** Default: these, and with something hostile in them. */
  readonly values?: Arbitrary<string>
  /** What the text stands for, once it is taken. Default: itself. */
  readonly means?: (text: string, workspace: string) => unknown
  /** What the action made of it; {@link unused} where nothing is made of it. */
  readonly got: (inputs: Inputs) => unknown
  /** The template's variable in which it arrives as it is. */
  readonly variable?: keyof TemplateValues
  /** All that can be in it when it reaches a shell, a URL, a name in AWS. */
  readonly alphabet?: RegExp
}

/** Another input says that it is not asked for. */
export const unused = Symbol('unused')

const word = /^[\w.-]*$/
const url = /^[\w.:/%~+-]*$/
const arn = /^[\w+=,.@:/-]*$/

const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
const resolved = (text: string, workspace: string): string => resolve(workspace, text)
const milliseconds = (text: string): number =>
  Number.parseInt(text, 10) * (text.endsWith('s') ? 1 : text.endsWith('m') ? 60 : 3_600) * 1_000

function withoutSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}

function tagsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text.normalize('NFC')).map((line) => [
      line.slice(0, line.indexOf('=')).trim(),
      line.slice(line.indexOf('=') + 1).trim()
    ])
  )
}

function variablesIn(text: string): Record<string, string> {
  const given = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    given.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).replace(/\r$/, '')])
  )
}

function pluginsIn(text: string, workspace: string): string[] {
  const file = resolve(workspace, text)
  const isFile = !/[\s,:]/.test(text) && existsSync(file) && statSync(file).isFile()
  const items = (isFile ? readFileSync(file, 'utf8') : text)
    .split(/[\n\r\u2028\u2029]/)
    .flatMap((line) => list(line.split('#')[0] ?? ''))
  return [...new Set(items.map((item) => item.replace(/:latest$/, '')))]
}

/** Added to the user's own where there is Configuration as Code. */
const cascPlugin = 'configuration-as-code'

const pluginsOf = ({image}: Inputs): string[] =>
  image.plugins.map(({name, version}) => (version === undefined ? name : `${name}:${version}`))

const variableLines = fc
  .array(
    fc
      .tuple(fc.constantFrom('text', 'text', 'number', 'list', 'any', 'constructor', 'absent'), hostileText)
      .map(([name, value]) => `${name}=${value}`),
    {minLength: 1, maxLength: 3}
  )
  .map((all) => all.join('\n'))

const tagLines = fc
  .tuple(fc.oneof(fc.constantFrom('team', 'Name', 'a b', 'aws:x', '__proto__'), hostileText), hostileText)
  .map(([key, value]) => `${key}=${value}`)

const packerOption = fc
  .tuple(
    fc.constantFrom('-only=', '-except=', '--only=', '-parallel-builds=', '-on-error=', '-', '--', ''),
    hostileText
  )
  .map(([option, value]) => `${option}${value}`)

/** One for each input of action.yml. */
export const rules: Readonly<Record<InputName, Rule>> = {
  'aws-region': {
    usable: ['eu-west-1', 'us-gov-west-1', 'eusc-de-east-1'],
    got: ({aws}) => aws.region,
    variable: 'region',
    alphabet: word
  },
  'role-to-assume': {
    usable: ['arn:aws:iam::123456789012:role/bake', 'arn:aws-cn:iam::123456789012:role/a/b+c=d,e.f@g-h'],
    got: ({aws}) => aws.role?.arn,
    alphabet: arn
  },
  'role-session-name': {usable: ['bake', 'a+b=c,d.e@f-g'], got: ({aws}) => aws.role?.sessionName, alphabet: arn},
  'role-duration-seconds': {usable: ['3600', '900'], means: Number, got: ({aws}) => aws.role?.durationSeconds},
  audience: {usable: ['sts.amazonaws.com', 'https://x?y=$z'], got: ({aws}) => aws.role?.audience, alphabet: /^[!-~]*$/},
  'allowed-account-ids': {
    usable: ['123456789012', '123456789012, 210987654321'],
    means: list,
    got: ({aws}) => aws.allowedAccountIds,
    alphabet: /^[\d\s,]*$/
  },
  'packer-version': {
    usable: ['1.16.0', '^1.15', '>=1.14 <2 || 1.12.x', 'latest', 'system'],
    got: ({packer}) => packer.version
  },
  'packer-releases-url': {
    usable: ['https://releases.hashicorp.com', 'http://127.0.0.1:1/a/'],
    means: withoutSlashes,
    got: ({packer}) => packer.releasesUrl,
    alphabet: url
  },
  template: {
    usable: ['own.pkr.hcl', 'own.json', 'folder', './folder/../own.pkr.hcl', ...oddTemplates],
    means: resolved,
    got: ({template}) => template.path
  },
  'working-directory': {
    usable: ['.', 'folder', '..', 'a b'],
    means: resolved,
    got: ({template}) => template.directory
  },
  'var-files': {
    usable: ['values.json', 'values.json\n-var=x.json', 'folder/../values.json'],
    means: (text, workspace) =>
      text
        .split(/[\n,]/)
        .map((file) => file.trim())
        .filter(Boolean)
        .map((file) => resolve(workspace, file)),
    got: ({template}) => template.varFiles
  },
  vars: {
    usable: ['text=plain', 'text= ${x} $(id) "\' \\ ', 'list=["a", "${b}"]', 'any={"a": 1}', 'constructor=x'],
    values: fc.oneof(variableLines, hostileVariantsOf(fc.constantFrom('text=plain', 'number=1', 'list=["a"]'))),
    means: variablesIn,
    got: ({template}) => template.vars
  },
  'template-env': {
    usable: ['VAULT_ADDR', 'VAULT_ADDR\n GITHUB_SHA \n'],
    means: (text) => [...new Set(lines(text))],
    got: ({template}) => template.environment,
    alphabet: /^[\w\s]*$/
  },
  // What it says is in the template's problems and warnings.
  'allow-force-deregister': {usable: ['false', 'true'], got: () => unused},
  'packer-args': {
    usable: ['-except=amazon-ebs.x', '-only=*\n-except=$(id), a b', '-parallel-builds=1', '--warn-on-undeclared-var'],
    values: fc.oneof(packerOption, hostileVariantsOf(fc.constantFrom('-only=amazon-ebs.x', '-on-error=cleanup'))),
    means: (text) => lines(text).map((line) => line.replace(/[ \t]*,[ \t]*/g, ',')),
    got: ({template}) => template.arguments,
    // None of the options that the action would not understand, and nothing that is no option.
    alphabet:
      /^\s*(--?((only|except|parallel-builds|on-error)=.*|warn-on-undeclared-var|ignore-prerelease-plugins|use-sequential-evaluation)\s*)*$/s
  },
  'github-token': {usable: ['ghs_x', '"$x'], got: ({githubToken}) => githubToken},
  'bake-timeout': {usable: ['60m', '90s', '2h'], means: milliseconds, got: ({bakeTimeoutMs}) => bakeTimeoutMs},
  'source-ami': {
    usable: ['debian-13', 'ami-0123456789abcdef0', 'resolve:ssm:/a/b.c:1'],
    got: ({image}) => image.source,
    alphabet: arn
  },
  'ssh-username': {
    usable: ['admin', '_x-1'],
    got: ({image}) => image.sshUsername,
    variable: 'ssh_username',
    alphabet: word
  },
  architecture: {usable: ['x86_64', 'arm64'], got: ({image}) => image.architecture},
  'instance-types': {
    usable: ['t3.medium', 't3.medium, m7i-flex.large'],
    means: list,
    got: ({image}) => image.instanceTypes,
    alphabet: /^[\w.\s,-]*$/
  },
  'ami-name-prefix': {usable: ['jenkins', 'a(b)./_-c'], got: ({image}) => image.namePrefix, alphabet: /^[\w()./-]*$/},
  'jenkins-version': {usable: ['2.568.2', 'lts', 'weekly'], got: ({image}) => image.jenkinsVersion, alphabet: word},
  'jenkins-repository-url': {
    usable: ['https://example.org/debian', 'http://127.0.0.1:1/~a/%20+/'],
    means: withoutSlashes,
    got: ({image}) => image.jenkinsRepositoryUrl,
    variable: 'jenkins_repository_url',
    alphabet: url
  },
  'jenkins-repository-key-fingerprint': {
    usable: ['5E386EADB55F01504CAE8BCF7198F4B714ABFC68', '5e38 6ead b55f 0150 4cae  8bcf 7198 f4b7 14ab fc68'],
    means: (text) => text.replace(/\s/g, '').toUpperCase(),
    got: ({image}) => image.jenkinsRepositoryKeyFingerprint,
    variable: 'jenkins_repository_key_fingerprint',
    alphabet: /^[\dA-Fa-f\s]*$/
  },
  tags: {
    usable: ['team=ci', 'team=ci\nName = a b: c/d=e+f@g_h'],
    values: fc.oneof(tagLines, hostileVariantsOf(fc.constantFrom('team=ci', 'a=b\nc=d'))),
    means: tagsIn,
    got: ({image}) => image.tags,
    alphabet: /^(?:(?!\{\{)(?:\s|[^\p{Cc}\p{Cs}]))*$/u
  },
  'volume-size': {usable: ['20', '65536'], means: Number, got: ({image}) => image.volumeSize, variable: 'volume_size'},
  'kms-key-id': {
    usable: ['alias/images', 'arn:aws:kms:eu-west-1:123456789012:key/0a-1b'],
    got: ({image}) => image.kmsKeyId,
    variable: 'kms_key_id',
    alphabet: arn
  },
  'instance-profile': {
    usable: ['builder', 'a+b=c,d.e@f_g-h'],
    got: ({image}) => image.instanceProfile,
    variable: 'instance_profile',
    alphabet: arn
  },
  'java-version': {usable: ['21', '25'], got: ({image}) => image.javaVersion, variable: 'java_version'},
  'jenkins-plugins': {
    usable: ['git', 'git:5.7.0, credentials\nstructs:latest', 'plugins.txt'],
    means: (text, workspace) => pluginsIn(text, workspace).filter((name) => name !== cascPlugin),
    got: (inputs) => pluginsOf(inputs).filter((name) => name !== cascPlugin)
  },
  'jenkins-casc': {usable: ['casc', 'a b', './casc/../casc'], means: resolved, got: ({image}) => image.casc?.folder},
  'allow-anonymous': {usable: ['true', 'false'], got: ({image}) => String(image.allowAnonymous)},
  'jenkins-update-center-url': {
    usable: ['https://updates.jenkins.io', 'http://127.0.0.1:1/u/'],
    means: withoutSlashes,
    got: ({image}) => image.updateCenterUrl,
    variable: 'jenkins_update_center_url',
    alphabet: url
  },
  'setup-script': {
    usable: ['setup.sh', './folder/../setup.sh', ...oddScripts],
    means: resolved,
    got: ({image}) => image.setupScript,
    variable: 'setup_script'
  },
  'connect-via': {
    usable: ['public-ip', 'private-ip', 'session-manager'],
    got: ({connectVia}) => connectVia,
    variable: 'connect_via'
  },
  'subnet-ids': {
    usable: ['subnet-0123456789abcdef0', 'subnet-01234567, subnet-0123456789abcdef0'],
    means: list,
    got: ({subnetIds}) => subnetIds,
    alphabet: /^[\w\s,-]*$/
  },
  'allowed-cidrs': {
    usable: ['auto', '203.0.113.7/32', '203.0.113.7/32 198.51.100.0/24'],
    means: (text) => (text === 'auto' ? text : list(text)),
    got: ({allowedCidrs}) => allowedCidrs,
    alphabet: /^(auto|[\d./\s,]*)$/
  },
  'smoke-test': {usable: ['true', 'false'], got: ({smoke}) => String(smoke !== undefined)},
  'smoke-timeout': {
    usable: ['10m', '5s'],
    means: milliseconds,
    got: ({smoke}) => (smoke ? smoke.timeoutMs : unused)
  },
  'smoke-user-data': {
    usable: ['', '#!/bin/sh\necho "$(id)"\n', '#cloud-config\nbootcmd: [a]'],
    got: ({smoke}) => (smoke ? smoke.userData : unused)
  },
  'smoke-instance-profile': {
    usable: ['', 'jenkins', 'a+b=c,d.e@f-g'],
    got: ({smoke}) => (smoke ? (smoke.instanceProfile ?? '') : unused)
  },
  'smoke-script': {
    usable: ['', 'check.sh', './folder/../check.sh'],
    means: (text, workspace) => (text === '' ? '' : resolve(workspace, text)),
    got: ({smoke}) => (smoke ? (smoke.script ?? '') : unused)
  },
  'keep-failed-for': {
    usable: ['0m', '45m', '2h'],
    means: (text) => (text === '0m' ? 0 : milliseconds(text)),
    got: ({smoke}) => (smoke ? smoke.keepFailedMs : unused)
  },
  deregister: {usable: ['on-failure', 'always', 'never'], got: ({deregister}) => deregister},
  'skip-unchanged': {usable: ['false', 'true'], got: ({reuse}) => String(reuse !== undefined)},
  'max-image-age': {
    usable: ['', '12h', '7d'],
    means: (text) => Number.parseInt(text, 10) * (text.endsWith('d') ? 86_400_000 : 3_600_000),
    got: ({reuse}) => (reuse ? reuse.maxAgeMs : unused)
  },
  'copy-to-regions': {
    usable: ['', 'us-east-1', 'us-gov-west-1,eu-central-1'],
    means: (text) => [...new Set(list(text))],
    got: ({promotion}) => promotion.copies.map(({region}) => region),
    alphabet: /^[\w\s,-]+$/
  },
  'share-with': {
    usable: ['', '210987654321', 'arn:aws:organizations::123456789012:organization/o-0123456789'],
    means: list,
    got: ({promotion}) => promotion.shares.flatMap((share) => Object.values(share)),
    alphabet: /^[\w+=,.@:/\s-]*$/
  },
  'deprecate-after': {
    usable: ['', '12h', '90d'],
    means: (text) =>
      text === '' ? undefined : Number.parseInt(text, 10) * (text.endsWith('d') ? 86_400_000 : 3_600_000),
    got: ({promotion}) => promotion.deprecateAfterMs
  },
  'ssm-parameter': {
    usable: ['', '/jenkins/ami', 'jenkins-ami'],
    got: ({promotion}) => promotion.parameter,
    alphabet: /^[\w./-]+$/
  },
  'launch-template': {
    usable: ['', 'lt-0123456789abcdef0', 'jenkins/controller-(blue)'],
    got: ({promotion}) => promotion.launchTemplate?.template,
    alphabet: /^[\w().\-/]+$/
  },
  'launch-template-default': {usable: ['true'], got: () => 'true'}
}

export const valuesOf = ({usable, values}: Rule): Arbitrary<string> =>
  values ?? hostileVariantsOf(fc.constantFrom(...usable))
