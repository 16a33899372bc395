import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {trustedCertificates} from '../../../src/lib/certificates.ts'
import {UserError} from '../../../src/lib/errors.ts'

it('leaves Node alone where no file is named', () => {
  expect(trustedCertificates({})).toBeUndefined()
})

it("adds the files' authorities to Node's own", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'))
  const file = join(folder, 'a.pem')
  const text = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n'
  await writeFile(file, text)
  const trusted = trustedCertificates({SSL_CERT_FILE: file, AWS_CA_BUNDLE: file})
  expect(trusted?.filter((each) => each === text)).toHaveLength(2)
  expect(trusted?.length).toBeGreaterThan(50)
  await writeFile(file, 'nothing')
  expect(() => trustedCertificates({SSL_CERT_FILE: file})).toThrow(/SSL_CERT_FILE names .*no certificate/)
  await rm(folder, {recursive: true})
  expect(() => trustedCertificates({AWS_CA_BUNDLE: file})).toThrow(UserError)
})
