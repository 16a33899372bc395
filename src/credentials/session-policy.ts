import {UserError} from '../lib/errors.ts'
import {
  allow,
  anyTemplate,
  denyOutside,
  taggedTemplate,
  type PackerPolicyOptions,
  type Statement
} from './session-statements.ts'

/** AWS's limit for an inline session policy, in characters. */
export const policyLimit = 2_048

/**
 * The session policy under which Packer runs, as compact JSON: what the amazon-ebs builder calls
 * (developer.hashicorp.com/packer/integrations/hashicorp/amazon), in one region. If the template puts the bake's tags
 * on all that it makes, as the shipped one does, Packer can only make resources that carry them, and only change or
 * remove such resources. With any template it cannot touch resources with the tag of another bake.
 *
 * In the regions that a template copies its image to it can do nothing else: machines, key pairs and groups are made
 * only in the bake's region.
 *
 * In GovCloud and China no tags are required, because the plugin leaves them out there when it makes images.
 *
 * @throws {UserError} when it would be longer than AWS allows
 */
export function packerSessionPolicy(options: PackerPolicyOptions): string {
  const {partition, uses, copyRegions = [], roles = []} = options
  const tagged = uses.tags.machines && options.tagsAtCreation && !/^aws-(cn|us-gov)$/.test(partition)
  // A template that uses all of these options does not fit into the narrower of the two policies.
  const policies = [...(tagged ? [taggedTemplate] : []), anyTemplate].map((build) => document(build(options), options))
  const policy = policies.find(({length}) => length <= policyLimit)
  if (policy === undefined) {
    throw new UserError(
      `The template copies its images to ${copyRegions.length} regions and assumes ${roles.length} roles: more than fit into the ` +
        'session policy that Packer works under. Copy to fewer regions in one bake.'
    )
  }
  return policy
}

function document(statements: readonly Statement[], options: PackerPolicyOptions): string {
  const {region, partition, uses, passesRole, copyRegions = [], copiesAnywhere = false, roles = []} = options
  const regions = [...new Set([region, ...copyRegions])]
  // The European Sovereign Cloud has a suffix of its own, amazonaws.eu, and keeps amazonaws.com for some names of services.
  const suffix = {'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.*'}[partition] ?? 'amazonaws.com'
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      ...statements,
      ...(passesRole ? [allow('iam:PassRole', '*', {StringLike: {'iam:PassedToService': `ec2.${suffix}`}})] : []),
      // EC2 alone decides which calls of KMS it makes for the caller. The star stands for a list of regions that would
      // be too long: EC2 itself is denied outside of them.
      allow('kms:*', '*', {
        StringLike: {'kms:ViaService': `ec2.${regions.length > 1 || copiesAnywhere ? '*' : region}.${suffix}`}
      }),
      ...(roles.length > 0 ? [allow('sts:AssumeRole', roles)] : []),
      ...(copiesAnywhere
        ? []
        : [denyOutside(regions, ['ec2:*', 'ssm:*', ...(uses.secrets ? ['secretsmanager:*'] : [])])]),
      ...(regions.length > 1 || copiesAnywhere ? [denyOutside([region], makingMachines)] : [])
    ]
  })
}

/** Run Instances, and Create Fleet, Key Pair, Launch Template, Security Group (and Snapshot). */
const makingMachines = ['ec2:Run*', 'ec2:CreateF*', 'ec2:CreateK*', 'ec2:CreateL*', 'ec2:CreateS*']
