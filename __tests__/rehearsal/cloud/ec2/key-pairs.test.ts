import {createHash, createPrivateKey, generateKeyPairSync} from 'node:crypto'
import {expect, it} from '@jest/globals'
import ssh2 from 'ssh2'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

it('makes an RSA key pair in PKCS #1, with the SHA-1 of the private key as its fingerprint', async () => {
  const {ec2} = await startTestCloud()
  const {KeyMaterial = '', KeyFingerprint, KeyPairId} = await ec2.createKeyPair({KeyName: 'key'})
  expect(KeyMaterial).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
  expect(KeyPairId).toMatch(/^key-[0-9a-f]{17}$/)
  const der = createPrivateKey(KeyMaterial).export({type: 'pkcs8', format: 'der'})
  expect(KeyFingerprint?.replaceAll(':', '')).toBe(createHash('sha1').update(der).digest('hex'))
  expect(KeyFingerprint).toMatch(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/)
})

it('makes an ed25519 key pair whose public half a launch gives to the machine', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const {KeyMaterial = '', KeyFingerprint} = await ec2.createKeyPair({KeyName: 'key', KeyType: 'ed25519'})
  const parsed = ssh2.utils.parseKey(KeyMaterial)
  if (parsed instanceof Error) throw parsed
  const blob = parsed.getPublicSSH()
  expect(KeyFingerprint).toBe(createHash('sha256').update(blob).digest('base64'))
  await describeOne(ec2, await launch(ec2, cloud, {KeyName: 'key'}))
  expect(driver.machines[0]?.spec.publicKey).toBe(`ssh-ed25519 ${blob.toString('base64')}`)
})

it('imports a public key, with the MD5 of an RSA key as its fingerprint', async () => {
  const {ec2} = await startTestCloud()
  const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  const parsed = ssh2.utils.parseKey(privateKey.export({type: 'pkcs1', format: 'pem'}).toString())
  if (parsed instanceof Error) throw parsed
  const line = `ssh-rsa ${parsed.getPublicSSH().toString('base64')} me@example.org`
  const {KeyFingerprint} = await ec2.importKeyPair({KeyName: 'mine', PublicKeyMaterial: Buffer.from(line)})
  const der = publicKey.export({type: 'spki', format: 'der'})
  expect(KeyFingerprint?.replaceAll(':', '')).toBe(createHash('md5').update(der).digest('hex'))
  const {KeyPairs} = await ec2.describeKeyPairs({KeyNames: ['mine'], IncludePublicKey: true})
  expect(KeyPairs).toMatchObject([{KeyType: 'rsa', PublicKey: `${line.split(' ').slice(0, 2).join(' ')} mine`}])
  await expect(ec2.importKeyPair({KeyName: 'other', PublicKeyMaterial: Buffer.from('no key')})).rejects.toMatchObject(
    awsError('InvalidKey.Format')
  )
})

it('refuses a name twice, and does not find what is not there', async () => {
  const {ec2, cloud} = await startTestCloud()
  await ec2.createKeyPair({KeyName: 'key', KeyType: 'ed25519'})
  await expect(ec2.createKeyPair({KeyName: 'key'})).rejects.toMatchObject(awsError('InvalidKeyPair.Duplicate'))
  await expect(ec2.describeKeyPairs({KeyNames: ['none']})).rejects.toMatchObject(awsError('InvalidKeyPair.NotFound'))
  await expect(ec2.deleteKeyPair({KeyPairId: 'key-0123456789abcdef0'})).rejects.toMatchObject(
    awsError('InvalidKeyPair.NotFound')
  )
  await expect(ec2.deleteKeyPair({KeyName: 'none'})).resolves.toMatchObject({Return: true})
  expect(cloud.leftovers()).toMatchObject([{type: 'key-pair'}])
  await ec2.deleteKeyPair({KeyName: 'key'})
  expect(cloud.leftovers()).toEqual([])
})
