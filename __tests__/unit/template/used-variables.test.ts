import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate, type Additions} from '../../../src/template/template.ts'
import type {TemplateValues} from '../../../src/template/template-values.ts'
import {openVariablesFile} from '../../../src/template/values.ts'
import {replacements, unusedInputs} from '../../../src/template/variables.ts'

function opened(name: string, text: string, additions: Additions = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'used-')), name)
  writeFileSync(file, text)
  return openTemplate(file, '/shipped', additions)
}

const given = new Set(['ssh-username'])

function messagesOf(name: string, text: string, varFile?: string): string[] {
  const location = join(mkdtempSync(join(tmpdir(), 'values-')), 'values.json')
  if (varFile !== undefined) writeFileSync(location, varFile)
  const varFiles = varFile === undefined ? [] : [openVariablesFile(location, true)]
  return unusedInputs(opened(name, text, {varFiles}), given).map(({message}) => message)
}

it.each([
  '',
  '# ssh_username = var.ssh_username',
  '/* ${var.ssh_username} */',
  'locals {\n  x = "var.ssh_username"\n  y = "$${var.ssh_username}"\n}',
  'locals {\n  x = <<EOT\nvar.ssh_username\nEOT\n}',
  'variable "other" {\n  default = var.ssh_username_of_agents\n}',
  'locals {\n  ssh_username = local.ssh_username\n}'
])('refuses an input whose variable nothing uses in HCL2: %s', (text) => {
  const declaration = 'variable "ssh_username" {\n  validation {\n    condition = var.ssh_username != ""\n  }\n}\n'
  expect(messagesOf('own.pkr.hcl', declaration + text)).toEqual([
    expect.stringMatching(
      /^Input 'ssh-username': has no effect: nothing in the template \S+ uses the variable 'ssh_username'\. Use it there/
    )
  ])
})

it.each([
  'source "amazon-ebs" "x" {\n  ssh_username = var.ssh_username\n}',
  'source "amazon-ebs" "x" {\n  run_tags = { (var . ssh_username) = 1 }\n}',
  'build {\n  provisioner "shell" {\n    inline = ["a", "b ${upper(var.ssh_username)}"]\n  }\n}',
  'build {\n  post-processor "manifest" {\n    custom_data = { x = var.ssh_username }\n  }\n}',
  'build {\n  name = var.ssh_username\n}',
  'data "http" "x" {\n  url = "https://example.com/${var.ssh_username}"\n}',
  'locals {\n  x = var["ssh_username"]\n}',
  'local "x" {\n  expression = jsonencode(var)\n}',
  'locals {\n  x = <<-EOT\n    # ${ var.ssh_username }\n    EOT\n}',
  'locals {\n  x = "%{ if var.ssh_username == "a" }b%{ endif }"\n}',
  'locals {\n  x = [for one in [1]: upper(\n    # which?\n    var.ssh_username)...]\n}',
  'variable "other" {\n  default = var.ssh_username\n}',
  'variable "other" {\n  validation {\n    condition = var.other != var.ssh_username\n  }\n}',
  'build {\n  dynamic "provisioner" {\n    for_each = [var.ssh_username]\n    labels = ["shell"]\n    content {}\n  }\n}',
  'a_block_of_tomorrow "x" {\n  y {\n    z = ~> var.ssh_username\n  }\n}'
])('takes an input whose variable is used in HCL2: %s', (text) => {
  expect(messagesOf('own.pkr.hcl', `variable "ssh_username" {}\n${text}\n`)).toEqual([])
})

it.each<[string, unknown, boolean]>([
  ['own.pkr.json', {}, false],
  ['own.pkr.json', {locals: {x: 'var.ssh_username'}}, false],
  ['own.pkr.json', {build: {provisioner: {shell: {inline: ['a ${upper(var.ssh_username)}']}}}}, true],
  ['own.pkr.json', {build: [{'post-processor': [{manifest: {custom_data: {'${var.ssh_username}': 'x'}}}]}]}, true],
  ['own.pkr.json', {variable: {other: {default: '${var.ssh_username}'}}}, true],
  ['own.json', {}, false],
  ['own.json', {provisioners: [{type: 'shell', inline: ['user `ssh_username`', '{{user `ssh_username_of`}}']}]}, false],
  ['own.json', {provisioners: [{type: 'shell', inline: ['{{ user "ssh_username" | upper }}']}]}, true],
  ['own.json', {'post-processors': [[{type: 'manifest', '{{printf "%s" (user `ssh_username`)}}': 1}]]}, true],
  ['own.json', {variables: {ssh_username: '', other: '{{user `ssh_username`}}'}}, true],
  ['own.json', {provisioners: [{type: 'shell', inline: ['{{ user (env `NAME`) }}']}]}, true],
  ['own.json', {provisioners: [{type: 'chef-solo', config_template: 'solo.rb'}]}, true]
])('in %s with %j takes an input as used: %s', (name, parts, expected) => {
  const declared = name === 'own.json' ? {variables: {ssh_username: ''}, builders: []} : {}
  const {variable = {}, ...rest} = parts as {variable?: object}
  const own = {variable: {ssh_username: {validation: {condition: '${var.ssh_username != ""}'}}, ...variable}}
  const text = JSON.stringify({...declared, ...(name === 'own.json' ? {} : own), ...rest})
  expect(messagesOf(name, text)).toHaveLength(expected ? 0 : 1)
})

it('takes an input as used by another value in a file of legacy JSON', () => {
  const text = '{"variables": {"ssh_username": "", "x": ""}, "builders": [{"type": "a", "b": "{{user `x`}}"}]}'
  expect(messagesOf('own.json', text, '{"x": "y"}')).toHaveLength(1)
  expect(messagesOf('own.json', text, '{"x": "{{user `ssh_username`}}"}')).toEqual([])
})

it('refuses no input that the smoke test uses, too', () => {
  const names = ['instance_type', 'connect_via', 'subnet_id', 'allowed_cidrs']
  const template = opened('own.pkr.hcl', names.map((name) => `variable "${name}" {}\n`).join(''))
  const inputs = ['instance-types', 'connect-via', 'subnet-ids', 'allowed-cidrs']
  expect(unusedInputs(template, new Set(inputs))).toEqual([])
})

it('takes the repository of packages as used where a version is looked up in it and used', () => {
  const declared = 'variable "jenkins_version" {}\nvariable "jenkins_repository_url" {}\n'
  const problems = (text: string) => unusedInputs(opened('own.pkr.hcl', text), new Set(['jenkins-repository-url']))
  expect(problems(declared)).toHaveLength(1)
  expect(problems(`${declared}locals {\n  x = var.jenkins_version\n}\n`)).toEqual([])
  expect(problems('variable "jenkins_version" {}\nlocals {\n  x = var.jenkins_version\n}\n')).toEqual([])
})

it('names a value that an input replaces only where the template uses it', () => {
  const declared = 'variable "ssh_username" {\n  default = "ubuntu"\n}\n'
  const said = (text: string) => {
    const template = opened('own.pkr.hcl', text, {insisted: new Map([['ssh_username', 'ssh-username']])})
    return replacements(template, {ssh_username: 'admin'} as TemplateValues)
  }
  expect(said(declared)).toEqual([])
  expect(said(`${declared}locals {\n  x = var.ssh_username\n}\n`)).toEqual([
    expect.stringMatching(
      /^The template's variable ssh_username is "admin", from the input 'ssh-username', in place of/
    )
  ])
})
