/** A parameter of the CloudFormation template, and a variable of the Terraform module. */
export interface Parameter {
  /** As CloudFormation spells it; Terraform's spelling is made of it. */
  readonly name: string
  readonly kind: 'string' | 'boolean' | 'list'
  /** Nothing where a value must be given. */
  readonly default?: string
  readonly description: string
  /** Of a value that is not empty: a regular expression in the syntax that both tools share. */
  readonly pattern?: string
  /** The form that the pattern asks for, as the end of a sentence. */
  readonly form?: string
}

/** A headline with the parameters under it. */
export interface Group {
  readonly title: string
  readonly parameters: readonly Parameter[]
}

const ids = {kind: 'string', default: '', pattern: '[0-9]+', form: 'digits alone'} as const
const off = {kind: 'boolean', default: 'false'} as const

const identity: Group = {
  title: 'Who may assume the roles',
  parameters: [
    {
      name: 'Repository',
      kind: 'string',
      description:
        'The repository whose jobs may assume the roles, OWNER/NAME in exactly the letters that GitHub shows.',
      pattern: '[A-Za-z0-9-]+/[A-Za-z0-9._-]+',
      form: 'OWNER/NAME'
    },
    {
      name: 'OwnerId',
      ...ids,
      description:
        "GitHub's number of the owner. Repositories made, renamed or transferred since July 2026 have it in their subject: with OwnerId and RepositoryId the roles trust both forms, without them only the one without numbers."
    },
    {name: 'RepositoryId', ...ids, description: "GitHub's number of the repository. Give it together with OwnerId."},
    {
      name: 'Branch',
      kind: 'string',
      default: 'main',
      description: 'The branch whose jobs may bake and sweep. Scheduled workflows run on the default branch.',
      pattern: '[^$:?*~^\\[\\]\\\\\\s]+',
      form: 'the name of one branch, without wildcards and dollar signs'
    },
    {
      name: 'Environment',
      kind: 'string',
      default: '',
      description:
        "A GitHub environment whose jobs may bake, in place of the branch's. Restrict its deployment branches: a pull request's job in it would be trusted as well. The sweep's role goes on to trust the branch.",
      pattern: '[^$:?*"\\\\]+',
      form: "an environment's name, without wildcards and dollar signs"
    },
    {
      name: 'CreateProvider',
      ...off,
      description:
        "Whether to make GitHub's OIDC provider (token.actions.githubusercontent.com). An account can have only one, which all its roles for GitHub use: where it is there, true is an error. Where it is missing, no job can assume a role without it."
    }
  ]
}

const roles: Group = {
  title: 'Which roles',
  parameters: [
    {
      name: 'RoleName',
      kind: 'string',
      default: 'bake-jenkins-ami',
      description:
        'Name of the role that bakes. The other roles have the same name with -pull-request, -promote or -sweep appended.',
      pattern: '[A-Za-z0-9+=,.@_-]{1,51}',
      form: 'at most 51 letters, digits and characters of +=,.@_-'
    },
    {
      name: 'CreateBakeRole',
      kind: 'boolean',
      default: 'true',
      description: 'Whether to make the role that bakes. False for an account of pull requests alone.'
    },
    {
      name: 'CreatePullRequestRole',
      ...off,
      description:
        'Whether to make a role for bakes of pull requests. It has the permissions for the shipped template, whatever the options below say, and can mark no image as verified.'
    },
    {
      name: 'PromoteEnvironment',
      kind: 'string',
      default: '',
      description:
        'A GitHub environment whose jobs may promote images, such as production: give it required reviewers. Makes a role for the promote action, which may also use the keys, the parameter and the launch template below; the role of bakes may then change neither the parameter nor the launch template.',
      pattern: '[^$:?*"\\\\]+',
      form: "an environment's name, without wildcards and dollar signs"
    },
    {name: 'CreateSweepRole', ...off, description: 'Whether to make a role for the sweep action.'},
    {
      name: 'Retirement',
      ...off,
      description:
        "Whether the sweep's role may also retire old verified images (keep-last, retire-older-than). Needs SsmParameter if the input ssm-parameters names one; and attach AWS's policy AmazonEC2ImageReferencesAccessPolicy to it."
    }
  ]
}

const permissions: Group = {
  title: "What the bake's role may do besides",
  parameters: [
    {
      name: 'InstanceProfileRole',
      kind: 'string',
      default: '',
      description:
        'The role in the instance profile that the input instance-profile names: its name, with its path if it has one (machines/builder). The bake may hand this role, and no other, to EC2.',
      pattern: '[A-Za-z0-9+=,.@_-][A-Za-z0-9+=,.@_/-]*',
      form: "a role's name or path/name"
    },
    {
      name: 'SessionManager',
      ...off,
      description: 'Whether the bake may reach its machines by connect-via: session-manager. Needs InstanceProfileRole.'
    },
    {
      name: 'RoleSessionName',
      kind: 'string',
      default: 'bake-jenkins-ami',
      description: 'The input role-session-name, with which the ids of the sessions of Session Manager begin.',
      pattern: '[A-Za-z0-9+=,.@_-]{2,64}',
      form: '2 to 64 letters, digits and characters of +=,.@_-'
    },
    {
      name: 'KmsKeyArns',
      kind: 'list',
      default: '',
      description:
        "ARNs of your own KMS keys for kms-key-id, or of the source image's key, separated by commas; not of aliases. The key policy must let the account use IAM policies.",
      pattern: 'arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+',
      form: 'arn:aws:kms:REGION:ACCOUNT:key/ID'
    },
    {
      name: 'SsmParameter',
      kind: 'string',
      default: '',
      description:
        'The parameter that the input ssm-parameter names, such as /jenkins/ami; with a slash before a name without one.',
      pattern: '/[A-Za-z0-9_./-]+',
      form: "a parameter's name that begins with a slash"
    },
    {
      name: 'LaunchTemplateId',
      kind: 'string',
      default: '',
      description: 'The id of the launch template that the input launch-template names. The bake may read others, too.',
      pattern: 'lt-[0-9a-f]+',
      form: "a launch template's id"
    },
    {
      name: 'Copies',
      ...off,
      description: "Whether copy-to-regions, and a template's ami_regions and encrypt_boot, may copy images."
    },
    {
      name: 'Sharing',
      ...off,
      description:
        "Whether share-with and deprecate-after, and a template's snapshot_users, snapshot_groups, deprecate_at and deregistration_protection, may share, deprecate and protect what the bake made."
    },
    {name: 'Spot', ...off, description: 'Whether a template with a spot price may launch spot instances.'},
    {
      name: 'Windows',
      ...off,
      description:
        "Whether the first password of the bake's Windows machines may be read (WinRM without winrm_password)."
    },
    {
      name: 'UntaggedTemplates',
      ...off,
      description:
        "For your own templates without the variable tags, and for GovCloud and China: lets the bake's role change and remove EVERYTHING in EC2 that bakes deal with, also what is not a bake's."
    }
  ]
}

export const groups: readonly Group[] = [identity, roles, permissions]

/** Each option of the bake's role, and the file in iam/ that it adds. */
export const options: Readonly<Record<string, string>> = {
  InstanceProfileRole: 'instance-profile-permissions',
  SessionManager: 'session-manager-permissions',
  KmsKeyArns: 'kms-permissions',
  SsmParameter: 'ssm-parameter-permissions',
  LaunchTemplateId: 'launch-template-permissions',
  Copies: 'copy-permissions',
  Sharing: 'sharing-permissions',
  Spot: 'spot-permissions',
  Windows: 'windows-permissions',
  UntaggedTemplates: 'untagged-template-permissions'
}

/** Those that the role for promotions has as well. */
export const optionsOfPromotion: readonly string[] = ['KmsKeyArns', 'SsmParameter', 'LaunchTemplateId']

/** Those that the bake's role has only where there is no role for promotions: whoever has them gives out an image without approval. */
export const optionsOfApproval: ReadonlySet<string> = new Set(['SsmParameter', 'LaunchTemplateId'])

/** Each option of the sweep's role, and the file in iam/ that it adds. */
export const optionsOfSweep: Readonly<Record<string, string>> = {
  Retirement: 'retire-permissions',
  SsmParameter: 'ssm-parameter-read-permissions'
}

/** The same name as Terraform writes it. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase()
}
