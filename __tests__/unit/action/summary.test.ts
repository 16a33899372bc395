import {earlySummary} from '../../../src/action/early-summary.ts'
import {expect, it} from '@jest/globals'
import {summaryOf} from '../../../src/action/summary.ts'
import {verified} from '../../helpers/outcomes.ts'
import {showOnGitHub} from './github.ts'

it('tells a good end at a glance', () => {
  const inputs = [['<code>vars</code>', 'not shown']] as const
  expect(summaryOf(verified, [{name: 'Build', seconds: 61.04}], {env: {}, inputs})).toBe(`## ✅ Image verified

Jenkins <code>2.568.2</code> was ready 41.3 s after the launch.

| Region | Image | Name |
| --- | --- | --- |
| eu-west-1 | [<code>ami-0bbbbbbbbbbbbbbbb</code>](https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#ImageDetails:imageId=ami-0bbbbbbbbbbbbbbbb) | <code>jenkins-2.568.2-20261122-0123</code> |

| | |
|---|---|
| Kept | yes |
| Jenkins | <code>2.568.2</code> |
| Source image | <code>ami-0aaaaaaaaaaaaaaaa</code> <code>debian-13-amd64</code> |
| Region, account | <code>eu-west-1</code> <code>123456789012</code> |
| Packer | <code>1.16.0</code> |
| Machines | build: <code>t3.medium</code> for about 61.0 s<br>together less than $0.01 at the prices of us-east-1 in 2026 |
| Snapshots | of 8 GiB of volumes: at most $0.40 a month at the prices of us-east-1 in 2026; AWS bills the blocks that were written |

\`\`\`sh
# Launch it
aws ec2 run-instances --region eu-west-1 \\
  --image-id ami-0bbbbbbbbbbbbbbbb --instance-type t3.medium
\`\`\`

\`\`\`text
Build     61.0 s  ████████████████████████
\`\`\`

<details><summary>Inputs</summary>

| Input | Value |
|---|---|
| <code>vars</code> | not shown |

</details>
`)
})

it('says how to go back to the image that a parameter has named before', () => {
  const parameter = {name: '/jenkins/ami', now: 'ami-0b', previous: 'ami-0a', dataType: 'aws:ec2:image'}
  expect(summaryOf({...verified, parameter}, [])).toContain(
    'aws ssm put-parameter --region eu-west-1 --name /jenkins/ami \\\n  --value ami-0a --data-type aws:ec2:image --overwrite\n'
  )
  const odd = {...parameter, previous: 'ami-0a; rm -rf /'}
  expect(summaryOf({...verified, parameter: odd}, [])).not.toContain('put-parameter')
})

it('says of a rejected image that is kept that it was rejected, and offers no way to launch it', () => {
  const summary = summaryOf({...verified, verdict: 'rejected', reason: 'x'}, [])
  expect(summary).toContain('| Kept | yes, although it was rejected |')
  expect(summary).not.toContain('was ready')
  expect(summary).not.toContain('run-instances')
})

it('links no image that is gone', () => {
  expect(summaryOf({...verified, deregistered: true}, [], {env: {}})).not.toContain('console.aws')
})

it('says why an image was rejected, in words that cannot become markup', () => {
  const reason = 'Jenkins answered 500: <img src=x> | [a](b)\n## x'
  const summary = summaryOf({...verified, verdict: 'rejected', reason, deregistered: true}, [])
  expect(summary).toContain('## ❌ Image rejected')
  expect(summary).toContain('| Kept | no: deregistered, with its snapshots |')
  expect(summary).toContain('\nJenkins answered 500: &#x3c;img src=x&#x3e; &#x7c; &#x5b;a&#x5d;&#x28;b&#x29;\n')
  expect(summary).toContain('\n```text\n## x\n```\n')
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
  expect(summary).toContain('## ❌ Bake failed\n\nPacker ended\n')
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
    {
      ...verified,
      others,
      comparison: {because: ['b'.repeat(5_000)], unseen: []},
      verdict: 'rejected',
      reason: 'r'.repeat(5_000),
      evidence: 'line\n'.repeat(50_000)
    },
    []
  )
  expect(summary).toContain(`| Baked because | ${'b'.repeat(120)}… |`)
  expect(summary).toContain(`<code>x</code> ${'i'.repeat(500)}… |`)
  expect(summary).toContain(`\n${'r'.repeat(400)}…\n`)
  expect(summary.split('\nline').length).toBeLessThan(11_000)
})

it('says the cause of a failed build, what to change, and what was printed', () => {
  const lines = Array.from({length: 20}, (_, n) => `Unpacking package ${n}`)
  const message = [
    'The build failed in the script setup.sh. A package does not exist.',
    'What to change: x',
    ...lines
  ].join('\n')
  const summary = summaryOf({...verified, images: [], verdict: 'unverified', failure: new Error(message)}, [])
  expect(summary).toContain(
    `\nThe build failed in the script setup.sh. A package does not exist.\n\n**What to change:** x\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\``
  )
  const cells = summary
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split('|'))
  expect(Math.max(...cells.map((cell) => cell.length))).toBeLessThan(300)
})

it('says what was wrong when nothing was made', () => {
  expect(
    earlySummary('Nothing was made', new Error("Input 'java-version': \"12\" is not allowed\nInput 'tags': x"))
  ).toMatch(
    /^## ❌ Nothing was made\n\n- Input <code>java-version<\/code>: "12" is not allowed\n- Input <code>tags<\/code>: x\n/
  )
})
