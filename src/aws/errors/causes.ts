import type {Advice} from '../../lib/advice.ts'
import {inOneLine, type Pattern} from '../../lib/pattern.ts'

/** The meaning of one of AWS's error codes for a bake, whether the action or Packer received it. */
export interface AwsCause extends Advice {
  /** Of `CODE: message`. */
  readonly pattern: Pattern
}

/** AWS's errors (EC2 API reference, error codes). The first that fits counts. */
export const awsCauses: readonly AwsCause[] = [
  {
    id: 'instance-profile',
    title: 'The instance profile does not exist',
    // Packer looks it up in IAM, unless the template says skip_profile_validation.
    pattern: /^InvalidParameterValue: .*iamInstanceProfile|^NoSuchEntity\w*: Instance Profile /i,
    cause: "The machine's instance profile does not exist in this account.",
    change:
      "Correct the name in 'instance-profile' or in the template's iam_instance_profile: it must be the profile's name, not its role's. A new profile can be used some seconds after it was made."
  },
  {
    id: 'architecture',
    title: 'The instance type and the image are for different processors',
    pattern: inOneLine(/^InvalidParameterValue: /i, /architecture /i, / does not match/i),
    cause: 'The instance type has a different processor from the one that the image was made for.',
    change:
      "Give types in 'instance-types' that fit the image: t4g, m7g and c7g for an arm64 image, t3, m7i and c7a for an x86_64 one. A template of your own may set instance_type itself: correct it there."
  },
  {
    id: 'type-not-offered',
    title: 'The instance type is not offered here',
    pattern: /^(Unsupported|InvalidInstanceType): |^InvalidParameterValue: .*InstanceType/,
    cause: 'AWS does not offer this instance type in this region, or not in this zone.',
    change: "Give another type in 'instance-types'; not every region has every type, and not every zone does."
  },
  {
    id: 'free-plan',
    title: "The account's plan does not allow the instance type",
    pattern: /^InvalidParameterCombination: .*not eligible for Free Tier/i,
    cause: "This account is on AWS's free plan, which allows only a few instance types.",
    change:
      "Set 'instance-types' to m7i-flex.large, c7i-flex.large: these x86_64 types are in the plan and have enough memory for Jenkins (it has no such type for arm64). Or upgrade the account to the paid plan. `aws ec2 describe-instance-types --filters Name=free-tier-eligible,Values=true` lists the types in the plan."
  },
  {
    id: 'marketplace-terms',
    title: 'The source image is from AWS Marketplace',
    pattern: /^OptInRequired: .*marketplace/i,
    cause: 'The source image is a product of AWS Marketplace whose terms this account has not accepted.',
    change: 'Subscribe to it once, at the address that AWS names, or bake on another source image.'
  },
  {
    id: 'account-not-ready',
    title: 'The account is not enabled for EC2 here',
    pattern: /^(OptInRequired|PendingVerification|Blocked): /,
    cause: 'AWS has not enabled this account for EC2 in this region yet.',
    change: 'Finish the sign-up or enable the region in the account settings; a new account is verified within hours.'
  },
  {
    id: 'source-image-gone',
    title: 'The source image cannot be found',
    pattern: /^InvalidAMIID\.\w+: /,
    cause:
      'The source image does not exist in this region, is not shared with this account (any more), or is hidden by the setting "Allowed AMIs" of the account or its organization.',
    change:
      "Give an image that exists in this region: image ids differ from region to region, and distributions remove their old images. 'debian-13' always means the newest one. `aws ec2 get-allowed-images-settings` shows which publishers the account allows."
  },
  {
    id: 'block-public-access',
    title: 'The account blocks public access',
    pattern: /^\w+: .*block(ing)? public access/i,
    cause: 'The account or its organization blocks public access to images, snapshots or networks.',
    change:
      'Take the setting that makes it public out of the template (ami_groups or snapshot_groups with "all"), and share with single accounts (ami_users). Or ask the account\'s administrators to change their setting: EC2 console, Data protection and security.'
  },
  {
    id: 'denied',
    title: 'AWS denies a call',
    pattern: /^(UnauthorizedOperation|AccessDenied\w*): /,
    cause: 'The role may not do what the bake needs.',
    change:
      "Allow it in the role's policy: iam/permissions.json in this action's repository has all that the action and its template need. " +
      'If AWS names a session policy, no policy of the role helps: the template asks for more than Packer may do (docs/templates.md).'
  },
  {
    id: 'no-default-network',
    title: 'The region has no default VPC or subnet',
    pattern:
      /^(VPCIdNotSpecified|DefaultVpcDoesNotExist|DefaultSubnetDoesNotExist|MissingInput|VPCResourceNotSpecified): /,
    cause:
      'Without subnet-ids the build and the smoke test run in the default VPC of the region, and this region has no default VPC, or its default VPC has no subnet.',
    change:
      "Give subnets of another VPC in 'subnet-ids', create a default one (aws ec2 create-default-vpc, aws ec2 create-default-subnet), or bake in another region."
  },
  {
    id: 'subnet-full',
    title: 'The subnet has no free address',
    pattern: /^InsufficientFreeAddressesInSubnet: /,
    cause: 'All addresses of the subnet are in use.',
    change:
      "Give more subnets in 'subnet-ids': they are tried in turn. Or free some addresses: network interfaces that nothing uses any more still hold theirs."
  },
  {
    id: 'network-gone',
    title: 'The subnet, VPC or security group does not exist',
    pattern: /^Invalid(Subnet|SubnetID|Vpc|VpcID|Group|GroupId|SecurityGroupID)(\.(NotFound|Malformed))?: /,
    cause: 'A subnet, VPC or security group that the launch names does not exist in this region.',
    change: "Correct its id in 'subnet-ids' or the template; ids belong to one region and one account."
  },
  {
    id: 'no-capacity',
    title: 'AWS has no capacity',
    pattern: /^(Server\.)?(Insufficient(Instance|Host|ReservedInstance|Address)?Capacity|SpotMaxPriceTooLow): /,
    cause: 'AWS has no free machine of this type at the moment.',
    change:
      "Give more types in 'instance-types', or subnets of more zones in 'subnet-ids': they are tried in turn. Or run the job again later."
  },
  {
    id: 'throttled',
    title: 'AWS throttles the account',
    pattern: /^(RequestLimitExceeded|Throttling\w*|TooManyRequestsException|EC2ThrottledException): /,
    cause: 'AWS refused the call repeatedly, because this account sends too many requests at the moment.',
    change: 'Run the job again later, and not at the same time as other jobs in this account.'
  },
  {
    id: 'quota',
    title: 'A quota is used up',
    pattern: /^(Client\.)?\w*(LimitExceeded|QuotaExceeded|CountExceeded): /,
    cause: "One of the account's quotas in this region is used up.",
    change:
      "Ask AWS for a higher quota (Service Quotas), remove what is no longer used, or give smaller types in 'instance-types'."
  },
  {
    id: 'credentials-expired',
    title: 'The credentials have expired',
    pattern: /^(ExpiredToken\w*|RequestExpired|RequestTimeTooSkewed): /,
    cause: 'AWS says that the session has expired.',
    change: "Set role-to-assume, whose session is renewed for as long as the bake lasts, and check this runner's clock."
  },
  {
    id: 'credentials-refused',
    title: 'AWS refuses the credentials',
    pattern: /^(AuthFailure|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient\w*|InvalidAccessKeyId): /,
    cause: 'AWS does not know the credentials, or not in this region.',
    change:
      'Check role-to-assume, or the credentials in the environment, and that the region is enabled in the account.'
  },
  {
    id: 'key-pair',
    title: 'The key pair does not exist, or its name is taken',
    pattern: /^InvalidKeyPair\.\w+: /,
    cause: "The build's key pair does not exist, or another one already has its name.",
    change:
      'Take ssh_keypair_name and temporary_key_pair_name out of the template: Packer then makes a key pair of its own. If the template has neither, something else removed the key pair: run the job again.'
  },
  {
    id: 'image-name-taken',
    title: "The image's name is taken",
    pattern: /^InvalidAMIName\.Duplicate: /,
    cause:
      "This account has an image of that name in the region, and had none when the build began: AWS's answer to Packer's own request was lost and Packer asked again, or another build took the name in the meantime.",
    change:
      "Run the job again. If it happens again, use the variable ami_name in the template, which is different in each bake, or put a timestamp into the template's own name."
  },
  {
    id: 'image-name-invalid',
    title: "The image's name is not allowed",
    pattern: /^InvalidAMIName\.Malformed: /,
    cause: 'EC2 does not allow that name for an image.',
    change: "Use 3 to 128 letters, digits and ( ) [ ] . / - ' @ _ and spaces."
  },
  {
    id: 'encryption-key',
    title: 'The encryption key cannot be used',
    pattern: /^(Client\.)?(InvalidKMSKey|KMS|InvalidKmsKey)[\w.]*: |^Client\.InternalError: /i,
    cause:
      'The KMS key that encrypts the volume or the snapshot does not exist, is disabled, or may not be used by this role.',
    change:
      "Enable the key, let its key policy allow the role (kms:CreateGrant, Decrypt, DescribeKey, GenerateDataKeyWithoutPlaintext, ReEncrypt*), or use the account's default key (alias/aws/ebs). The source image may be encrypted with a key of another account."
  },
  {
    id: 'volume-too-small',
    title: 'The volume does not fit the source image',
    pattern: /^(InvalidBlockDeviceMapping|VolumeTypeNotAvailableInZone): /,
    cause:
      'The volume that the template asks for does not fit the source image: too small for its snapshot, or of a type that is not available here.',
    change:
      "Correct 'volume-size' or the template's launch_block_device_mappings: give at least the size that AWS names, and the root device of the source image."
  },
  {
    id: 'aws-unwell',
    title: 'AWS has an internal error',
    pattern: /^((Server\.)?Internal(Error|Failure|ServerError)|(Service)?Unavailable): /,
    cause: 'AWS answered with an internal error, repeatedly.',
    change: 'Run the job again. See health.aws.amazon.com for incidents in the region.'
  }
]

/** @returns undefined for an error of which nothing is known */
export function awsCause(code: string, message: string): AwsCause | undefined {
  return awsCauses.find(({pattern}) => pattern.test(`${code}: ${message}`))
}
