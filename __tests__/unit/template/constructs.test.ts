import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'
import {constructs, templateWith} from './constructs.ts'

it.each(constructs.map((one) => [one.row, one] as const))('%s', (_, one) => {
  const file = join(mkdtempSync(join(tmpdir(), 'construct-')), 'own.pkr.hcl')
  writeFileSync(file, templateWith(one))
  const {vars = {}, env = {}, allowForceDeregister = false, arguments: given = []} = one
  const {problems, warnings} = openTemplate(file, '/shipped', {
    vars,
    env,
    allowForceDeregister,
    arguments: given,
    region: 'us-east-1'
  })
  const found = (texts: readonly string[], wanted: RegExp | undefined): boolean =>
    wanted === undefined ? texts.length === 0 : texts.length === 1 && wanted.test(texts[0] ?? '')
  const errors = problems.map(({message}) => message)
  expect([errors, found(errors, one.problem)]).toEqual([errors, true])
  expect([warnings, found(warnings, one.warning)]).toEqual([warnings, true])
})

it('is what the table in docs/templates.md has', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8')
  const [, table = ''] =
    /\| What the template says \| What happens \|\n\| --- \| --- \|\n((?:\|.*\n)*)/.exec(page) ?? []
  const rows = table.split('\n').flatMap((line) => /^\| (.+?) \| .+ \|$/.exec(line)?.[1] ?? [])
  expect(new Set(rows)).toEqual(new Set(constructs.map(({row}) => row)))
})
