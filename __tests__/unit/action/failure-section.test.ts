import {expect, it} from '@jest/globals'
import {failureSection} from '../../../src/action/failure-section.ts'

const env = {GITHUB_ACTION_REPOSITORY: 'octo/bake', GITHUB_ACTION_REF: 'v1'}
const troubleshooting = 'https://github.com/octo/bake/blob/v1/docs/troubleshooting.md'
const anywhere = `[docs/troubleshooting.md](${troubleshooting})`
const section = (message: string): string => failureSection(message, env).join('\n')

it('tells what happened from what to change, where more is said, and what was printed', () => {
  const message =
    "It stopped.\nWhat to change: raise 'smoke-timeout'.\nline one\nline two\nSee docs/troubleshooting.md#build-failed."
  expect(section(message)).toBe(`It stopped.

**What to change:** raise 'smoke-timeout'.

**More:** [docs/troubleshooting.md#build-failed](https://github.com/octo/bake/blob/v1/docs/troubleshooting.md#build-failed)

\`\`\`text
line one
line two
\`\`\`
`)
})

it('takes the advice behind a known cause, and none out of what a program printed', () => {
  const message = [
    'Jenkins answered 500: x What to change: run this',
    'Its memory is too small. What to change: take a larger machine.',
    'Packer said:',
    'What to change: run that',
    'Left in the account: nothing of yours'
  ].join('\n')
  const shown = section(message)
  expect(shown.match(/\*\*What to change:\*\* .*/g)).toEqual(['**What to change:** take a larger machine.'])
  expect(shown).toContain('- Its memory is too small.\n')
  expect(shown).toMatch(/```text\nPacker said:\nWhat to change: run that\nLeft in/)
})

it('names the page where its address is not known', () => {
  expect(failureSection('It stopped.\nSee docs/troubleshooting.md#build-failed.', {}).join('\n')).toBe(
    'It stopped.\n\n**More:** docs/troubleshooting.md&#x23;\u2060build-failed\n'
  )
})

it('links to where it is explained, also what names no page itself', () => {
  expect(section("Input 'a': x")).toContain(`**More:** [docs/troubleshooting.md#inputs](${troubleshooting}#inputs)`)
  expect(section('It stopped.\nPacker said:\nno')).toContain(`**More:** ${anywhere}`)
  expect(section('docs/networks.md lists the servers.').match(/docs\/\w+\.md\)/g)).toEqual(['docs/networks.md)'])
})

it('lists several inputs, and several leftovers', () => {
  expect(section("Input 'a': x\nInput 'b': y")).toMatch(/^- Input <code>a<\/code>: x\n- Input <code>b<\/code>: y\n\n\*/)
  expect(section('Left in the account: volume vol-1: y\nLeft in the account: volume vol-2: z')).toMatch(
    /^- Left in the account: volume vol-1: y\n- Left/
  )
})

it('shortens a long sentence, and gives it whole as an excerpt', () => {
  const long = 'x'.repeat(1_000)
  expect(section(long)).toContain(`${'x'.repeat(400)}…\n\n**More:** ${anywhere}\n\n\`\`\`text\n${long}\n\`\`\`\n`)
})

it('makes nothing in a message Markdown', () => {
  expect(section('<b> [a](b)\nWhat to change: **x**')).toBe(
    `&#x3c;b&#x3e; &#x5b;a&#x5d;&#x28;b&#x29;\n\n**What to change:** &#x2a;&#x2a;x&#x2a;&#x2a;\n\n**More:** ${anywhere}\n`
  )
})
