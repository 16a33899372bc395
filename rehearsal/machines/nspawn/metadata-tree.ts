import type {LaunchSpec} from '../driver.ts'

/** Text at a path; a folder lists what is in it. */
export interface Tree {
  readonly [name: string]: string | Tree
}

/** The metadata of an instance, as EC2's user guide lists its categories, below a version such as `latest`. */
export function metadataTree(spec: LaunchSpec, address: string, network: string): Tree {
  const {instanceId, imageId, userData, metadata, publicKey} = spec
  const {region, zone, macAddress, instanceType, accountId, reservationId, securityGroups, keyName = 'key'} = metadata
  const hostname = `ip-${address.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`
  const groups = securityGroups.join('\n')
  return {
    dynamic: {
      'instance-identity': {
        document: JSON.stringify(
          {
            accountId,
            availabilityZone: zone,
            imageId,
            instanceId,
            instanceType,
            privateIp: address,
            region,
            version: '2017-09-30'
          },
          null,
          2
        )
      }
    },
    'meta-data': {
      'ami-id': imageId,
      'ami-launch-index': '0',
      'block-device-mapping': {ami: '/dev/xvda', root: '/dev/xvda'},
      hostname,
      'instance-action': 'none',
      'instance-id': instanceId,
      'instance-life-cycle': 'on-demand',
      'instance-type': instanceType,
      'local-hostname': hostname,
      'local-ipv4': address,
      mac: macAddress,
      network: {
        interfaces: {
          macs: {
            [macAddress]: {
              'device-number': '0',
              'local-hostname': hostname,
              'local-ipv4s': address,
              mac: macAddress,
              'owner-id': accountId,
              'public-ipv4s': address,
              'security-groups': groups,
              'subnet-ipv4-cidr-block': network
            }
          }
        }
      },
      placement: {'availability-zone': zone, region},
      'public-ipv4': address,
      ...(publicKey !== undefined ? {'public-keys': {[`0=${keyName}`]: {'openssh-key': publicKey}}} : {}),
      'reservation-id': reservationId,
      'security-groups': groups,
      services: {domain: 'amazonaws.com', partition: 'aws'}
    },
    ...(userData !== undefined ? {'user-data': userData} : {})
  }
}

/** @returns The text at a path, a folder's list, or undefined where there is nothing */
export function readTree(tree: Tree, path: string): string | undefined {
  let found: string | Tree | undefined = tree
  for (const name of path.split('/').filter((part) => part !== '')) {
    found = typeof found === 'object' ? childNamed(found, name) : undefined
  }
  return typeof found === 'object' ? listing(found) : found
}

/** Keys are listed as `0=name` and read as `0`. */
function childNamed(folder: Tree, name: string): string | Tree | undefined {
  const own = Object.keys(folder).find((key) => key === name || key.startsWith(`${name}=`))
  return own === undefined ? undefined : folder[own]
}

function listing(folder: Tree): string {
  return Object.entries(folder)
    .map(([name, value]) => (typeof value === 'string' || name.includes('=') ? name : `${name}/`))
    .join('\n')
}
