import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, it} from '@jest/globals'
import {writeHandOverFiles} from '../../../src/action/hand-over-files.ts'
import {verified} from '../../helpers/outcomes.ts'

const folder = mkdtempSync(join(tmpdir(), 'hand-over-'))
afterAll(() => rmSync(folder, {recursive: true}))

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

it('names the image for Terraform, and tells every fact of the bake', () => {
  const {manifest, tfvars} = writeHandOverFiles(verified, folder)
  expect(tfvars).toMatch(/\.auto\.tfvars\.json$/)
  expect(read(tfvars)).toEqual({ami_id: 'ami-0bbbbbbbbbbbbbbbb', ami_ids: {'eu-west-1': 'ami-0bbbbbbbbbbbbbbbb'}})
  expect(read(manifest)).toMatchObject({
    'ami-id': 'ami-0bbbbbbbbbbbbbbbb',
    verdict: 'verified',
    amis: {'eu-west-1': 'ami-0bbbbbbbbbbbbbbbb'}
  })
})

it('lists the packages of the image and describes it for scanners, where they are known', () => {
  const git = {name: 'git', version: '1:2.47.3-0+deb13u1', architecture: 'amd64', source: 'git@1:2.47.3-0+deb13u1'}
  const packages = {kind: 'deb', system: {id: 'debian', version: '13'}, packages: [git]} as const
  const files = writeHandOverFiles({...verified, packages}, folder)
  expect(readFileSync(files.packages, 'utf8')).toBe('git\t1:2.47.3-0+deb13u1\tamd64\n')
  expect(read(files.sbom)).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: {component: {name: verified.plan.imageName}}
  })
  expect(read(files.manifest)).toMatchObject({packages: files.packages, sbom: files.sbom})
  expect(writeHandOverFiles(verified, folder)).toMatchObject({packages: '', sbom: ''})
})

it.each([{verdict: 'rejected'}, {deregistered: true}, {images: []}] as const)(
  'writes nothing about an image that nobody should launch: %j',
  (change) => {
    expect(writeHandOverFiles({...verified, ...change}, folder)).toEqual({
      manifest: '',
      tfvars: '',
      packages: '',
      sbom: ''
    })
  }
)

it('says what keeps it from writing', () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  expect(() => writeHandOverFiles(verified, file)).toThrow(/The files that name the image could not be written to/)
})
