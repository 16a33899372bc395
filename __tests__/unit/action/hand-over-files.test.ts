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

it.each([{verdict: 'rejected'}, {deregistered: true}, {images: []}] as const)(
  'writes nothing about an image that nobody should launch: %j',
  (change) => {
    expect(writeHandOverFiles({...verified, ...change}, folder)).toEqual({manifest: '', tfvars: ''})
  }
)

it('says what keeps it from writing', () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  expect(() => writeHandOverFiles(verified, file)).toThrow(/The files that name the image could not be written to/)
})
