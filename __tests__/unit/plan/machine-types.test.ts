import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {architectureOf} from '../../../src/plan/machine-types.ts'
import {openTemplate} from '../../../src/template/template.ts'

const builder = (name: string) => `source "amazon-ebs" "${name}" {\n  source_ami = var.source_ami\n}\n`
const file = join(mkdtempSync(join(tmpdir(), 'machine-types-')), 'own.pkr.hcl')
writeFileSync(file, builder('one') + builder('two'))
const {sources} = openTemplate(file, '/shipped')

const type = (...architectures: string[]) => ({architectures, memoryMiB: 8_192, nitro: true})
const facts = new Map([
  ['t4g.large', type('arm64')],
  ['m5.large', type('x86_64')],
  ['t2.micro', type('i386', 'x86_64')]
])

it.each([
  ['t4g.large', 't4g.large', 'arm64'],
  ['m5.large', 't2.micro', 'x86_64'],
  ['m5.large', 't4g.large', undefined],
  ['t4g.large', 'x9.large', undefined],
  ['x9.large', 'x9.large', undefined]
])('takes %s and %s for %s', (one, two, expected) => {
  const ofSources = new Map([
    ['amazon-ebs.one', one],
    ['amazon-ebs.two', two]
  ])
  expect(architectureOf({given: [], ofSources, facts}, sources)).toBe(expected)
  expect(architectureOf({given: [], ofSources, facts}, [])).toBeUndefined()
})
