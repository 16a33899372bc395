import {expect, it} from '@jest/globals'
import {access, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

const folder = join(import.meta.dirname, '../../templates/jenkins')
const template = await readFile(join(folder, 'jenkins.pkr.hcl'), 'utf8')
const variables = await readFile(join(folder, 'variables.pkr.hcl'), 'utf8')

/** Each variable's name with its block's text. `packer fmt` puts the closing brace of a block at the line's start. */
const blocks = new Map(
  [...variables.matchAll(/^variable "(\w+)" \{\n([^]*?)^\}/gm)].map(
    (match) => [match[1] ?? '', match[2] ?? ''] as const
  )
)

it('declares exactly the variables that the action fills in, and the SSH port', () => {
  expect([...blocks.keys()].toSorted()).toEqual([
    'allow_anonymous',
    'allowed_cidrs',
    'ami_name',
    'connect_via',
    'deadline_minutes',
    'instance_profile',
    'instance_type',
    'java_version',
    'jenkins_files',
    'jenkins_repository_key_fingerprint',
    'jenkins_repository_url',
    'jenkins_setup_wizard',
    'jenkins_update_center_url',
    'jenkins_version',
    'kms_key_id',
    'packages_file',
    'region',
    'root_device_name',
    'setup_script',
    'source_ami',
    'ssh_port',
    'ssh_timeout',
    'ssh_username',
    'subnet_id',
    'tags',
    'volume_size'
  ])
})

it('gives every variable a type and a description, and a validation where its type allows more than is meant', () => {
  for (const block of blocks.values()) {
    expect(block).toMatch(/^ {2}type +=/m)
    expect(block).toMatch(/^ {2}description +=/m)
    expect(block).toMatch(/^ {2}(type +=  *bool$|validation \{$)/m)
  }
})

it('asks for what has no sensible default', () => {
  const required = [...blocks].filter(([, block]) => !/^ {2}default +=/m.test(block)).map(([name]) => name)
  expect(required.toSorted()).toEqual([
    'allowed_cidrs',
    'ami_name',
    'jenkins_version',
    'region',
    'source_ami',
    'ssh_username'
  ])
})

it('uses every variable, and none that it does not declare', () => {
  const used = new Set([...template.matchAll(/\bvar\.(\w+)/g)].map((match) => match[1] ?? ''))
  expect([...used].toSorted()).toEqual([...blocks.keys()].toSorted())
})

it('tags everything that is created', () => {
  for (const attribute of ['run_tags', 'run_volume_tags', 'tags', 'snapshot_tags']) {
    expect(template).toMatch(new RegExp(`^ {2}${attribute} += var\\.tags$`, 'm'))
  }
})

it('hands the scripts values only as environment variables, in single quotes', () => {
  expect(template).toContain(`execute_command = "sudo -n env {{ .Vars }} bash '{{ .Path }}'"`)
  expect(template.match(/^ +execute_command +=.*$/gm)).toEqual([
    expect.stringContaining('{{ .Vars }}'),
    '    execute_command  = local.execute_command',
    '    execute_command  = local.execute_command',
    '    execute_command  = local.execute_command'
  ])
  expect(template).not.toMatch(/inline|env_var_format/)
})

const run = [...template.matchAll(/\$\{path\.root\}\/(scripts\/[\w/-]+\.sh)/g)].map((match) => match[1] ?? '')

it('runs all of its scripts, the cleaning and the verification last', async () => {
  await Promise.all(run.map((script) => access(join(folder, script))))
  const all = await readdir(join(folder, 'scripts'), {recursive: true})
  const scripts = all.filter((name) => name.endsWith('.sh')).map((name) => `scripts/${name}`)
  expect(run.toSorted()).toEqual(scripts.toSorted())
  expect(run.slice(-2)).toEqual(['scripts/clean.sh', 'scripts/verify.sh'])
})

it('has the same steps for each family of distributions, and each script begins by asking which one this is', async () => {
  const steps = (family: string) => run.flatMap((path) => (path.includes(family) ? [path.split('/').at(-1)] : []))
  expect(steps('/debian/')).toEqual(['prepare.sh', 'install-java.sh', 'install-jenkins.sh'])
  expect(steps('/amazon-linux/')).toEqual(steps('/debian/'))
  for (const script of run.filter((path) => path.split('/').length === 3)) {
    const lines = (await readFile(join(folder, script), 'utf8')).split('\n')
    const first = lines.find((line) => /^[^#]/.test(line) && !line.startsWith('set '))
    expect(first).toMatch(/^grep -q.* \/etc\/os-release \|\| exit 0$/)
  }
})

it('compares the key before a package manager gets it', () => {
  const order = ['fetch-key', 'debian/install-jenkins', 'amazon-linux/install-jenkins'].map((name) =>
    run.indexOf(`scripts/${name}.sh`)
  )
  expect(order).toEqual(order.toSorted((a, b) => a - b))
})
