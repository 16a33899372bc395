import {expect, it} from '@jest/globals'
import {givenInputs} from '../../../src/action/given-inputs.ts'

const given = (inputs: Readonly<Record<string, string>>) => givenInputs((name) => inputs[name] ?? '')

it('shows what was given as it stands, so that the runner hides its secrets, and no defaults', () => {
  const role = 'arn:aws:iam::123456789012:role/a_b@c#1'
  expect(given({'role-to-assume': role, 'volume-size': '20', 'smoke-test': 'true', tags: 'team=ci\ncost=42'})).toEqual([
    `role-to-assume: ${role}`,
    'tags:',
    '  team=ci',
    '  cost=42',
    'volume-size: 20'
  ])
})

it('shows nothing of what may be secret, and no part of what is long', () => {
  const long = `a=${'b'.repeat(1_000)}`
  const inputs = {
    vars: 'password=hunter2',
    'github-token': 'ghs_x',
    'jenkins-casc': 'jenkins:\n  x: hunter2',
    tags: long
  }
  expect(given(inputs)).toEqual([
    'vars: (not shown)',
    'github-token: (not shown)',
    'tags: (1002 characters, not shown)',
    'jenkins-casc: (not shown)'
  ])
})
