import {expect, it} from '@jest/globals'
import type {AccountReport, Swept} from '../../../src/sweep/account.ts'
import type {RetirementReport} from '../../../src/retire/retire.ts'
import {sweepSummary} from '../../../src/action/sweep-summary.ts'

const one = (outcome: Swept['outcome'], reason = ''): Swept => ({
  type: 'image',
  id: 'ami-0123456789abcdef0',
  bake: '0123456789ab',
  outcome,
  reason
})
const report = (more: Partial<AccountReport & RetirementReport>): string =>
  sweepSummary(
    {swept: [], unseen: [], kept: [], retired: [], staying: [], problem: undefined, ...more},
    'eu-west-1',
    '123456789012'
  )

it.each([
  ['✅ Nothing has expired', {}],
  ['✅ 1 expired resources removed', {swept: [one('removed')]}],
  ['⚪ 1 resources would be removed', {swept: [one('would be removed')]}],
  ['❌ 1 resources are left', {swept: [one('removed'), one('left', 'denied')]}],
  ['❌ 0 resources are left', {unseen: [{type: 'volume', id: '(unknown)', state: '', reason: 'denied'}]}]
] as const)('begins with %s', (headline, more) => {
  expect(report(more)).toMatch(new RegExp(`^## ${headline}\\n`))
})

it('says what was found, what became of it and why, and what stays and why', () => {
  const resource = {
    type: 'image',
    id: 'ami-1',
    state: 'available',
    tags: {'bake-jenkins-ami:bake': '<b>x</b>'}
  } as const
  const text = report({swept: [one('left', 'AWS refused')], kept: [{resource, why: 'it has no expiry'}]})
  expect(text).toContain(
    '| <code>image ami-0123456789abcdef0</code> | <code>0123456789ab</code> | left | AWS refused |'
  )
  expect(text).toContain('Resources that stay (1)')
  expect(text).toContain('it has no expiry')
  // Tags come from whoever may tag.
  expect(text).not.toContain('<b>')
})

it('stays far below what the runner accepts', () => {
  const many = Array.from({length: 5_000}, () => one('left', '*'.repeat(5_000)))
  expect(Buffer.byteLength(report({swept: many}))).toBeLessThan(1024 * 1024)
})
