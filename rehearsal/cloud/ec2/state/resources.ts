import {randomBytes, randomInt, randomUUID} from 'node:crypto'
import {AwsError} from '../../protocol/errors.ts'

const kinds = {
  instance: {prefix: 'i', codes: 'InvalidInstanceID', what: 'instance ID'},
  image: {prefix: 'ami', codes: 'InvalidAMIID', what: 'image id'},
  snapshot: {prefix: 'snap', codes: 'InvalidSnapshot', malformed: 'InvalidSnapshotID', what: 'snapshot'},
  volume: {prefix: 'vol', codes: 'InvalidVolume', malformed: 'InvalidVolumeID', what: 'volume'},
  'security-group': {prefix: 'sg', codes: 'InvalidGroup', malformed: 'InvalidGroupId', what: 'security group'},
  'security-group-rule': {
    prefix: 'sgr',
    codes: 'InvalidSecurityGroupRuleId',
    what: 'security group rule ID'
  },
  'key-pair': {prefix: 'key', codes: 'InvalidKeyPair', what: 'key pair ID'},
  'network-interface': {prefix: 'eni', codes: 'InvalidNetworkInterfaceID', what: 'networkInterface ID'},
  'launch-template': {prefix: 'lt', codes: 'InvalidLaunchTemplateId', what: 'launch template ID'},
  fleet: {prefix: 'fleet', codes: 'InvalidFleetId', what: 'fleet ID'},
  'spot-instances-request': {prefix: 'sir', codes: 'InvalidSpotInstanceRequestID', what: 'spot instance request ID'},
  subnet: {prefix: 'subnet', codes: 'InvalidSubnetID', what: 'subnet ID'},
  vpc: {prefix: 'vpc', codes: 'InvalidVpcID', what: 'vpc ID'}
} as const satisfies Record<string, {prefix: string; codes: string; malformed?: string; what: string}>

/** EC2's own names of the kinds of things that it keeps, as in ARNs and tag specifications. */
export type ResourceType = keyof typeof kinds

/** What follows the prefix of most ids: 17 hexadecimal digits, or 8 of the time before 2016. */
const usualForm = '[0-9a-f]{8}|[0-9a-f]{17}'

const otherForms: Partial<Record<ResourceType, string>> = {
  fleet: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  'spot-instances-request': '[0-9a-z]{8}'
}

/** A new id of the form that EC2's have. */
export function newId(type: ResourceType | 'reservation' | 'eni-attachment'): string {
  if (type === 'fleet') return `fleet-${randomUUID()}`
  if (type === 'spot-instances-request')
    return `sir-${randomInt(36 ** 8)
      .toString(36)
      .padStart(8, '0')}`
  const prefix = type === 'reservation' ? 'r' : type === 'eni-attachment' ? 'eni-attach' : kinds[type].prefix
  return `${prefix}-0${randomBytes(8).toString('hex')}`
}

const resourceTypes = Object.keys(kinds).filter((type): type is ResourceType => type in kinds)

/** The kind that an id speaks of, by its prefix. */
export function typeOfId(id: string): ResourceType | undefined {
  return resourceTypes.find((type) => id.startsWith(`${kinds[type].prefix}-`))
}

/** @throws AwsError …Malformed */
export function checkForm(type: ResourceType, id: string): void {
  const {prefix, codes, ...rest} = kinds[type]
  if (new RegExp(`^${prefix}-(?:${otherForms[type] ?? usualForm})$`, 'u').test(id)) return
  const family = 'malformed' in rest ? rest.malformed : codes
  throw new AwsError(`${family}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}-...")`)
}

/**
 * The things that the ids name, each once.
 *
 * @throws AwsError …Malformed, …NotFound
 */
export function findAll<T>(type: ResourceType, things: ReadonlyMap<string, T>, ids: readonly string[]): T[] {
  for (const id of ids) checkForm(type, id)
  const unknown = ids.filter((id) => !things.has(id))
  if (unknown.length > 0) throw notFound(type, unknown)
  return [...new Set(ids)].flatMap((id) => things.get(id) ?? [])
}

/** @throws AwsError …Malformed, …NotFound */
export function find<T>(type: ResourceType, things: ReadonlyMap<string, T>, id: string): T {
  const [thing] = findAll(type, things, [id])
  if (thing === undefined) throw notFound(type, [id])
  return thing
}

export function notFound(type: ResourceType, ids: readonly string[]): AwsError {
  const {codes, what} = kinds[type]
  const many = ids.length > 1
  const names = type === 'image' ? `'[${ids.join(', ')}]'` : `'${ids.join(', ')}'`
  return new AwsError(`${codes}.NotFound`, `The ${what}${many ? 's' : ''} ${names} ${many ? 'do' : 'does'} not exist`)
}
