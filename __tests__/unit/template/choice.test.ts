import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate, type Additions} from '../../../src/template/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'choice-'))

function open(hcl: string, additions: Additions = {}) {
  const file = join(folder, 'own.pkr.hcl')
  writeFileSync(file, hcl)
  return openTemplate(file, '/shipped', additions)
}

it.each(['default = null', 'default = ""'])('says of no replacement where %s holds the place', (fallback) => {
  const hcl = `variable "region" {\n  type = string\n  ${fallback}\n}\nvariable "subnet_id" {\n  ${fallback}\n}\n`
  const {variables, replaced} = open(hcl, {insisted: new Map([['subnet_id', 'subnet-ids']])})
  expect([...variables]).toEqual(['region', 'subnet_id'])
  expect(replaced).toEqual([])
})

it('says what an input replaces', () => {
  const hcl = 'variable "region" {\n  default = "eu-west-1"\n}\n'
  expect(open(hcl).replaced).toEqual([{variable: 'region', input: 'aws-region', before: 'eu-west-1'}])
})
