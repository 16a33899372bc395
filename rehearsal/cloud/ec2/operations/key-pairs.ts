import ssh2 from 'ssh2'
import {createHash, createPublicKey, generateKeyPair} from 'node:crypto'
import {promisify} from 'node:util'
import type {KeyPairInfo} from '@aws-sdk/client-ec2'
import {newEd25519KeyPair} from '../../../host/ed25519.ts'
import {AwsError, missingParameter, notOffered} from '../../protocol/errors.ts'
import {filtered, type FilterTable} from '../descriptions/listing.ts'
import {findKeyPair, keyPairNamed} from '../state/key-pairs.ts'
import {find, findAll, newId} from '../state/resources.ts'
import type {Ec2Cloud, KeyPairRecord} from '../state/store.ts'
import {putTags, tagsAtCreation, tagSet} from '../state/tags.ts'
import type {Operations} from './operation.ts'

const filters: FilterTable<KeyPairInfo> = {
  'key-pair-id': (pair) => pair.KeyPairId,
  fingerprint: (pair) => pair.KeyFingerprint,
  'key-name': (pair) => pair.KeyName
}

type NewKey = Pick<KeyPairRecord, 'type' | 'fingerprint' | 'publicKey'>

export function keyPairOperations(cloud: Ec2Cloud): Operations {
  const add = (name: string, key: NewKey): KeyPairRecord => {
    const pair = {id: newId('key-pair'), name, createTime: cloud.now(), ...key}
    cloud.keyPairs.set(pair.id, pair)
    return pair
  }
  return {
    CreateKeyPair: async (input, call) => {
      const {KeyName: name = '', KeyType: type = 'rsa', KeyFormat: format = 'pem'} = input
      checkName(cloud, name)
      if (format !== 'pem') throw notOffered(`private keys in the format '${format}'`)
      if (type !== 'rsa' && type !== 'ed25519') {
        throw new AwsError(
          'InvalidParameterValue',
          `Invalid value '${String(type)}' for keyType. It must be rsa or ed25519.`
        )
      }
      const tags = tagsAtCreation(input.TagSpecifications, ['key-pair'])('key-pair')
      await call.permit([
        {type: 'key-pair', id: name, requestTags: tags, context: {'ec2:KeyPairName': name, 'ec2:KeyPairType': type}}
      ])
      const {privateKey, ...key} = type === 'rsa' ? await newRsaKey() : newEd25519Key()
      const pair = add(name, key)
      putTags(cloud, pair.id, tags)
      return {
        KeyName: name,
        KeyPairId: pair.id,
        KeyFingerprint: pair.fingerprint,
        KeyMaterial: privateKey,
        Tags: tagSet(cloud, pair.id)
      }
    },
    ImportKeyPair: async (input, call) => {
      const {KeyName: name = '', PublicKeyMaterial: material = new Uint8Array()} = input
      checkName(cloud, name)
      const key = readPublicKey(Buffer.from(material).toString().trim())
      const tags = tagsAtCreation(input.TagSpecifications, ['key-pair'])('key-pair')
      await call.permit([{type: 'key-pair', id: name, requestTags: tags}])
      const pair = add(name, key)
      putTags(cloud, pair.id, tags)
      return {KeyName: name, KeyPairId: pair.id, KeyFingerprint: pair.fingerprint, Tags: tagSet(cloud, pair.id)}
    },
    DescribeKeyPairs: async (input, call) => {
      await call.permit()
      const {KeyPairIds: ids, KeyNames: names, IncludePublicKey: withKey = false} = input
      const pairs =
        ids || names
          ? [
              ...findAll('key-pair', cloud.keyPairs, ids ?? []),
              ...(names ?? []).map((name) => keyPairNamed(cloud, name))
            ]
          : [...cloud.keyPairs.values()]
      return {
        KeyPairs: filtered(
          pairs.map((pair) => describe(cloud, pair, withKey)),
          input.Filters,
          filters
        )
      }
    },
    DeleteKeyPair: async (input, call) => {
      const {KeyPairId: id, KeyName: name} = input
      if (id === undefined && name === undefined) throw missingParameter('keyName or keyPairId')
      const pair = id === undefined ? findKeyPair(cloud, name ?? '') : find('key-pair', cloud.keyPairs, id)
      await call.permit([{type: 'key-pair', id: pair?.name ?? name ?? '', ...(pair ? {tagsOf: pair.id} : {})}])
      // A name that does not exist is no error to EC2.
      if (!pair) return {Return: true}
      cloud.keyPairs.delete(pair.id)
      cloud.tags.delete(pair.id)
      return {Return: true, KeyPairId: pair.id}
    }
  }
}

function checkName(cloud: Ec2Cloud, name: string): void {
  if (name.length > 255)
    throw new AwsError('InvalidParameterValue', 'Invalid value for keyName: at most 255 characters.')
  if (findKeyPair(cloud, name)) throw new AwsError('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`)
}

function describe(cloud: Ec2Cloud, pair: KeyPairRecord, withKey: boolean): KeyPairInfo {
  return {
    KeyPairId: pair.id,
    KeyName: pair.name,
    KeyType: pair.type,
    KeyFingerprint: pair.fingerprint,
    CreateTime: pair.createTime,
    Tags: tagSet(cloud, pair.id),
    PublicKey: withKey ? `${pair.publicKey} ${pair.name}` : undefined
  }
}

/** RSA's fingerprint is, for keys that EC2 makes, the SHA-1 of the private key in DER (PKCS #8). */
async function newRsaKey(): Promise<NewKey & {readonly privateKey: string}> {
  const {privateKey} = await promisify(generateKeyPair)('rsa', {modulusLength: 2048})
  const pem = privateKey.export({type: 'pkcs1', format: 'pem'}).toString().trim()
  const parsed = ssh2.utils.parseKey(pem)
  if (parsed instanceof Error) throw parsed
  const der = privateKey.export({type: 'pkcs8', format: 'der'})
  return {
    type: 'rsa',
    fingerprint: colons(createHash('sha1').update(der).digest('hex')),
    publicKey: `ssh-rsa ${parsed.getPublicSSH().toString('base64')}`,
    privateKey: pem
  }
}

function newEd25519Key(): NewKey & {readonly privateKey: string} {
  const {private: privateKey, public: publicKey} = newEd25519KeyPair()
  return {type: 'ed25519', fingerprint: ed25519Fingerprint(publicKey), publicKey: oneLine(publicKey), privateKey}
}

/** @throws AwsError InvalidKey.Format */
function readPublicKey(text: string): NewKey {
  const type = /^(?:ssh-)(?<type>rsa|ed25519) /u.exec(text)?.groups?.['type']
  const parsed = ssh2.utils.parseKey(text)
  if (parsed instanceof Error || (type !== 'rsa' && type !== 'ed25519')) {
    throw new AwsError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  }
  const publicKey = oneLine(text)
  if (type === 'ed25519') return {type, fingerprint: ed25519Fingerprint(publicKey), publicKey}
  // For imported RSA keys it is the MD5 of the public key in DER.
  const der = createPublicKey(parsed.getPublicPEM()).export({type: 'spki', format: 'der'})
  return {type, fingerprint: colons(createHash('md5').update(der).digest('hex')), publicKey}
}

const colons = (hex: string): string => hex.replace(/(..)(?=.)/gu, '$1:')

function ed25519Fingerprint(publicKey: string): string {
  return createHash('sha256')
    .update(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'))
    .digest('base64')
}

/** Without the comment. */
const oneLine = (publicKey: string): string => publicKey.split(' ').slice(0, 2).join(' ').trim()
