import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import * as core from '@actions/core'
import {awsDefaults, readAll, readAwsInputs, type AwsInputs, type ReadInput} from './aws.ts'
import {packerVersion, type PackerRequest} from './packer-version.ts'
import {
  cidr,
  duration,
  httpUrl,
  list,
  matching,
  nonEmpty,
  oneOf,
  optional,
  wholeNumber,
  type Parse
} from '../lib/parse.ts'
import type {ConnectVia} from '../aws/connectivity.ts'
import {sessionManagerProblems} from './session-manager.ts'
import {readCasc, type Casc} from './casc.ts'
import {parsePlugins, type WantedPlugin} from './plugin-list.ts'
import {distributionOf, sourceNames, type Architecture} from './distributions.ts'
import {parseTags} from './user-tags.ts'
import {existing, fileOf, folderOf, pathList, scriptOf} from '../lib/paths.ts'
import {InputError} from '../lib/errors.ts'
import {packerArguments} from '../template/arguments.ts'
import {openVariablesFile} from '../template/values.ts'
import {isLegacy, openTemplate, type Template} from '../template/template.ts'
import {instanceUserData} from '../smoke/user-data.ts'
import {newProbeKey} from '../smoke/self-probe.ts'
import {environmentNames} from '../template/environment.ts'
import {unknownInputs} from './unknown.ts'
import {insistedOn, unusableVars, unusedInputs} from '../template/variables.ts'
import {variableLines} from '../template/user-variables.ts'

const subnetIdList = list(
  matching(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'subnet ids such as subnet-0123456789abcdef0')
)

type Environment = Readonly<Record<string, string | undefined>>

export type Deregister = 'on-failure' | 'always' | 'never'

export interface ImageInputs {
  /** `al2023`, `ubuntu-24.04`, `debian-13`, an image id, or `resolve:ssm:` with a parameter's name. */
  readonly source: string
  /** Absent: the source image's; of a distribution, x86_64. */
  readonly architecture?: Architecture
  /** Absent: the one that the source's publisher sets up. */
  readonly sshUsername?: string
  /** Empty: what the template says, or one of 4 GB of the image's architecture. */
  readonly instanceTypes: readonly string[]
  readonly namePrefix: string
  /** `lts`, `weekly` or an exact version. */
  readonly jenkinsVersion: string
  /** Absent: Jenkins's own repository. */
  readonly jenkinsRepositoryUrl?: string
  /** Of the one key that may sign the repository. Absent: the template's default, Jenkins's own key. */
  readonly jenkinsRepositoryKeyFingerprint?: string
  readonly javaVersion: string
  /** The user's own, on everything that is made. */
  readonly tags: Readonly<Record<string, string>>
  /** In GiB. Absent: the source image's. */
  readonly volumeSize?: number
  /** Absent: the account's default key. */
  readonly kmsKeyId?: string
  /** The build's. Absent: none. */
  readonly instanceProfile?: string
  readonly plugins: readonly WantedPlugin[]
  readonly updateCenterUrl: string
  readonly casc?: Casc
  /** Jenkins may let people in who have not signed in. */
  readonly allowAnonymous: boolean
  /** Absolute path of a bash script that the build runs as root before Jenkins is started for proof. */
  readonly setupScript?: string
}

interface SmokeInputs {
  readonly timeoutMs: number
  readonly userData: string
  /**
   * Shell functions that read Jenkins's journal, for a machine that reports on its console: the shipped template's
   * `files/jenkins-log.sh`. Absent: the machine gets the user's own data alone.
   */
  readonly jenkinsLog?: string
}

export interface Inputs {
  readonly aws: AwsInputs
  readonly packer: PackerRequest
  /** For `packer init` alone, which reads some plugins from GitHub. */
  readonly githubToken?: string
  readonly template: Template
  readonly image: ImageInputs
  readonly connectVia: ConnectVia
  /** `auto`: this runner's own address, public or private as `connectVia` has it. */
  readonly allowedCidrs: 'auto' | readonly string[]
  /** Tried in turn. Empty: the default VPC's. */
  readonly subnetIds: readonly string[]
  /** Absent: no smoke test was asked for. */
  readonly smoke?: SmokeInputs
  readonly deregister: Deregister
  readonly bakeTimeoutMs: number
}

/**
 * Every input with its default, as action.yml declares them. An input passed as an empty string means its default.
 *
 * GitHub does not tell a default from a given value. An input that overrides the template therefore has no default
 * there: {@link whenEmpty} has the meaning of an input that was not given.
 */
export const defaults = {
  ...awsDefaults,
  'packer-version': '1.16.0',
  'packer-releases-url': 'https://releases.hashicorp.com',
  template: '',
  'working-directory': '',
  'var-files': '',
  vars: '',
  'packer-args': '',
  'template-env': '',
  'allow-force-deregister': 'false',
  'github-token': '',
  'bake-timeout': '60m',
  'source-ami': '',
  'ssh-username': '',
  architecture: '',
  'instance-types': '',
  'ami-name-prefix': '',
  'jenkins-version': '',
  'jenkins-repository-url': '',
  'jenkins-repository-key-fingerprint': '',
  tags: '',
  'volume-size': '',
  'kms-key-id': '',
  'instance-profile': '',
  'java-version': '',
  'jenkins-plugins': '',
  'jenkins-casc': '',
  'jenkins-update-center-url': '',
  'allow-anonymous': '',
  'setup-script': '',
  'connect-via': '',
  'subnet-ids': '',
  'allowed-cidrs': '',
  'smoke-test': 'true',
  'smoke-timeout': '10m',
  'smoke-user-data': '',
  deregister: 'on-failure'
} as const

export type InputName = keyof typeof defaults

/** The values of inputs without a default, if neither they nor the template say anything. */
const whenEmpty: Partial<Record<InputName, string>> = {
  'source-ami': 'debian-13',
  'ami-name-prefix': 'jenkins',
  'jenkins-version': 'lts',
  'java-version': '21',
  'jenkins-update-center-url': 'https://updates.jenkins.io',
  'allow-anonymous': 'false',
  'connect-via': 'public-ip',
  'allowed-cidrs': 'auto'
}

/**
 * Reads and checks all inputs.
 *
 * @param env for AWS_REGION, AWS_DEFAULT_REGION and GITHUB_WORKSPACE
 * @param shippedTemplate the folder of the template that comes with the action
 * @param read the text of an input; empty when it was not given
 * @throws {InputErrors} with every input that cannot be used
 */
export function readInputs(
  env: Environment,
  shippedTemplate: string,
  read: (name: string) => string = givenText
): Inputs {
  const text = (name: InputName): string => read(name) || defaults[name]
  const standing = (name: string): string => read(name) || (whenEmpty[name as InputName] ?? '')
  const workspace = env['GITHUB_WORKSPACE'] ?? process.cwd()
  return readAll(defaults, standing, (input, problems) => {
    problems.push(...unknownInputs(Object.keys(defaults), env))
    const given = new Set((Object.keys(defaults) as InputName[]).filter((name) => text(name) !== defaults[name]))
    const additions = {
      directory: input('working-directory', optional(folderOf(workspace))),
      varFiles: input('var-files', (value) =>
        pathList(value).map((file) => openVariablesFile(fileOf(workspace)(file), isLegacy(text('template'))))
      ),
      vars: input('vars', variableLines),
      arguments: input('packer-args', packerArguments),
      insisted: insistedOn(given),
      env,
      templateEnv: input('template-env', (value) => environmentNames(value, env)),
      assumesRole: text('role-to-assume') !== '',
      allowForceDeregister: input('allow-force-deregister', oneOf('true', 'false')) === 'true',
      region: text('aws-region') || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || ''
    }
    const template = input('template', (value) =>
      openTemplate(optional(existing(workspace))(value), shippedTemplate, additions)
    )
    const githubToken = text('github-token')
    const smokeTest = input('smoke-test', oneOf('true', 'false')) === 'true'
    const smoke = {
      timeoutMs: input('smoke-timeout', duration),
      userData: input('smoke-user-data', userData)
    }
    if (!smokeTest && smoke.userData) {
      problems.push(new InputError('smoke-user-data', "is used by the smoke test only, and 'smoke-test' is false"))
    }
    if (template) problems.push(...unusedInputs(template, given), ...unusableVars(template), ...template.problems)
    const connectVia = input('connect-via', oneOf('public-ip', 'private-ip', 'session-manager'))
    const bySession = connectVia === 'session-manager'
    // A template with a login user is meant for that user's distribution.
    const [loginUser] = template?.names.loginUsers ?? []
    const source = read('source-ami') || distributionOf(loginUser) || standing('source-ami')
    // `auto` opens no port either.
    if (text('allowed-cidrs') === 'auto') given.delete('allowed-cidrs')
    if (bySession && template) problems.push(...sessionManagerProblems({given, template, source, env}))
    const jenkinsLog =
      template?.shipped || bySession
        ? readFileSync(path.join(shippedTemplate, 'files/jenkins-log.sh'), 'utf8')
        : undefined
    if (jenkinsLog !== undefined && smoke.userData) {
      // The action's own part is added to it. If both together are too long, this is reported here and not after the
      // bake.
      const ours = {deadlineMinutes: 1_440, jenkinsLog, ...(bySession ? {probeKey: newProbeKey()} : {})}
      input('smoke-user-data', (value) => instanceUserData({...ours, userData: value}))
    }
    return {
      aws: readAwsInputs(input, env),
      packer: {
        version: input('packer-version', packerVersion),
        releasesUrl: input('packer-releases-url', httpUrl)
      },
      ...(githubToken ? {githubToken} : {}),
      template,
      image: {...readImageInputs(input, workspace), ...(given.has('source-ami') ? {} : {source})},
      connectVia,
      allowedCidrs: input('allowed-cidrs', (value) => (value === 'auto' ? 'auto' : nonEmpty(list(cidr))(value))),
      subnetIds: input('subnet-ids', subnetIdList),
      ...(smokeTest ? {smoke: {...smoke, ...(jenkinsLog !== undefined ? {jenkinsLog} : {})}} : {}),
      deregister: input('deregister', oneOf('on-failure', 'always', 'never')),
      bakeTimeoutMs: input('bake-timeout', duration)
    }
  })
}

/**
 * The value of an input. Blanks at the end of the last variable belong to its value, as they do in every other line.
 */
export function givenText(name: string): string {
  return core.getInput(name, {trimWhitespace: name !== 'vars'})
}

function readImageInputs(input: ReadInput<InputName>, workspace: string): ImageInputs {
  const repository = input('jenkins-repository-url', optional(httpUrl))
  const keyFingerprint = input('jenkins-repository-key-fingerprint', optional(fingerprint))
  const setupScript = input('setup-script', optional(scriptOf(workspace)))
  const casc = input('jenkins-casc', optional(cascFolder(workspace)))
  const sshUsername = input('ssh-username', optional(matching(/^[a-z_][a-z0-9_-]{0,31}$/, 'a Linux user name')))
  const volumeSize = input('volume-size', optional(wholeNumber(1, 65_536)))
  const kmsKeyId = input(
    'kms-key-id',
    optional(matching(/^[A-Za-z0-9:/_-]{1,2048}$/, 'a KMS key id, an ARN or an alias such as alias/images'))
  )
  const instanceProfile = input(
    'instance-profile',
    optional(matching(/^[A-Za-z0-9+=,.@_-]{1,128}$/, "an instance profile's name, not an ARN"))
  )
  const architecture = input('architecture', optional(oneOf('x86_64', 'arm64')))
  return {
    source: input(
      'source-ami',
      matching(
        /^(al2023|ubuntu-24\.04|debian-13|ami-([0-9a-f]{8}|[0-9a-f]{17})|resolve:ssm:[A-Za-z0-9_./-]{1,1024}(:[A-Za-z0-9_.-]{1,100})?)$/,
        `${sourceNames.join(', ')}, an image id such as ami-0123456789abcdef0, or resolve:ssm: and a parameter's name`
      )
    ),
    ...(architecture ? {architecture} : {}),
    ...(sshUsername ? {sshUsername} : {}),
    instanceTypes:
      input(
        'instance-types',
        optional(
          nonEmpty(list(matching(/^[a-z][a-z0-9-]{0,30}\.[a-z0-9-]{1,20}$/, 'instance types such as t3.medium')))
        )
      ) ?? [],
    namePrefix: input(
      'ami-name-prefix',
      matching(
        /^[A-Za-z0-9][A-Za-z0-9()./_-]{0,79}$/,
        'up to 80 letters, digits and ( ) . / _ -, beginning with a letter or digit'
      )
    ),
    jenkinsVersion: input(
      'jenkins-version',
      matching(/^(lts|weekly|\d+\.\d{1,4}(\.\d{1,3})?)$/, "'lts', 'weekly' or an exact version such as 2.568.2")
    ),
    ...(repository ? {jenkinsRepositoryUrl: repository} : {}),
    ...(keyFingerprint ? {jenkinsRepositoryKeyFingerprint: keyFingerprint} : {}),
    tags: input('tags', parseTags),
    ...(volumeSize ? {volumeSize} : {}),
    ...(kmsKeyId ? {kmsKeyId} : {}),
    ...(instanceProfile ? {instanceProfile} : {}),
    javaVersion: input('java-version', oneOf('21', '25')),
    plugins: withCasc(
      input('jenkins-plugins', (value) => parsePlugins(value, workspace)),
      casc
    ),
    updateCenterUrl: input('jenkins-update-center-url', httpUrl),
    ...(casc ? {casc} : {}),
    allowAnonymous: input('allow-anonymous', oneOf('true', 'false')) === 'true',
    ...(setupScript ? {setupScript} : {})
  }
}

function cascFolder(workspace: string): Parse<Casc> {
  return (value) => readCasc(existing(workspace)(value))
}

/** Nothing reads the configuration without this plugin. */
function withCasc(plugins: readonly WantedPlugin[] | undefined, casc: Casc | undefined): readonly WantedPlugin[] {
  const reader = {name: 'configuration-as-code'}
  if (!plugins || casc === undefined || plugins.some(({name}) => name === reader.name)) return plugins ?? []
  return [...plugins, reader]
}

/** As gpg prints it, with or without blanks and in either case; Packer's template takes it in upper case without blanks. */
function fingerprint(value: string): string {
  const digits = value.replace(/\s/g, '').toUpperCase()
  return matching(/^[0-9A-F]{40}$/, 'the 40 hexadecimal digits of a key’s fingerprint')(digits)
}

/** EC2 takes 16 KB of user data, counted before its base64 encoding. */
function userData(value: string): string {
  if (Buffer.byteLength(value) > 16_384) throw new Error('is longer than the 16 KB that EC2 allows')
  return value
}
