import {constants, privateDecrypt} from 'node:crypto'
import type {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

/** The id of the image that a template for Windows asks for. */
async function windowsImage(ec2: EC2): Promise<string> {
  const Filters = [
    {Name: 'name', Values: ['Windows_Server-2022-English-Full-Base-*']},
    {Name: 'platform', Values: ['windows']}
  ]
  const {Images} = await ec2.describeImages({Owners: ['amazon'], Filters})
  return Images?.[0]?.ImageId ?? ''
}

it('hands out the password of a Windows machine that is up, encrypted for its key pair', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const {KeyMaterial = ''} = await ec2.createKeyPair({KeyName: 'key', KeyType: 'rsa'})
  let open = () => {}
  driver.gate = new Promise<void>((resolve) => (open = resolve))
  const id = await launch(ec2, cloud, {ImageId: await windowsImage(ec2), KeyName: 'key'})
  expect((await ec2.getPasswordData({InstanceId: id})).PasswordData).toBe('')

  open()
  while ((await describeOne(ec2, id))?.State?.Name === 'pending') await new Promise(setImmediate)
  await ec2.deleteKeyPair({KeyName: 'key'})
  const {PasswordData = '', InstanceId, Timestamp} = await ec2.getPasswordData({InstanceId: id})
  expect([InstanceId, Timestamp]).toEqual([id, expect.any(Date)])
  // The padding of PKCS #1 v1.5, by hand: 0, 2, random bytes without a 0, 0. Node takes it off only with an OpenSSL that rejects wrong keys silently.
  const key = {key: KeyMaterial, padding: constants.RSA_NO_PADDING}
  const padded = privateDecrypt(key, Buffer.from(PasswordData, 'base64'))
  expect([...padded.subarray(0, 2)]).toEqual([0, 2])
  const password = padded.subarray(padded.indexOf(0, 2) + 1).toString()
  expect(password).toBe(driver.machines[0]?.spec.windows?.password)
  expect(password).toHaveLength(32)
})

it('has no password of Linux, and none of a machine without a key pair', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  await ec2.createKeyPair({KeyName: 'key', KeyType: 'rsa'})
  const linux = await launch(ec2, cloud, {KeyName: 'key'})
  const keyless = await launch(ec2, cloud, {ImageId: await windowsImage(ec2)})
  for (const id of [linux, keyless]) {
    expect(await describeOne(ec2, id)).toMatchObject({State: {Name: 'running'}})
    expect((await ec2.getPasswordData({InstanceId: id})).PasswordData).toBe('')
  }
  expect(driver.machines[0]?.spec).not.toHaveProperty('windows')
  await expect(ec2.getPasswordData({InstanceId: 'i-0123456789abcdef0'})).rejects.toMatchObject(
    awsError('InvalidInstanceID.NotFound')
  )
})

it('asks whether the caller may read it', async () => {
  const {ec2, cloud, assume, ec2As} = await startTestCloud()
  const id = await launch(ec2, cloud, {ImageId: await windowsImage(ec2)})
  const statement = {Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*'}
  const policy = JSON.stringify({Version: '2012-10-17', Statement: [statement]})
  await expect(ec2As(await assume({Policy: policy})).getPasswordData({InstanceId: id})).rejects.toMatchObject(
    awsError('UnauthorizedOperation', 403)
  )
})

it('launches no Windows with an ed25519 key', async () => {
  const {ec2, cloud} = await startTestCloud()
  await ec2.createKeyPair({KeyName: 'key', KeyType: 'ed25519'})
  await expect(launch(ec2, cloud, {ImageId: await windowsImage(ec2), KeyName: 'key'})).rejects.toMatchObject(
    awsError('Unsupported')
  )
})

it('knows the images made of a Windows machine, and their copies, as Windows', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud, {ImageId: await windowsImage(ec2)})
  expect(await describeOne(ec2, id)).toMatchObject({Platform: 'Windows', PlatformDetails: 'Windows'})
  const {ImageId: made = ''} = await ec2.createImage({InstanceId: id, Name: 'made'})
  const {ImageId: copied = ''} = await ec2.copyImage({
    SourceImageId: made,
    SourceRegion: cloud.region,
    Name: 'copied'
  })
  const {Images = []} = await ec2.describeImages({ImageIds: [made, copied]})
  expect(Images.map(({Platform}) => Platform)).toEqual(['Windows', 'Windows'])
})
