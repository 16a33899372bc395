import {AwsError} from '../../protocol/errors.ts'
import type {Ec2Cloud, KeyPairRecord} from './store.ts'

/** @throws AwsError InvalidKeyPair.NotFound */
export function keyPairNamed(cloud: Ec2Cloud, name: string): KeyPairRecord {
  const pair = findKeyPair(cloud, name)
  if (!pair) throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`)
  return pair
}

/** Where there is one. */
export const findKeyPair = ({keyPairs}: Ec2Cloud, name: string): KeyPairRecord | undefined =>
  [...keyPairs.values()].find((pair) => pair.name === name)
