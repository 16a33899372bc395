import type {Said} from './speakers.ts'

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** The names that Packer makes up for key pairs and groups: no two builds have the same. */
export const temporaryName = new RegExp(`^packer_${uuid}$`)
/** The same for instance profiles and roles. */
export const temporaryIamName = new RegExp(`^packer-${uuid}$`)

/** AWS has fewer regions, and no template has so many builds of one name; more than this does not come from Packer. */
export const most = 50

/** The announcements of the builds of one name so far: there may be several, which make different resources. */
export interface BuildAnnouncements {
  readonly keyPairs: readonly string[]
  /** Packer said something that it says only once it has the key pair. */
  readonly hasKeyPair: boolean
  /** Unique temporary names, announced before the call that makes them. */
  readonly securityGroups: readonly string[]
  readonly instanceProfiles: readonly string[]
  readonly roles: readonly string[]
  /** Ids, announced after the launch. */
  readonly instances: readonly string[]
  /** Ids of volumes of these instances, which amazon-ebsvolume announces before it connects. */
  readonly volumes: readonly string[]
  /** Ids, announced after the call; before it Packer says only that it launches a spot instance. */
  readonly launchTemplates: readonly string[]
  readonly spot: boolean
  /** Where copies of the image may be, the image's own region among them where it is encrypted by copying. */
  readonly copyRegions: readonly string[]
  /** An image is being copied to a region that Packer does not name: it hides sensitive values. */
  readonly hidesCopies: boolean
  /** How many launches were begun whose end was not announced; the same for images. */
  readonly launching: number
  readonly imaging: number
}

export const nothing: BuildAnnouncements = {
  keyPairs: [],
  hasKeyPair: false,
  securityGroups: [],
  instanceProfiles: [],
  roles: [],
  instances: [],
  volumes: [],
  launchTemplates: [],
  spot: false,
  launching: 0,
  imaging: 0,
  copyRegions: [],
  hidesCopies: false
}

/** @returns the announcements with those of another message */
export function noted(
  build: BuildAnnouncements,
  {text, byOthers}: Said,
  regions: ReadonlySet<string> | undefined
): BuildAnnouncements {
  // A provisioner may forge these without harm: they only make a sweep look again, and for copies of this bake's own
  // image in regions where the template may copy it to.
  if (/^(Creating (unencrypted )?AMI \S.* from instance |Registering the AMI\.\.\.)/.test(text))
    return {...build, imaging: build.imaging + 1}
  if (text.startsWith('AMI: ')) return {...build, imaging: Math.max(0, build.imaging - 1)}
  const region = /^Copying to: ([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})$/.exec(text.trim())?.[1]
  if (region) return regions && !regions.has(region) ? build : {...build, copyRegions: withLast(build, region)}
  if (!region && text.startsWith('Copying to: ') && text.includes('<sensitive>')) return {...build, hidesCopies: true}
  if (byOthers) return build

  const launch = /^Launching a (source|spot) AWS instance/.exec(text)
  if (launch) return {...gotPast(build), launching: build.launching + 1, spot: build.spot || launch[1] === 'spot'}
  if (refused.test(text)) return {...build, launching: Math.max(0, build.launching - 1)}
  const instance = /^Instance ID: (i-[0-9a-f]{8,17})$/.exec(text.trim())?.[1]
  if (instance) {
    return {...build, instances: [...build.instances, instance], launching: Math.max(0, build.launching - 1)}
  }
  const [, volumes] =
    /^(?:Deleting 'run_volume_tags' on EBS Volumes|Applying tags to EBS Volume): (.*)$/.exec(text.trim()) ?? []
  if (volumes !== undefined) {
    return {...build, volumes: [...new Set([...build.volumes, ...(volumes.match(/\bvol-[0-9a-f]{8,17}\b/g) ?? [])])]}
  }
  const template = /^Created Spot Fleet launch template: (lt-[0-9a-f]{8,17})$/.exec(text.trim())?.[1]
  if (template) return {...build, launchTemplates: [...build.launchTemplates, template]}

  const [, what = '', name = ''] = /^Creating temporary ([a-z ]+): (\S.*)$/.exec(text.trimEnd()) ?? []
  switch (what) {
    case 'keypair':
      // A name with wildcards in it cannot be looked for.
      return /[*?\\]/.test(name) ? build : {...build, keyPairs: [...build.keyPairs, name]}
    case 'security group for this instance':
      return temporaryName.test(name) ? {...gotPast(build), securityGroups: [...build.securityGroups, name]} : build
    case 'instance profile for this instance':
      return temporaryIamName.test(name)
        ? {...gotPast(build), instanceProfiles: [...build.instanceProfiles, name]}
        : build
    case 'role for this instance':
      return temporaryIamName.test(name) ? {...build, roles: [...build.roles, name]} : build
    default:
      return build
  }
}

/** The last ones are kept: Packer copies only when the machine, which may name any number, has been stopped. */
function withLast({copyRegions}: BuildAnnouncements, region: string): readonly string[] {
  return [...copyRegions.filter((one) => one !== region), region].slice(-most)
}

/**
 * AWS's errors which say that it launched nothing: an error of the client, or no capacity, which comes with HTTP 500.
 * Any other error of AWS may hide a launch whose answer was lost, and so may keys that have expired between two
 * attempts.
 */
const refused = new RegExp(
  '^(?:Error launching source instance: |Error creating launch template for spot instance: |Error waiting for fleet request )' +
    '(?![\\s\\S]*\\b(?:ExpiredToken|RequestExpired|AuthFailure)\\b)' +
    '(?:[\\s\\S]*(?:status ?code: 4\\d\\d\\b|\\bInsufficient\\w*Capacity\\b|Error code: )|a valid Subnet Id was not specified)',
  'i'
)

/** Its key pair is gone, and a name that the template chose may be used by anybody from now on. */
export function gaveUpNames(build: BuildAnnouncements): BuildAnnouncements {
  return {...build, keyPairs: build.keyPairs.filter((name) => temporaryName.test(name))}
}

/** Packer makes its key pair before everything else, and announces nothing more if it could not. */
function gotPast(build: BuildAnnouncements): BuildAnnouncements {
  return {...build, hasKeyPair: build.keyPairs.length > 0}
}
