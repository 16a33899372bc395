import {either, inOneLine, inOrder} from '../../lib/pattern.ts'
import type {Rule} from './rule.ts'

/** Also the advice for a template that Packer refuses for an unknown reason. */
export const notValid: Rule = {
  id: 'template-invalid',
  title: 'The template is not valid',
  pattern: either(
    inOneLine(/\bon ./, / line \d/),
    /\d error\(s\) (occurred|decoding)|Error: Invalid |Error: Unsupported |Error: Failed preparing /
  ),
  cause: 'Packer does not accept the template.',
  change: "Correct what Packer names below; 'packer validate' finds the same without AWS."
}

/** Packer did not start to build: the template, its plugins, or Packer itself. */
export const templateRules: readonly Rule[] = [
  {
    id: 'plugin-crash',
    title: 'A plugin of Packer crashed',
    pattern: /\bunexpected EOF\b(?! while looking)|^panic: |Plugin crashed|\bplugin process exited\b/m,
    cause:
      "Packer's plugin crashed: a defect of the plugin, which often hides a call that AWS denied (CreateFleet in a spot build, for example).",
    change:
      'Look in the log for the last step of the build, and allow its call if a policy denies it. Otherwise try another version of the plugin in required_plugins.'
  },
  {
    id: 'plugin-missing',
    title: 'A plugin of Packer is missing',
    pattern:
      /Missing plugins|is unknown by Packer,\s+and\s+is\s+likely\s+part\s+of\s+a\s+plugin|Unknown (source|provisioner|data source|post-processor) type/,
    cause: 'The template uses a plugin that is not installed and that its required_plugins block does not name.',
    change:
      'Name it in a required_plugins block (if the block is in another file of the template, give the folder as the template): packer { required_plugins { amazon = { source = "github.com/hashicorp/amazon", version = ">= 1.8.1" } } }. Legacy JSON has no such block: the action installs amazon, ansible and docker for it; install others in a step before this one (packer plugins install).',
    detail: ({errors}) => missingComponent(errors.join('\n'))
  },
  {
    id: 'post-processor',
    title: 'A post-processor failed',
    pattern: /\bPost-processor failed\b/,
    cause:
      'The image was made, and then a post-processor of the template failed. The image is removed again: it was not tested.',
    change:
      "Correct the post-processor. What it says is below, and in the log. It runs on this runner, in the folder of the template, and sees only a small part of the environment of this step ('template-env').",
    detail: ({postProcessor}) => (postProcessor ? `It was ${postProcessor.name}.` : undefined)
  },
  {
    id: 'no-builds',
    title: 'Packer finds no build to run',
    pattern: /\bNo builds to run\b/,
    cause: "The template has no build, or -only and -except in 'packer-args' leave none of its builds.",
    change:
      'Correct -only and -except: they take the whole names of builds, which begin with the name of the build block if it has one (-only=jenkins.amazon-ebs.own), and in HCL2 patterns (-only=*.amazon-ebs.own).',
    detail: ({said}) => {
      const names = said.map((line) => /^Possible build names: \[([^\]]*)\]/.exec(line)?.[1]).find(Boolean)
      return names === undefined ? undefined : `The template has the builds ${names}.`
    }
  },
  {
    id: 'data-source',
    title: 'A data source of the template fails',
    pattern: /Datasource\.Execute failed/,
    cause: 'A data source of the template finds nothing, or may not read what it names.',
    change:
      "Check that the resource that it names exists in its region and in this account, and that the role may read it. Packer's session is limited to the region of the bake and the regions that the template spells out."
  },
  {
    id: 'aws-profile',
    title: 'The template names a profile that does not exist',
    pattern: /failed to get shared config profile/,
    cause:
      'The template names a profile of ~/.aws/config, which Packer does not see: it gets its credentials from this action.',
    change: "Leave profile out, or let it be empty for this bake: a variable is emptied by a line NAME= in 'vars'."
  },
  {
    id: 'assume-role',
    title: 'The role that the template assumes is refused',
    pattern: /Cannot assume IAM Role/i,
    cause: "The role in the template's assume_role may not be assumed.",
    change:
      "Check that the bake's role may assume it (its policy must allow sts:AssumeRole, and the other role's trust policy must name it). Packer's session may assume the roles that can be read from the template: spell role_arn out, or let it come from variables and locals, not from a data source."
  },
  {
    id: 'packer-version',
    title: 'The template needs another version of Packer',
    pattern: either(
      /Unsupported Packer Core version/,
      inOrder(/Unsupported block type/, /required_plugins/),
      inOneLine(/no plugin installed for /, / with API version/)
    ),
    cause: 'The template does not work with this version of Packer.',
    change: "Set 'packer-version' to a version that its required_version and its plugins accept."
  },
  {
    id: 'program-missing',
    title: 'Packer calls a program that this runner does not have',
    pattern: /executable file not found in \$PATH/,
    cause:
      'A provisioner or a post-processor of the template runs a program on this runner, and the runner does not have it.',
    change:
      'Install that program in a step before this one (for Ansible: pipx install ansible-core), or give its path in the template (command of the provisioner ansible).'
  },
  {
    id: 'variable-missing',
    title: 'A variable of the template has no value',
    pattern: /Unset variable|required variable not set/,
    cause: 'A variable of the template has neither a default nor a value.',
    change:
      "Give it a default, or a value in 'vars' or 'var-files'. The action fills in its own variables only (docs/templates.md)."
  },
  {
    id: 'script-missing',
    title: 'A file that the template names is missing',
    pattern: either(inOneLine(/Bad (script|source) '/, /': stat/), /no such file or directory/),
    cause: 'The template names a file that does not exist.',
    change:
      "Write its path with ${path.root}/ in front, or set 'working-directory': relative paths begin in the folder of the template, unless that input names another one. Files that are not in the repository must be made by a step before this one."
  },
  {
    id: 'source-beside-filter',
    title: 'The source image does not fit the filter beside it',
    // Go prints the ids behind the filters; the plugins of Packer 1.6 name them.
    pattern: either(
      inOneLine(/No AMI was found matching filters/, /\}\] \[ami-[0-9a-f]{8,17}\]/),
      inOrder(/No AMI was found matching filters/, /\bImageIds: \["ami-/)
    ),
    cause:
      'The builder has both a source_ami and a source_ami_filter, and the image of that id does not fit the filter: Packer looks for an image that is both.',
    change:
      "Give an image in 'source-ami' that fits the filters and owners of the template, leave 'source-ami' out so that the filter decides, or take source_ami_filter out of the template.",
    detail: ({errors}) => {
      const id = /(?:\}\] \[|ImageIds: \[")(ami-[0-9a-f]{8,17})/.exec(errors.join('\n'))?.[1]
      return id === undefined ? undefined : `The image is ${id}.`
    }
  },
  {
    id: 'source-not-found',
    title: 'No source image fits the filter',
    pattern: /No AMI was found matching filters|Your query returned (more than one|no) result/,
    cause: 'source_ami_filter (or a data source) of the template finds no image, or more than one without most_recent.',
    change: 'Correct its filters and owners for this region, or use the variable source_ami, which the action fills in.'
  },
  {
    id: 'network-filter',
    title: 'A filter of the template does not find its network',
    pattern:
      /No Subnets was found matching filters|Your filter matched \d+ Subnets|Exactly one VPC should match the filter/,
    cause: 'subnet_filter or vpc_filter of the template finds no network in this region, or more than one.',
    change:
      "Correct its filters for this region and account (for several subnets: random = true or most_free = true), or take it out, set subnet_id = var.subnet_id and give the subnets in 'subnet-ids'."
  },
  {
    id: 'image-name-used',
    title: "The image's name is in use",
    pattern: either(inOneLine(/AMI Name: '/i, /' is used by an existing AMI/i), /Name conflicts with an existing AMI/i),
    cause: 'This account has an image of that name in the region already.',
    change:
      "Use the variable ami_name in the template, which is different in each bake, or put a timestamp into the template's own name."
  },
  notValid,
  {
    id: 'no-keys',
    title: 'Packer found no credentials',
    pattern: /No valid credential sources? found|NoCredentialProviders|failed to refresh cached credentials/,
    cause: 'Packer could not get credentials from the action.',
    change:
      'Take shared_credentials_file out of the template, and any profile whose name it does not spell out. There must be no proxy between Packer and 127.0.0.1: set NO_PROXY.'
  },
  {
    id: 'own-address',
    title: "Packer cannot find out this runner's address",
    pattern: /failed to get current host's public ip/,
    cause:
      "The template makes Packer ask checkip.amazonaws.com for this runner's address (temporary_security_group_source_public_ip), but there was no answer.",
    change:
      'Take temporary_security_group_source_public_ip out and set temporary_security_group_source_cidrs = var.allowed_cidrs, with the variable declared as list(string), or let this runner reach that address.'
  },
  {
    id: 'hcp-unreachable',
    title: 'Packer does not reach HCP Packer',
    pattern: inOneLine(
      /\b(idp\.hashicorp\.com|hashicorp\.cloud)\b/,
      /dial tcp|connection refused|no such host|timeout/i
    ),
    cause:
      'Packer cannot connect to the HCP Packer registry from this runner, which the template reports its builds to.',
    change:
      "Let this runner reach auth.idp.hashicorp.com and api.cloud.hashicorp.com, or switch the registry off with HCP_PACKER_REGISTRY: 'off' in the env of this step."
  },
  {
    id: 'breakpoint',
    title: 'A breakpoint waits for a person',
    pattern: /machine-readable UI can't ask/,
    cause: 'The template has a provisioner that asks a person to go on, and nobody is there.',
    change: 'Take the provisioner "breakpoint" out of the template, or set disable = true in it.'
  },
  {
    id: 'aws-unreachable',
    title: 'Packer does not reach AWS',
    pattern: either(
      /RequestError: send request failed|request send failed|proxyconnect tcp/,
      inOneLine(/dial tcp: lookup /, /amazonaws\.(com|eu)|\bapi\.aws\b/),
      inOneLine(/dial tcp /, /connection refused|i\/o timeout/)
    ),
    cause: 'Packer cannot connect to AWS from this runner.',
    change: 'Check that the region exists, and what stands between this runner and AWS: DNS, firewall, HTTPS_PROXY.'
  },
  {
    id: 'machine-ended',
    title: "The build's machine ended while it started",
    pattern: /Error waiting for (spot )?instance/i,
    cause: "AWS ended the build's machine while it started.",
    change:
      "AWS's reason is in the line 'Instance state change details'. Server.InternalError, or a volume that cannot be made, often means that the role may not use an encryption key, or that a quota for volumes is used up."
  },
  {
    id: 'image-failed',
    title: 'AWS could not make the image',
    pattern: inOrder(
      /Error waiting for AMI: /i,
      /waiter state transitioned to Failure|failed waiting for successful resource state/i
    ),
    cause: 'AWS began to make the image and gave up.',
    change: "Run the job again. If it fails again, check the encryption key's policy and the quota for snapshots."
  },
  {
    id: 'image-slow',
    title: 'The image was not ready in time',
    pattern: inOrder(/Error waiting for AMI: /i, /exceeded max wait time|exceeded wait attempts/i),
    cause: 'Packer waited for the image, and it was still pending when Packer gave up. Large volumes take a long time.',
    change:
      'Let it wait longer: set AWS_MAX_ATTEMPTS and AWS_POLL_DELAY_SECONDS, both of them, in the env of this step (120 and 30 are an hour), or aws_polling in your template; or make the volume smaller.'
  }
]

/** `The provisioner puppet-masterless is unknown by Packer`, `The source googlecompute …`. */
function missingComponent(text: string): string | undefined {
  const [, kind, name] = /\bThe ([a-z-]{1,20}) ([\w-]{1,60}) is unknown by Packer/.exec(text) ?? []
  return name === undefined ? undefined : `It is the ${kind} ${name} that no installed plugin has.`
}

/** AWS's error is that of a missing source image, but the missing image is Packer's new one. */
export const imageUnknown: Rule = {
  id: 'image-unknown',
  title: 'AWS does not know the new image yet',
  pattern: inOrder(/\bwaiting for AMI\b/i, /\bInvalidAMIID\.NotFound\b/i),
  cause:
    'Packer had made the image, but AWS did not know it yet when Packer asked for it: EC2 does not show new resources everywhere at once.',
  change: 'Run the job again. If it fails again, see health.aws.amazon.com for incidents of EC2 in this region.'
}
