/** What a template may say, and what becomes of it: one for each row of the table in docs/templates.md. */
export interface Construct {
  /** The row's first cell. */
  readonly row: string
  /** Lines in the builder, in place of the usual ones of the same name. */
  readonly builder?: readonly string[]
  /** More blocks. */
  readonly more?: string
  readonly vars?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly allowForceDeregister?: boolean
  /** Of Packer. */
  readonly arguments?: readonly string[]
  /** One error, or one warning, of this form. Neither: it is baked without a word. */
  readonly problem?: RegExp
  readonly warning?: RegExp
}

const open = 'variable "allowed_cidrs" {\n  type = list(string)\n}\n'

const onlyPackerKnows =
  /^own\.pkr\.hcl line \d+: amazon-ebs\.own has \w+ with a value that only Packer knows\. If it is true, .* write true or false there/

/** The bake's tags on all that Packer makes. */
const tagged = 'run_tags = var.tags'
const tags = 'variable "tags" {\n  type = map(string)\n}\n'

export const constructs: readonly Construct[] = [
  {
    row: '`region` that differs from `aws-region`',
    builder: ['region = "eu-west-1"'],
    problem: /builds in eu-west-1, but the input 'aws-region' is us-east-1/
  },
  {
    row: '`region` that differs from `aws-region`',
    builder: ['region = local.where["main"]'],
    more: 'locals { where = { main = "${var.place}-1" } }\nvariable "place" { default = "eu-west" }\n',
    problem: /builds in eu-west-1/
  },
  {
    row: '`region` that differs from `aws-region`',
    builder: ['region = var.aws_region'],
    more: 'variable "aws_region" { default = "us-east-1" }\n'
  },
  {
    row: '`force_deregister`',
    builder: ['force_deregister = true'],
    problem: /says force_deregister: Packer would remove the image of the same name before/
  },
  {
    row: '`force_deregister`',
    builder: ['force_deregister = var.x', 'force_delete_snapshot = true'],
    more: 'variable "x" { default = "true" }\n',
    problem: /and its snapshots/
  },
  {
    row: '`force_deregister`',
    builder: ['force_deregister = true'],
    allowForceDeregister: true,
    warning: /If the new one fails or is rejected, there is no image left/
  },
  {row: '`force_deregister`', builder: ['force_deregister = false']},
  {
    row: '`force_deregister`',
    builder: ['force_deregister = try(local.cfg.force, true)'],
    more: 'locals { cfg = jsondecode("{}") }\n',
    problem: /says force_deregister/
  },
  {row: '`force_deregister`', builder: ['force_deregister = can(regex("^x", "y"))'], warning: onlyPackerKnows},
  {
    row: '`skip_save_build_region`',
    builder: ['ami_regions = ["us-west-2"]', 'skip_save_build_region = true'],
    problem: /says skip_save_build_region/
  },
  {
    row: '`skip_save_build_region`',
    builder: ['ami_regions = ["us-west-2"]', 'skip_save_build_region = yamldecode(file("x")).skip'],
    warning: onlyPackerKnows
  },
  {
    row: '`skip_create_ami`',
    builder: ['skip_create_ami = data.amazon-parameterstore.skip.value'],
    warning: onlyPackerKnows
  },
  {row: '`skip_create_ami`', builder: ['skip_create_ami = true'], warning: /says skip_create_ami: it makes no image/},
  {
    row: '`deregistration_protection`',
    builder: ['deregistration_protection {\n enabled = true\n with_cooldown = true\n}'],
    problem: /with_cooldown: an image that is rejected/
  },
  {row: '`deregistration_protection`', builder: ['deregistration_protection {\n enabled = true\n}']},
  {
    row: '`deregistration_protection`',
    builder: [
      'dynamic "deregistration_protection" {\n for_each = fileset(".", "x")\n content {\n with_cooldown = true\n}\n}'
    ],
    warning: onlyPackerKnows
  },
  {
    row: '`snapshot_users`, `snapshot_groups`',
    builder: [tagged, 'snapshot_users = ["123456789012"]', 'encrypt_boot = true'],
    more: tags,
    problem:
      /^[^:]+: own\.pkr\.hcl line \d+: amazon-ebs\.own says snapshot_users, but .* the copies \(encrypt_boot\).* encrypted = true/
  },
  {
    row: '`snapshot_users`, `snapshot_groups`',
    builder: [tagged, 'snapshot_groups = ["all"]', 'encrypt_boot = true', 'ami_regions = ["us-east-1", local.other]'],
    more: `${tags}locals {\n other = "eu-west-1"\n}\n`,
    problem: /says snapshot_groups, but .* the copies \(ami_regions\).* \(aws ec2 modify-snapshot-attribute\)\.$/
  },
  {
    row: '`snapshot_users`, `snapshot_groups`',
    builder: [
      tagged,
      'snapshot_users = var.accounts',
      'ami_block_device_mappings {\n device_name = "/dev/sdf"\n snapshot_id = "snap-0123456789abcdef0"\n}'
    ],
    more: `${tags}variable "accounts" {\n default = ["123456789012"]\n}\n`,
    problem: /says snapshot_users, but .* Packer shares a snapshot of your own:/
  },
  {
    row: '`snapshot_users`, `snapshot_groups`',
    builder: [tagged, 'snapshot_users = ["123456789012"]', 'encrypt_boot = jsondecode(file("x"))'],
    more: tags,
    warning: /has encrypt_boot with a value that only Packer knows\. With snapshot_users, AWS may deny/
  },
  {
    row: '`snapshot_users`, `snapshot_groups`',
    builder: [tagged, 'snapshot_users = jsondecode(file("x"))', 'ami_regions = ["eu-west-1"]'],
    more: tags,
    warning: /has snapshot_users with a value that only Packer knows\. With snapshot_users, AWS may deny/
  },
  {
    row: '`snapshot_users`, `snapshot_groups`',
    builder: [tagged, 'snapshot_users = ["123456789012"]', 'encrypt_boot = true', 'skip_create_ami = true'],
    more: tags,
    warning: /says skip_create_ami/
  },
  ...[
    [tagged, 'snapshot_users = ["123456789012"]', 'ami_regions = ["us-east-1"]', 'encrypt_boot = false'],
    [tagged, 'snapshot_users = []', 'ami_regions = ["eu-west-1"]', 'encrypt_boot = true'],
    [tagged, 'ami_users = ["123456789012"]', 'ami_groups = ["all"]', 'ami_regions = ["eu-west-1"]'],
    ['snapshot_users = ["123456789012"]', 'ami_regions = ["eu-west-1"]']
  ].map((builder) => ({row: '`snapshot_users`, `snapshot_groups`', builder, more: tags})),
  {
    row: '`temporary_iam_instance_profile_policy_document`',
    builder: ['temporary_iam_instance_profile_policy_document {\n Version = "2012-10-17"\n}'],
    problem: /iam_instance_profile = "NAME", or var\.instance_profile/
  },
  {
    row: '`hcp_packer_registry`',
    more: 'build {\n  sources = ["amazon-ebs.own"]\n  hcp_packer_registry {\n    bucket_name = "x"\n  }\n}\n',
    problem: /HCP_CLIENT_ID and HCP_CLIENT_SECRET are not in the env of this step/
  },
  {
    row: '`hcp_packer_registry`',
    more: 'hcp_packer_registry {\n  bucket_name = "x"\n}\n',
    env: {HCP_CLIENT_ID: 'x', HCP_CLIENT_SECRET: 'y'}
  },
  {
    row: '`hcp_packer_registry`',
    more: 'hcp_packer_registry {\n  bucket_name = "x"\n}\n',
    env: {HCP_PACKER_REGISTRY: 'off'}
  },
  {
    row: '`data "hcp-packer-version"`, `-artifact`, `-iteration`, `-image`',
    more: 'data "hcp-packer-version" "base" {\n  bucket_name = "x"\n  channel_name = "y"\n}\n',
    env: {HCP_PACKER_REGISTRY: 'off'},
    problem:
      /it reads data\.hcp-packer-version\.base, and HCP_CLIENT_ID and HCP_CLIENT_SECRET are not .* of the repository\.$/
  },
  {
    row: '`data "hcp-packer-version"`, `-artifact`, `-iteration`, `-image`',
    more: 'data "hcp-packer-image" "base" {\n  bucket_name = "x"\n}\n',
    env: {HCP_CLIENT_ID: 'x', HCP_CLIENT_SECRET: 'y'}
  },
  {
    row: '`ssh_agent_auth`',
    builder: ['ssh_agent_auth = true', 'ssh_keypair_name = "team"'],
    problem: /there is no SSH_AUTH_SOCK/
  },
  {
    row: '`ssh_agent_auth`',
    builder: ['ssh_agent_auth = true', 'ssh_keypair_name = "team"'],
    env: {SSH_AUTH_SOCK: '/tmp/agent'}
  },
  {row: '`ssh_agent_auth`', builder: ['ssh_agent_auth = fileexists("x")'], warning: onlyPackerKnows},
  {
    row: '`ssh_agent_auth`',
    builder: ['ssh_agent_auth = fileexists("x")'],
    env: {SSH_AUTH_SOCK: '/tmp/agent'}
  },
  {
    row: '`ssh_interface = "session_manager"`',
    builder: ['ssh_interface = "session_manager"', 'iam_instance_profile = "x"'],
    problem: /session-manager-plugin on this runner's PATH/
  },
  {row: '`communicator = "winrm"`', builder: ['communicator = "winrm"', 'winrm_username = "Administrator"']},
  {
    row: 'no `temporary_security_group_source_cidrs`',
    builder: ['temporary_security_group_source_cidrs = null'],
    warning: /lets everybody \(0\.0\.0\.0\/0\) reach the build's machine by SSH/
  },
  {
    row: 'no `temporary_security_group_source_cidrs`',
    builder: [
      'communicator = "winrm"',
      'winrm_username = "Administrator"',
      'temporary_security_group_source_cidrs = ["0.0.0.0/0"]'
    ],
    warning: /by WinRM/
  },
  {
    row: 'no `temporary_security_group_source_cidrs`',
    builder: ['security_group_id = "sg-0123456789abcdef0"', 'temporary_security_group_source_cidrs = null']
  },
  {
    row: '`access_key`, `secret_key`',
    builder: ['access_key = var.k'],
    more: 'variable "k" { default = "x" }\n',
    problem: /a static AWS key: .* is handed to access_key/
  },
  {
    row: '`access_key`, `secret_key`',
    builder: ['access_key = lookup(var.aws, "access_key", "")', 'secret_key = var.aws["secret_key"]'],
    more: 'variable "aws" { default = { access_key = "", secret_key = "" } }\n'
  },
  {
    row: 'a key for a program on the machine',
    builder: [],
    more: 'build {\n sources = ["source.amazon-ebs.own"]\n provisioner "shell" {\n environment_vars = ["AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"]\n inline = ["x"]\n }\n}\n',
    warning: /looks like an AWS access key/
  },
  {
    row: '`env("NAME")`',
    builder: ['ami_name = "x-${var.sha}"'],
    more: 'variable "sha" { default = env("GITHUB_SHA") }\n',
    env: {GITHUB_SHA: 'abc'},
    warning: /GITHUB_SHA of this step's env does not reach Packer unless the input 'template-env' names it/
  },
  {
    row: '`env("NAME")`',
    builder: ['ami_name = var.image'],
    more: 'variable "image" { default = env("IMAGE") }\n',
    problem: /the image of amazon-ebs\.own would have an empty name: IMAGE is empty or not there/
  },
  {
    row: '`env("NAME")`',
    builder: ['ami_name = "x-${var.key}"'],
    more: 'variable "key" { default = env("AWS_ACCESS_KEY_ID") }\n'
  },
  {
    row: '`dynamic` blocks',
    builder: [
      'dynamic "deregistration_protection" {\n for_each = [true]\n content {\n enabled = true\n with_cooldown = deregistration_protection.value\n }\n}'
    ],
    problem: /with_cooldown/
  },
  {
    row: '`dynamic` blocks',
    builder: ['dynamic "deregistration_protection" {\n for_each = []\n content {\n with_cooldown = true\n }\n}']
  },
  {
    row: '`dynamic` blocks',
    builder: [
      'dynamic "temporary_iam_instance_profile_policy_document" {\n for_each = length(var.rules) > 0 ? [var.rules] : []\n content {\n Version = "2012-10-17"\n }\n}'
    ],
    more: 'variable "rules" {\n  type = list(string)\n  default = ["all"]\n}\n',
    vars: {rules: '[]'}
  },
  {
    row: '`dynamic` blocks',
    builder: [
      'dynamic "security_group_filter" {\n for_each = []\n content {\n filters = {}\n }\n}',
      'temporary_security_group_source_cidrs = null'
    ],
    warning: /lets everybody/
  },
  {
    row: '`dynamic` blocks',
    more: 'build {\n dynamic "source" {\n for_each = { nightly = true }\n labels = ["amazon-ebs.own"]\n content {\n name = source.key\n force_deregister = source.value\n }\n }\n}\n',
    problem: /amazon-ebs\.nightly says force_deregister/
  },
  {
    row: '`source "amazon-ebs.own"` in a build',
    builder: [],
    more: 'build {\n source "source.amazon-ebs.own" {\n force_deregister = true\n }\n}\n',
    problem: /force_deregister/
  },
  {
    row: '`local` blocks, functions, `for`',
    builder: ['region = element([for r in local.all : lower(r)], 0)'],
    more: 'local "all" {\n expression = ["EU-WEST-3"]\n sensitive = true\n}\n',
    problem: /builds in eu-west-3/
  },
  {
    row: 'no build of a name in `-only` (`packer-args`)',
    arguments: ['-only=amazon-ebs.onw'],
    problem: /-only=amazon-ebs\.onw matches no build of the template; it has amazon-ebs\.own/
  },
  {
    row: 'no builder of an EC2 image among those that run (only `null`, `docker`, `amazon-ebsvolume` …)',
    more: 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["source.amazon-ebs.own", "source.null.n"]\n}\n',
    arguments: ['-only=null.n'],
    problem: /-only and -except leave only null\.n, .*; amazon-ebs\.own would/
  },
  {
    row: 'what only Packer knows',
    builder: ['region = data.amazon-parameterstore.region.value', 'encrypt_boot = jsondecode(file("x"))']
  },
  {
    row: 'what only Packer knows',
    builder: ['force_deregister = jsondecode(file("x"))'],
    warning: onlyPackerKnows
  }
]

/** A whole template with the construct in it. */
export function templateWith({builder = [], more = ''}: Construct): string {
  const own = new Set(builder.map((line) => line.split(/[\s={]/)[0]))
  const usual = [
    'region = "us-east-1"',
    'ami_name = "x-{{timestamp}}"',
    'instance_type = "t3.medium"',
    'ssh_username = "admin"',
    'source_ami = "ami-0123456789abcdef0"',
    'temporary_security_group_source_cidrs = var.allowed_cidrs'
  ].filter((line) => !own.has(line.split(' ')[0]))
  return `${open}source "amazon-ebs" "own" {\n  ${[...usual, ...builder].join('\n  ')}\n}\n${more}`
}
