import {existing, scriptOf} from '../lib/paths.ts'
import {httpUrl, list, matching, nonEmpty, oneOf, optional, wholeNumber, type Parse} from '../lib/parse.ts'
import type {ReadInput} from './aws.ts'
import {readCasc, type Casc} from './casc.ts'
import type {InputName} from './defaults.ts'
import {sourceNames, type Architecture} from './distributions.ts'
import {profileName} from './smoke.ts'
import {parsePlugins, type WantedPlugin} from './plugin-list.ts'
import {parseTags} from './user-tags.ts'

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

/** @param workspace where relative paths begin */
export function readImageInputs(
  input: ReadInput<InputName>,
  {workspace, kmsKeyId}: {readonly workspace: string; readonly kmsKeyId: string | undefined}
): ImageInputs {
  const repository = input('jenkins-repository-url', optional(httpUrl))
  const keyFingerprint = input('jenkins-repository-key-fingerprint', optional(fingerprint))
  const setupScript = input('setup-script', optional(scriptOf(workspace)))
  const casc = input('jenkins-casc', optional(cascFolder(workspace)))
  const sshUsername = input('ssh-username', optional(matching(/^[a-z_][a-z0-9_-]{0,31}$/, 'a Linux user name')))
  const volumeSize = input('volume-size', optional(wholeNumber(1, 65_536)))
  const instanceProfile = input('instance-profile', optional(profileName))
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
