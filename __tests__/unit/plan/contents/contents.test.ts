import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {readInputs} from '../../../../src/inputs/inputs.ts'
import {contentsOf} from '../../../../src/plan/contents/contents.ts'

const shipped = join(import.meta.dirname, '../../../../templates/jenkins')
const workspace = mkdtempSync(join(tmpdir(), 'contents-'))
const env = {AWS_REGION: 'eu-west-1', GITHUB_REPOSITORY: 'owner/images', GITHUB_WORKSPACE: workspace}
const source = {
  id: 'ami-0aaaaaaaaaaaaaaaa',
  name: 'debian',
  rootDeviceName: '/dev/xvda',
  architecture: 'x86_64'
} as const
const jenkins = {version: '2.568.2', repositoryUrl: 'https://pkg.jenkins.io/debian-stable'}
const plan = {
  source,
  templateImages: new Map([['amazon-ebs.own', source]]),
  jenkins,
  plugins: [{name: 'git', version: '5.7.0'}]
}

type More = Parameters<typeof contentsOf>[1]

function contents(inputs: Record<string, string> = {}, more: Partial<More> = {}, moreEnv: Record<string, string> = {}) {
  const all = {...env, ...moreEnv}
  const read = readInputs(all, shipped, (name) => ({'skip-unchanged': 'true', ...inputs})[name] ?? '')
  return contentsOf(read, {...plan, ...more}, all)
}

function file(name: string, text: string): string {
  const location = join(mkdtempSync(join(workspace, 'file-')), name)
  writeFileSync(location, text)
  return location
}

it('are the versions, the settings and the files of the shipped template', async () => {
  const {contents: found, name, count, repository, unseen, copyRegions} = await contents()
  expect(found).toEqual({
    'source image': 'ami-0aaaaaaaaaaaaaaaa',
    Jenkins: '2.568.2',
    Java: '21',
    'ami-name-prefix': 'jenkins',
    'jenkins-update-center-url': 'https://updates.jenkins.io',
    'allow-anonymous': 'false',
    'the template': expect.stringMatching(/^[0-9a-f]{32}$/),
    'plugin git': '5.7.0'
  })
  expect({name, count, repository, unseen, copyRegions}).toEqual({
    name: 'jenkins',
    count: 1,
    repository: 'owner/images',
    unseen: [],
    copyRegions: []
  })
})

it('have the same fingerprint again', async () => {
  expect((await contents()).fingerprint).toBe((await contents()).fingerprint)
})

describe('the fingerprint changes with', () => {
  it.each<[string, Record<string, string>]>([
    ['a setup script', {'setup-script': file('setup.sh', 'echo\n')}],
    ['Java', {'java-version': '25'}],
    ['a volume', {'volume-size': '20'}],
    ['a key', {'kms-key-id': 'alias/images'}],
    ['tags', {tags: 'team=builds'}],
    ['a login user', {'ssh-username': 'ec2-user'}],
    ['a profile', {'instance-profile': 'builds'}],
    ['a repository', {'jenkins-repository-url': 'https://jenkins.example.com/debian'}],
    ['anonymous visitors', {'allow-anonymous': 'true'}],
    ['a prefix', {'ami-name-prefix': 'controller'}]
  ])('%s', async (_, inputs) => {
    expect((await contents(inputs)).fingerprint).not.toBe((await contents()).fingerprint)
  })

  it.each<[string, Partial<More>]>([
    ['the source image', {source: {...source, id: 'ami-0bbbbbbbbbbbbbbbb'}}],
    ['Jenkins', {jenkins: {...jenkins, version: '2.570'}}],
    ['plugins', {plugins: [{name: 'git', version: '5.8.0'}]}]
  ])('%s', async (_, more) => {
    expect((await contents({}, more)).fingerprint).not.toBe((await contents()).fingerprint)
  })
})

it.each<[string, Record<string, string>]>([
  ['the smoke test', {'smoke-timeout': '5m'}],
  ['the build’s machine', {'instance-types': 'm7i.large'}],
  ['its network', {'allowed-cidrs': '203.0.113.0/24', 'subnet-ids': 'subnet-0123456789abcdef0'}],
  ['limits', {'bake-timeout': '2h', 'max-image-age': '7d'}]
])('the fingerprint does not change with %s', async (_, inputs) => {
  expect((await contents(inputs)).fingerprint).toBe((await contents()).fingerprint)
})

describe('of a template of the user’s own', () => {
  const builder = 'source "amazon-ebs" "own" {\n  ami_name = "x"\n  source_ami = var.source_ami\n}\n'
  const version = 'locals {\n  version = var.jenkins_version\n}\n'
  const hcl = `variable "source_ami" {}\nvariable "jenkins_version" {}\nvariable "key" {\n  default = ""\n}\n${version}${builder}`
  const build = 'build {\n  sources = ["amazon-ebs.own"]\n}\n'

  it('are what it reads, and the files in its folder', async () => {
    const template = file('own.pkr.hcl', hcl + build)
    const before = await contents({template})
    expect(Object.keys(before.contents).toSorted()).toEqual(['Jenkins', 'plugin git', 'source image', 'the template'])
    expect(before.name).toBe(template.slice(workspace.length + 1))
    writeFileSync(join(template, '../setup.sh'), 'echo\n')
    expect((await contents({template})).fingerprint).not.toBe(before.fingerprint)
  })

  it('are every file of the checkout, which a script or a playbook may copy', async () => {
    const template = file('own.pkr.hcl', hcl + build)
    const before = await contents({template})
    file('nginx.conf', 'other\n')
    expect((await contents({template})).fingerprint).not.toBe(before.fingerprint)
  })

  it('are the files outside of the checkout that its variables name', async () => {
    const template = file('own.pkr.hcl', hcl + build)
    const war = join(mkdtempSync(join(tmpdir(), 'built-')), 'app.war')
    const ways = [
      [{vars: `key=${war}`}, {}],
      [{'var-files': file('built.pkrvars.hcl', `key = "${war}"\n`)}, {}],
      [{}, {PKR_VAR_key: war}]
    ] as const
    for (const [inputs, more] of ways) {
      const prints = []
      for (const text of ['one', 'two']) {
        writeFileSync(war, text)
        prints.push((await contents({template, ...inputs}, {}, more)).fingerprint)
      }
      expect(new Set(prints).size).toBe(2)
    }
  })

  it('are the files outside of the checkout that the template itself names', async () => {
    const casc = join(mkdtempSync(join(tmpdir(), 'built-')), 'casc.yaml')
    const template = file(
      'own.pkr.hcl',
      `${hcl}variable "casc" {\n  default = "${casc}"\n}\n` +
        'build {\n  sources = ["amazon-ebs.own"]\n  provisioner "file" {\n    source = var.casc\n' +
        '    destination = "/tmp/casc.yaml"\n  }\n}\n'
    )
    const prints = []
    for (const text of ['one', 'two']) {
      writeFileSync(casc, text)
      prints.push((await contents({template})).fingerprint)
    }
    expect(new Set(prints).size).toBe(2)
  })

  it('are the user’s values, which are not told', async () => {
    const template = file('own.pkr.hcl', hcl + build)
    const given = [
      [{vars: 'key=s3cret'}, {}],
      [{'var-files': file('own.pkrvars.hcl', 'key = "s3cret"\n')}, {}],
      [{'template-env': 'VAULT_TOKEN'}, {VAULT_TOKEN: 's3cret'}],
      [{}, {PKR_VAR_key: 's3cret'}],
      [{'packer-args': '-only=amazon-ebs.own'}, {}]
    ] as const
    const all = [await contents({template})]
    for (const [inputs, more] of given) all.push(await contents({template, ...inputs}, {}, more))
    expect(new Set(all.map(({fingerprint}) => fingerprint)).size).toBe(given.length + 1)
    expect(JSON.stringify(all)).not.toContain('s3cret')
  })

  it.each([
    ['the source image of amazon-ebs.own, which only Packer looks up', hcl.replace('var.source_ami', 'file("id")'), {}],
    [
      'the version of Jenkins, which the template installs without the variable jenkins_version',
      hcl.replace('variable "jenkins_version" {}', '').replace(version, ''),
      {jenkins: undefined}
    ],
    [
      'the version of Jenkins, which the template installs without the variable jenkins_version',
      hcl.replace(version, ''),
      {}
    ],
    ['the values of data "http" "x"', `${hcl}data "http" "x" {\n  url = "https://example.com"\n}\n`, {}],
    ['the file that "../../../${var.key}" names', `${hcl}locals {\n  x = file("../../../\${var.key}")\n}\n`, {}],
    [
      'the source image of amazon-ebs.agent, which only Packer looks up',
      `${hcl}source "amazon-ebs" "agent" {\n  source_ami_filter {\n    owners = ["amazon"]\n    filters = {name = "ubuntu*"}\n  }\n}\nbuild {\n  sources = ["amazon-ebs.agent"]\n}\n`,
      {}
    ]
  ])('are not whole: %s', async (expected, text, {...more}) => {
    const known = {
      ...plan,
      ...(text.includes('file("id")') ? {source: undefined, templateImages: new Map()} : {}),
      ...more
    }
    const {unseen} = await contents({template: file('own.pkr.hcl', text + build)}, known as Partial<More>)
    expect(unseen).toEqual([expected])
  })

  describe('with data sources', () => {
    const ami = (name: string) =>
      `data "amazon-ami" "${name}" {\n  owners = ["self"]\n  filters = {name = "${name}-*"}\n}\n`
    const parameter = (name: string) => `data "amazon-parameterstore" "${name}" {\n  name = "/${name}"\n}\n`
    const unseenOf = async (text: string, more: Record<string, string> = {}, known: Partial<More> = {}) => {
      const template = file(
        'own.pkr.hcl',
        `variable "jenkins_version" {}\nlocals {\n  jenkins = var.jenkins_version\n}\n${text}`
      )
      return (await contents({template, ...more}, {source: undefined, ...known} as Partial<More>)).unseen
    }
    const builderOn = (image: string, name = 'own') => `source "amazon-ebs" "${name}" {\n  source_ami = ${image}\n}\n`

    it.each([
      ['data.amazon-ami.base.id', ami('base')],
      ['data.amazon-parameterstore.base.value', parameter('base')]
    ])('are whole where the only one is %s, the known source image', async (image, data) => {
      expect(await unseenOf(builderOn(image) + data + build)).toEqual([])
    })

    it('are not whole where others have values for the machine, whatever their types are', async () => {
      const data = [parameter('base'), parameter('jdk'), ami('agent'), 'data "git-commit" "head" {}\n'].join('')
      expect(await unseenOf(builderOn('data.amazon-parameterstore.base.value') + data + build)).toEqual([
        'the values of data "amazon-parameterstore" "jdk"',
        'the values of data "amazon-ami" "agent"',
        'the values of data "git-commit" "head"'
      ])
    })

    it('are not whole where the image is not known, or its builder does not run', async () => {
      const values = 'the values of data "amazon-ami" "base"'
      const text = builderOn('data.amazon-ami.base.id') + ami('base') + build
      expect(await unseenOf(text, {}, {templateImages: new Map()})).toEqual([
        'the source image of amazon-ebs.own, which only Packer looks up',
        values
      ])
      const two =
        builderOn('"ami-0aaaaaaaaaaaaaaaa"') +
        builderOn('data.amazon-ami.base.id', 'other') +
        ami('base') +
        'build {\n  sources = ["amazon-ebs.own", "amazon-ebs.other"]\n}\n'
      expect(await unseenOf(two, {'packer-args': '-only=amazon-ebs.own'})).toEqual([values])
    })

    it('are not whole in HCL2’s JSON either', async () => {
      const template = {
        variable: {jenkins_version: {}},
        data: {'amazon-ami': {agent: {owners: ['self'], filters: {name: 'x'}}}, 'git-commit': {head: {}}},
        source: {'amazon-ebs': {own: {ami_name: 'x-${var.jenkins_version}', source_ami: 'ami-0aaaaaaaaaaaaaaaa'}}},
        build: {sources: ['amazon-ebs.own']}
      }
      const location = file('own.pkr.json', JSON.stringify(template))
      expect((await contents({template: location})).unseen).toEqual([
        'the values of data "amazon-ami" "agent"',
        'the values of data "git-commit" "head"'
      ])
    })
  })

  const inexact = "the version of Jenkins, for which the template's own value of jenkins_version is no exact version"
  const notKnown = "the version of Jenkins, for which only Packer knows the template's own value of jenkins_version"
  it.each<[string, Record<string, string>, string[]]>([
    ['default = "2.568.2"', {}, []],
    ['default = "2.570"', {}, []],
    ['default = "2.568.2-1.1"', {}, []],
    ['', {vars: 'jenkins_version=2.568.2'}, []],
    ['default = "lts"', {vars: 'jenkins_version=2.568.2'}, []],
    ['', {'var-files': file('exact.pkrvars.hcl', 'jenkins_version = "2.568.2"\n')}, []],
    ['default = "2.568.2"', {vars: 'jenkins_version=latest'}, [inexact]],
    ['default = "lts"', {}, [inexact]],
    ['default = "2.568.*"', {}, [inexact]],
    ['default = ["2.568.2"]', {}, [inexact]],
    ['default = null', {}, [inexact]],
    ['default = regex_replace("2.568.2", "a", "b")', {}, [notKnown]]
  ])('are known with a Jenkins by %j and %j, but for %j', async (declaration, inputs, expected) => {
    const text = hcl.replace('"jenkins_version" {}', `"jenkins_version" {\n  ${declaration}\n}`)
    const more = {jenkins: undefined} as unknown as Partial<More>
    const {unseen} = await contents({template: file('own.pkr.hcl', text + build), ...inputs}, more)
    expect(unseen).toEqual(expected)
  })

  it('are the regions of its copies', async () => {
    const copying = hcl.replace('  ami_name', '  ami_regions = ["us-east-1", "eu-west-1"]\n  ami_name')
    expect((await contents({template: file('own.pkr.hcl', copying + build)})).copyRegions).toEqual(['us-east-1'])
  })
})
