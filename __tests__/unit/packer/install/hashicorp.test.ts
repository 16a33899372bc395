import {expect, it} from '@jest/globals'
import * as openpgp from 'openpgp'
import {hashicorpKey} from '../../../../src/packer/install/hashicorp.ts'
import {platformOf} from '../../../../src/packer/install/release.ts'
import {UserError} from '../../../../src/lib/errors.ts'

const signingSubkey = '374EC75B485913604A831CC7C820C6D5CD27AB87'

it("bundles HashiCorp's key, which can verify until 2030", async () => {
  const key = await openpgp.readKey({armoredKey: hashicorpKey})
  expect(key.isPrivate()).toBe(false)
  expect(key.getFingerprint().toUpperCase()).toBe('C874011F0AB405110D02105534365D9472D7468F')
  const later = new Date('2029-12-31T00:00:00Z')
  await expect(key.verifyPrimaryKey(later)).resolves.toBeUndefined()
  const signing = await key.getSigningKey(undefined, later)
  expect(signing.getFingerprint().toUpperCase()).toBe(signingSubkey)
})

it.each([
  ['linux', 'x64', 'linux_amd64'],
  ['linux', 'arm64', 'linux_arm64'],
  ['darwin', 'x64', 'darwin_amd64'],
  ['darwin', 'arm64', 'darwin_arm64']
])('names releases as HashiCorp does: %s on %s is %s', (system, arch, expected) => {
  expect(platformOf(system, arch)).toBe(expected)
})

it.each([
  ['win32', 'x64'],
  ['linux', 'ia32']
])('says that %s on %s is not supported', (system, arch) => {
  expect(() => platformOf(system, arch)).toThrow(UserError)
})
