import {expect, it} from '@jest/globals'
import {givenInputs} from '../../../src/action/given-inputs.ts'

const given = (inputs: Readonly<Record<string, string>>) => givenInputs((name) => inputs[name] ?? '')

it('shows what was given, and no defaults', () => {
  expect(given({'volume-size': '20', 'smoke-test': 'true', tags: 'team=ci\ncost=42'})).toEqual([
    ['<code>tags</code>', '<code>team=ci, cost=42</code>'],
    ['<code>volume-size</code>', '<code>20</code>']
  ])
})

it('shows nothing of what may be secret', () => {
  const inputs = {vars: 'password=hunter2', 'github-token': 'ghs_x', 'jenkins-casc': 'jenkins:\n  x: hunter2'}
  expect(given(inputs)).toEqual([
    ['<code>vars</code>', 'not shown'],
    ['<code>github-token</code>', 'not shown'],
    ['<code>jenkins-casc</code>', '2 lines, not shown']
  ])
})

it('shortens what is long', () => {
  expect(given({tags: `a=${'b'.repeat(1_000)}`})[0]?.[1]).toMatch(/^a=b{198}…$/)
})
