import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../../src/template/template.ts'

it('advises a step for each region where the builders of a template have several', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.pkr.hcl')
  const source = (name: string, region: string) =>
    `source "amazon-ebs" "${name}" {\n  region = "${region}"\n  ami_name = "x"\n  temporary_security_group_source_cidrs = ["192.0.2.1/32"]\n}\n`
  const build = 'build {\n  sources = ["amazon-ebs.east", "amazon-ebs.west"]\n}\n'
  writeFileSync(file, source('east', 'us-east-1') + source('west', 'us-west-2') + build)
  const messages = (given: readonly string[]) =>
    openTemplate(file, '/shipped', {region: 'us-east-1', arguments: given}).problems.map(({message}) => message)
  expect(messages([])).toEqual([
    expect.stringMatching(
      /amazon-ebs\.west builds in us-west-2.*aws-region: us-west-2 with packer-args: -only=\*amazon-ebs\.west\.$/
    )
  ])
  expect(messages(['-only=*amazon-ebs.east'])).toEqual([])
})

it('gives a template of legacy JSON advice in legacy JSON', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.json')
  const builder = {type: 'amazon-ebs', region: 'eu-west-1', ami_name: 'x', ssh_username: 'ubuntu'}
  writeFileSync(file, JSON.stringify({builders: [builder]}))
  const {problems, warnings} = openTemplate(file, '/shipped', {region: 'us-east-1'})
  expect(problems.map(({message}) => message)).toEqual([
    expect.stringContaining('say "region": "{{user `region`}}" there and declare "region": "" among the variables')
  ])
  expect(warnings).toEqual([
    expect.stringContaining(
      'Add "temporary_security_group_source_cidrs": "{{user `allowed_cidrs`}}" and declare "allowed_cidrs": ""'
    )
  ])
})

it('warns of a mapped snapshot where Packer’s rights cannot be narrowed', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.pkr.hcl')
  const mapping =
    'ami_block_device_mappings {\n    device_name = "/dev/sdf"\n    snapshot_id = "snap-0123456789abcdef0"\n  }'
  writeFileSync(
    file,
    `source "amazon-ebs" "own" {
  ami_name = "x"
  temporary_security_group_source_cidrs = ["192.0.2.1/32"]
  ${mapping}
}
build {
  sources = ["amazon-ebs.own"]
}
`
  )
  const warnings = (assumesRole: boolean) => openTemplate(file, '/shipped', {region: 'us-east-1', assumesRole}).warnings
  expect(warnings(true)).toEqual([])
  expect(warnings(false)).toEqual([
    expect.stringMatching(/^own\.pkr\.hcl line 6: amazon-ebs\.own maps a snapshot of your own .* With 'role-to-assume'/)
  ])
})

it.each([
  ['a session of the bake’s tags', {region: 'us-east-1'}, 1],
  ['credentials that cannot be narrowed', {region: 'us-east-1', assumesRole: false}, 0],
  ['a region where Packer’s session requires no tags', {region: 'us-gov-west-1'}, 0]
])('refuses to share the snapshots of copies only for %s', (_, additions, times) => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.pkr.hcl')
  const settings = ['run_tags = var.tags', 'encrypt_boot = true', 'snapshot_users = ["123456789012"]'].join('\n  ')
  writeFileSync(file, `variable "tags" {}\nsource "amazon-ebs" "own" {\n  ami_name = "x"\n  ${settings}\n}\n`)
  expect(openTemplate(file, '/shipped', additions).problems).toHaveLength(times)
})

const overridden = (first: string, second: string) =>
  'source "amazon-ebs" "base" {\n  ami_name = "x"\n  temporary_security_group_source_cidrs = ["192.0.2.1/32"]\n}\n' +
  `build {\n  source "amazon-ebs.base" {\n    name = "one"\n${first}\n  }\n  source "amazon-ebs.base" {\n    name = "two"\n${second}\n  }\n}\n`

function problemsOf(text: string, given: readonly string[], name = 'own.pkr.hcl') {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), name)
  writeFileSync(file, text)
  const {problems} = openTemplate(file, '/shipped', {region: 'us-east-1', arguments: given})
  return problems.map(({message}) => message)
}

it.each([
  ['first', overridden('region = "us-west-2"\nforce_deregister = true', 'region = "us-east-1"'), 'one'],
  ['last', overridden('region = "us-east-1"', 'region = "us-west-2"\nforce_deregister = true'), 'two']
])('judges each build over one source by its own settings: %s', (_, text, elsewhere) => {
  expect(problemsOf(text, [])).toEqual([
    expect.stringContaining(`amazon-ebs.${elsewhere} builds in us-west-2`),
    expect.stringContaining(`amazon-ebs.${elsewhere} says force_deregister`)
  ])
  expect(problemsOf(text, [`-except=amazon-ebs.${elsewhere}`])).toEqual([])
  expect(problemsOf(text, [`-only=amazon-ebs.${elsewhere}`])).toHaveLength(2)
})

it('judges each build over one source in JSON as well', () => {
  const base = {ami_name: 'x', temporary_security_group_source_cidrs: ['192.0.2.1/32']}
  const uses = [
    {name: 'one', region: 'us-west-2'},
    {name: 'two', region: 'us-east-1'}
  ]
  const json = {source: {'amazon-ebs': {base}}, build: [{source: {'amazon-ebs.base': uses}}]}
  expect(problemsOf(JSON.stringify(json), [], 'own.pkr.json')).toEqual([
    expect.stringContaining('amazon-ebs.one builds in us-west-2')
  ])
  expect(problemsOf(JSON.stringify(json), ['-only=amazon-ebs.two'], 'own.pkr.json')).toEqual([])
})

it('does not judge a build that is excluded by its full name', () => {
  const source = (name: string, region: string) => `source "amazon-ebs" "${name}" {\n  region = "${region}"\n}\n`
  const build = 'build {\n  name = "jenkins"\n  sources = ["amazon-ebs.east", "amazon-ebs.west"]\n}\n'
  const text = source('east', 'us-east-1') + source('west', 'us-west-2') + build
  expect(problemsOf(text, ['-except=jenkins.amazon-ebs.west'])).toEqual([])
})

it.each([
  ['amazon-ebs', 1],
  ['amazon-ebssurrogate', 1],
  ['amazon-chroot', 0]
])('warns of an open group of %s %i times', (type, times) => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.pkr.hcl')
  writeFileSync(file, `source "${type}" "own" {\n  ami_name = "x"\n}\n`)
  const {warnings} = openTemplate(file, '/shipped', {region: 'us-east-1'})
  expect(warnings.filter((text) => text.includes('lets everybody'))).toHaveLength(times)
})

const asked = (more: Record<string, unknown>) =>
  JSON.stringify({builders: [{type: 'amazon-ebs', temporary_security_group_source_cidrs: '192.0.2.1/32', ...more}]})

it.each<[Record<string, unknown>, boolean, RegExp]>([
  [
    {force_deregister: '{{if eq `a` `b`}}true{{end}}'},
    false,
    /image of the same name before .* there is no image left\./
  ],
  [
    {force_deregister: '{{if eq `a` `b`}}true{{end}}'},
    true,
    /image of the same name before .* there is no image left\./
  ],
  [{force_deregister: '{{x}}', force_delete_snapshot: '{{x}}'}, false, /and perhaps its snapshots/],
  [{force_deregister: '{{x}}', force_delete_snapshot: true}, false, /and its snapshots/],
  [{force_deregister: true, force_delete_snapshot: '{{x}}'}, true, /says force_deregister.* and perhaps its snapshots/]
])('warns of %j, which only Packer knows; losses are accepted: %s', (more, allowForceDeregister, message) => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.json')
  writeFileSync(file, asked(more))
  const {problems, warnings} = openTemplate(file, '/shipped', {region: 'us-east-1', allowForceDeregister})
  expect(problems).toEqual([])
  expect(warnings).toEqual([expect.stringMatching(message)])
})

it.each(['t', 'T', 'TRUE', 2, '1'])('takes %j for true in legacy JSON, as Packer does', (force_deregister) => {
  expect(problemsOf(asked({force_deregister}), [], 'own.json')).toEqual([
    expect.stringContaining('says force_deregister')
  ])
})

it.each(['f', 'FALSE', 0, '', null])('takes %j for false in legacy JSON, as Packer does', (force_deregister) => {
  expect(problemsOf(asked({force_deregister}), [], 'own.json')).toEqual([])
})

it.each(['0.0.0.0/0', '10.0.0.0/0', '::/0', '0::/0', '0.0.0.0/00'])('takes %s for everybody', (range) => {
  const file = join(mkdtempSync(join(tmpdir(), 'findings-')), 'own.pkr.hcl')
  writeFileSync(file, `source "amazon-ebs" "own" {\n  temporary_security_group_source_cidrs = ["${range}"]\n}\n`)
  const {warnings} = openTemplate(file, '/shipped', {region: 'us-east-1'})
  expect(warnings).toEqual([expect.stringContaining('lets everybody')])
})

it.each(['source.amazon-ebs.x', 'sources.amazon-ebs.x', 'amazon-ebs.x'])(
  'judges the builder that a build names %s',
  (name) => {
    const source = 'source "amazon-ebs" "x" {\n  region = "us-west-2"\n}\n'
    const found = [expect.stringContaining('amazon-ebs.x builds in us-west-2')]
    expect(problemsOf(`${source}build {\n  sources = ["${name}"]\n}\n`, [])).toEqual(found)
    expect(problemsOf(`${source}build {\n  source "${name}" {}\n}\n`, [])).toEqual(found)
  }
)

it('advises names of their own for builds that share one', () => {
  const hcl = `source "amazon-ebs" "x" {}
build {
  dynamic "source" {
    for_each = ["us-east-1", "us-west-2"]
    labels = ["amazon-ebs.x"]
    content {
      region = source.value
    }
  }
}
`
  expect(problemsOf(hcl, [])).toEqual([
    expect.stringContaining('Give each of the builds called amazon-ebs.x a name of its own')
  ])
})
