import {expect, it} from '@jest/globals'
import {earlyEndSummary, summaryOf} from '../../../src/action/summary.ts'
import {verified} from '../../helpers/outcomes.ts'
import {showOnGitHub} from './github.ts'

it('tells a good end at a glance', () => {
  expect(summaryOf(verified, [{name: 'Build', seconds: 61.04}])).toBe(`## ✅ Image verified

| | |
|---|---|
| Image | <code>ami-0bbbbbbbbbbbbbbbb</code> <code>jenkins-2.568.2-20261122-0123</code> |
| Kept | yes |
| Jenkins | <code>2.568.2</code> |
| Answer after | 41.3 s, counted from the launch |
| Source image | <code>ami-0aaaaaaaaaaaaaaaa</code> <code>debian-13-amd64</code> |
| Region, account | <code>eu-west-1</code> <code>123456789012</code> |
| Packer | <code>1.16.0</code> |

Build 61.0 s
`)
})

it('says why an image was rejected, in words that cannot become markup', () => {
  const reason = 'Jenkins answered 500: <img src=x> | [a](b)\n## x'
  const summary = summaryOf({...verified, verdict: 'rejected', reason, deregistered: true}, [])
  expect(summary).toContain('## ❌ Image rejected')
  expect(summary).toContain('| Kept | no: deregistered, with its snapshots |')
  expect(summary).toContain('| Why | Jenkins answered 500: &#x3c;img src=x&#x3e; &#x7c; &#x5b;a&#x5d;&#x28;b&#x29; |')
  expect(summary).toContain('\n```text\nJenkins answered 500: <img src=x> | [a](b)\n## x\n```\n')
})

it('folds away what the rejected image’s console showed, in words that cannot become markup', () => {
  const evidence = 'jenkins.service failed\n```\n</details><script>x</script>\n\n## y & z'
  const summary = summaryOf({...verified, verdict: 'rejected', reason: 'x', evidence}, [])
  expect(summary).toContain('\n````text\njenkins.service failed\n```\n</details><script>x</script>\n## y & z\n````\n')
  expect(showOnGitHub(summary).elements).not.toContain('script')
})

it('puts what is left in the account first', () => {
  const left = {type: 'instance', id: 'i-0dddddddddddddddd', state: 'running', reason: 'still there'} as const
  const summary = summaryOf({...verified, leftovers: [left]}, [])
  expect(summary).toContain('## ❌ Something is left in the account')
  expect(summary).toContain('<code>instance i-0dddddddddddddddd</code> still there')
})

it('shows the error of a bake that failed', () => {
  const summary = summaryOf({...verified, images: [], verdict: 'unverified', failure: new Error('Packer ended')}, [])
  expect(summary).toContain('## ❌ Bake failed')
  expect(summary).toContain('| Error | Packer ended |')
})

it('stays below the size beyond which the runner drops a summary, however much was made and is left', () => {
  const others = Array.from({length: 2_000}, (_, index) => ({
    target: 'x',
    builderId: 'y',
    id: `${index}${'<'.repeat(3_000)}`
  }))
  const leftovers = others.map(({id}) => ({type: 'volume', id, state: 'available', reason: '&'.repeat(3_000)}) as const)
  const summary = summaryOf({...verified, others, leftovers}, [])
  expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576)
  expect(summary).toContain('and 1980 more, which the log names |')
})

it('shows the beginning of what is long', () => {
  const others = [{target: 'x', builderId: 'y', id: 'i'.repeat(5_000)}]
  const summary = summaryOf(
    {...verified, others, verdict: 'rejected', reason: 'r'.repeat(5_000), evidence: 'line\n'.repeat(50_000)},
    []
  )
  expect(summary).toContain(`<code>x</code> ${'i'.repeat(500)}… |`)
  expect(summary).toContain(`| Why | ${'r'.repeat(120)}… |`)
  expect(summary.split('\nline').length).toBeLessThan(11_000)
})

it('says the cause of a failed build in a short cell, and the whole message below the table', () => {
  const lines = Array.from({length: 20}, (_, n) => `Unpacking package ${n}`)
  const message = [
    'The build failed in the script setup.sh. A package does not exist.',
    'What to change: x',
    ...lines
  ].join('\n')
  const summary = summaryOf({...verified, images: [], verdict: 'unverified', failure: new Error(message)}, [])
  expect(summary).toContain('| Error | The build failed in the script setup.sh. A package does not exist. |')
  expect(summary).toContain(`\`\`\`text\n${message}\n\`\`\``)
  const cells = summary
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split('|'))
  expect(Math.max(...cells.map((cell) => cell.length))).toBeLessThan(300)
})

it('says what was wrong when nothing was made', () => {
  expect(earlyEndSummary(new Error("Input 'java-version': \"12\" is not allowed\nInput 'tags': x"))).toMatch(
    /^## ❌ Nothing was made\n[\s\S]*\| Error \| Input 'java-version': "12" is not allowed \|[\s\S]*```text\n/
  )
})
