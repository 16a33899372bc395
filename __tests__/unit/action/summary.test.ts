import {earlySummary} from '../../../src/action/early-summary.ts'
import {expect, it} from '@jest/globals'
import {summaryOf} from '../../../src/action/summary.ts'
import {tagKeys, tagsOfParts} from '../../../src/aws/tags.ts'
import {recordedPackages} from '../../../src/bake/package-record.ts'
import {verified} from '../../helpers/outcomes.ts'
import {showOnGitHub} from './github.ts'

it('tells a good end at a glance', () => {
  const inputs = ['tags:', '  team=ci_1']
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

\`\`\`text
tags:
  team=ci_1
\`\`\`

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

it('says which packages are not those of the last verified image', () => {
  const packagesOf = (...sources: string[]) => ({
    kind: 'deb' as const,
    system: {id: 'debian', version: '13'},
    packages: sources.map((source) => ({name: `lib${source}`, version: '1', architecture: 'amd64', source}))
  })
  const tags = tagsOfParts(tagKeys.packages, recordedPackages(packagesOf('glibc@2.41-12', 'zlib@1.3-1')))
  const comparison = {last: {images: verified.images, created: new Date(), tags}, because: ['x'], unseen: []}
  const row = (...sources: string[]): string | undefined =>
    /\| Packages \| (.*) \|/.exec(summaryOf({...verified, comparison, packages: packagesOf(...sources)}, []))?.[1]
  expect(row('glibc@2.41-12', 'zlib@1.3-1')).toBe('the same 2 source packages as in <code>ami-0bbbbbbbbbbbbbbbb</code>')
  expect(row('glibc@2.41-13', 'zlib@1.3-1')).toBe(
    'since <code>ami-0bbbbbbbbbbbbbbbb</code>: 1 of 2 source packages new or in another version, 1 gone or replaced'
  )
  const summary = summaryOf({...verified, comparison, packages: packagesOf('glibc@2.41-13', 'zlib@1.3-1')}, [])
  expect(summary).toContain('new or in another version</summary>\n\n```text\nglibc 2.41-13\n```')
  expect(summaryOf({...verified, comparison, packages: packagesOf('x@1'), skipped: true}, [])).not.toContain('Packages')
})

it('says of a rejected image that is kept that it was rejected, and offers no way to launch it', () => {
  const summary = summaryOf({...verified, verdict: 'rejected', reason: 'x'}, [])
  expect(summary).toContain('| Kept | yes, although it was rejected |')
  expect(summary).not.toContain('was ready')
  expect(summary).not.toContain('run-instances')
})

it('says of an image that could not be removed that it should be gone', () => {
  const left = {type: 'image', id: verified.images[0]?.id ?? '', state: 'available', reason: 'denied'} as const
  const summary = summaryOf({...verified, leftovers: [left]}, [])
  expect(summary).toContain('| Kept | no, but not everything of it could be removed |')
  expect(summary).not.toContain('run-instances')
})

it('offers machines of the image’s architecture, in the subnet that was given', () => {
  const [image] = verified.images
  if (!image) throw new Error('there is an image')
  const {buildType: _, ...others} = verified
  const reach = {...verified.plan.reach, subnetIds: ['subnet-0123456789abcdef0']}
  const outcome = {...others, plan: {...verified.plan, reach}, images: [{...image, architecture: 'arm64' as const}]}
  expect(summaryOf(outcome, [])).toContain('--instance-type t4g.medium --subnet-id subnet-0123456789abcdef0')
})

it('names no price and no command for another AWS', () => {
  const summary = summaryOf(verified, [{name: 'Build', seconds: 60}], {env: {AWS_ENDPOINT_URL: 'http://127.0.0.1:1'}})
  expect(summary).not.toMatch(/\$|run-instances/)
})

it('counts a machine of the smoke test until the sweep has ended', () => {
  const machine = {
    source: 'amazon-ebs.jenkins',
    id: 'i-1',
    address: '192.0.2.1',
    instanceType: 't3.medium',
    history: []
  }
  const phases = [
    {name: 'Build', seconds: 200},
    {name: 'Smoke test', seconds: 60},
    {name: 'Copy', seconds: 300},
    {name: 'Sweep', seconds: 30}
  ]
  expect(summaryOf({...verified, observations: [machine]}, phases)).toContain(
    'smoke test: <code>t3.medium</code> for about 6 min 30 s'
  )
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
    `\nThe build failed in the script setup.sh. A package does not exist.\n\n**What to change:** x\n\n**More:** docs/troubleshooting.md\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\``
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
