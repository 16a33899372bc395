import {Readable} from 'node:stream'
import {expect, it} from '@jest/globals'
import {jenkinsRoot} from '../../../../src/plan/plugins/jenkins-root.ts'
import {readSignedJson} from '../../../../src/plan/plugins/signed-json.ts'
import {requireSignature, UpdateCenterSignatureError} from '../../../../src/plan/plugins/signature.ts'
import {identity, signedBy, type Identity} from './jenkins-signer.ts'

const root = identity('a root', {isAuthority: true})
const signer = identity('a signer', {issuer: root})
const document = {plugins: {git: {version: '1'}}, updateCenterVersion: '1', 'a"}': ['{']}

async function problem(text: string, trusted: Identity = root, now?: Date): Promise<string> {
  const limits = {longest: 100_000, mostKept: 100_000}
  const read = await readSignedJson(Readable.from([Buffer.from(text)]), () => false, limits)
  try {
    requireSignature(read, trusted.certificate, now)
    return 'none'
  } catch (error) {
    if (!(error instanceof UpdateCenterSignatureError)) throw error
    return error.message
  }
}

it('takes what a signer of the root has signed', async () => {
  expect(await problem(signedBy(signer, document))).toBe('none')
})

it('takes what a signer of an authority of the root has signed', async () => {
  const between = identity('an authority', {issuer: root, isAuthority: true})
  const text = signedBy(identity('another signer', {issuer: between}), document, {chain: [between]})
  expect(await problem(text)).toBe('none')
})

it('takes no signature of somebody else, under whatever names', async () => {
  const other = identity('a root', {isAuthority: true})
  const forger = identity('a signer', {issuer: other})
  expect(await problem(signedBy(forger, document))).toBe(
    'the certificate of "CN=a signer" is not one of the Jenkins project'
  )
  expect(await problem(signedBy(forger, document, {chain: [other]}))).toContain('is not one of the Jenkins project')
  // The certificate is the signer's, and the key is not.
  expect(await problem(signedBy({...signer, key: forger.key}, document))).toBe('it was changed after it was signed')
})

it('takes no signer that another signer has made', async () => {
  const text = signedBy(identity('made by a signer', {issuer: signer}), document, {chain: [signer]})
  expect(await problem(text)).toBe('the certificate of "CN=made by a signer" is not one of the Jenkins project')
})

it.each([
  ['before', new Date(Date.now() - 5 * 86_400_000)],
  ['after', new Date(Date.now() + 5 * 86_400_000)]
])('takes no certificate %s its time', async (_, now) => {
  expect(await problem(signedBy(signer, document), root, now)).toMatch(
    /^the certificate of "CN=a signer" is valid from .* GMT to .* GMT, and this runner's clock says 20/
  )
})

it.each(['rsa:1024', 'ec'] as const)('takes no key that is %s', async (key) => {
  const weak = identity('a signer', {issuer: root, key})
  expect(await problem(signedBy(weak, document))).toBe('its key is not an RSA key of at least 2048 bits')
})

it('takes nothing that was changed', async () => {
  const text = signedBy(signer, document)
  expect(await problem(text.replace('"version":"1"', '"version":"2"'))).toBe('it was changed after it was signed')
  expect(await problem(text.replace('{"a', '{"new":1,"a'))).toBe('it was changed after it was signed')
})

it.each([
  ['it has no signature', JSON.stringify(document)],
  ['its signature has no certificates, or is not one with SHA-512', '{"signature":{}}'],
  ['its signature has no certificates, or is not one with SHA-512', '{"signature":null}'],
  ['its signature has no certificates, or is not one with SHA-512', '{"signature":{oops}}'],
  [
    'its signature has no certificates, or is not one with SHA-512',
    '{"signature":{"certificates":["x"],"correct_signature":"x"}}'
  ],
  ['its signature has 0 certificates', '{"signature":{"certificates":[],"correct_signature512":"00"}}'],
  ['a certificate in it cannot be read', '{"signature":{"certificates":["eA=="],"correct_signature512":"00"}}'],
  [
    'its signature has 6 certificates',
    `{"signature":{"certificates":${JSON.stringify(Array(6).fill('x'))},"correct_signature512":"00"}}`
  ]
])('says that %s', async (expected, text) => {
  expect(await problem(text)).toBe(expected)
})

it('knows the root of the Jenkins project, which has not signed ours', async () => {
  expect(await problem(signedBy(signer, document), {certificate: jenkinsRoot, key: ''})).toContain(
    'is not one of the Jenkins project'
  )
})
