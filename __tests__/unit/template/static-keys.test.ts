import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openVariablesFile} from '../../../src/template/values.ts'
import {openTemplate, type Template} from '../../../src/template/template.ts'

const id = 'AKIAIOSFODNN7EXAMPLE'

interface Given {
  readonly name?: string
  readonly file?: Record<string, string>
  readonly vars?: Record<string, string>
  readonly env?: Record<string, string>
}

function open(text: string, {name = 'own.pkr.hcl', file, vars = {}, env = {}}: Given = {}): Template {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'))
  writeFileSync(join(folder, name), text)
  writeFileSync(join(folder, 'v.json'), JSON.stringify(file ?? {}, null, 1))
  const varFiles = [openVariablesFile(join(folder, 'v.json'), !name.includes('.pkr.'))]
  return openTemplate(join(folder, name), '', {varFiles, vars, env})
}

function problemsOf(text: string, given: Given = {}): string[] {
  return open(text, given).problems.map(({message}) => message)
}

const source = (setting: string, more = ''): string => `source "amazon-ebs" "x" {\n  ${setting}\n}\n${more}`

it.each([
  [
    source('access_key = "anything"'),
    {},
    /^Input 'template': a static AWS key: own\.pkr\.hcl line 2 is handed to access_key of amazon-ebs\./
  ],
  [
    source('secret_key = var.s', 'variable "s" { default = "x" }'),
    {},
    /line 4, the variable 's' is handed to secret_key/
  ],
  [
    source('secret_key = "${local.s}"', 'locals { s = var.t }\nvariable "t" {}'),
    {file: {t: 'x'}},
    /^Input 'var-files': .*v\.json line 2, the variable 't'/
  ],
  [source('access_key = var.k', 'variable "k" {}'), {vars: {k: 'x'}}, /^Input 'vars': .*the variable 'k' is handed/],
  [source('access_key = var.k', 'variable "k" {}'), {env: {PKR_VAR_k: 'x'}}, /PKR_VAR_k in the environment is handed/],
  [
    '{"builders": [{"type": "amazon-ebs",\n "access_key": "x"}]}',
    {name: 'own.json'},
    /own\.json line 2 is handed to access_key/
  ],
  [
    '{"variables": {"k": ""}, "builders": [{"type": "amazon-ebs", "access_key": "{{ user `k` }}"}]}',
    {name: 'own.json', file: {k: 'x'}},
    /v\.json line 2, the variable 'k' is handed to access_key/
  ],
  [
    '{"variables": {"k": ""}, "builders": [{"type": "amazon-ebs", "access_key": "{{ user `k` }}"}]}',
    {name: 'own.json', file: {k: '{{ user `own` }}', own: 'x'}},
    /v\.json line 3, the variable 'own' is handed to access_key/
  ]
] satisfies [string, Given, RegExp][])('refuses %j with %j and shows no key', (text, given, message) => {
  const problems = problemsOf(text, given)
  expect(problems).toEqual([expect.stringMatching(message)])
  expect(problems.join()).not.toContain(id)
})

it.each([
  [source('access_key = ""'), {}],
  [source('access_key = env("AWS_ACCESS_KEY_ID")'), {}],
  [source('access_key = var.k', 'variable "k" { default = env("AWS_ACCESS_KEY_ID") }'), {}],
  [source('access_key = var.k', 'variable "k" { default = "x" }'), {vars: {k: ''}}],
  [source('access_key = var.k', 'variable "k" {}'), {file: {k: id}, vars: {k: ''}}],
  [source('# access_key = "x"'), {}],
  [source('access_key = lookup(var.a, "access_key", "")', 'variable "a" { default = { access_key = "" } }'), {}],
  [source('access_key = var.a["access_key"]', 'variable "a" { default = { access_key = "" } }'), {}],
  [source('access_key = var.ci ? "" : "x"', 'variable "ci" { default = true }'), {}],
  [source('access_key = coalesce(var.k, "")', 'variable "k" { default = null }'), {}],
  [source('access_key = data.vault.k.value'), {}],
  ['source "scaleway" "x" {\n  access_key = "x"\n}', {}],
  ['{"builders": [{"type": "amazon-ebs", "run_tags": {"secret_key": "yes", "access_key": "no"}}]}', {name: 'own.json'}],
  ['{"source": {"amazon-ebs": {"x": {"tags": {"access_key": "yes"}}}}}', {name: 'own.pkr.json'}],
  [source('tags = { secret_key = "yes" }'), {}],
  [source('launch_block_device_mappings {\n secret_key = "yes"\n}'), {}],
  [
    '{"variables": {"k": "{{env `AWS_ACCESS_KEY_ID`}}"}, "builders": [{"type": "amazon-ebs", "access_key": "{{user `k`}}"}]}',
    {name: 'own.json'}
  ],
  [
    '{"variables": {"k": ""}, "builders": [{"type": "amazon-ebs", "access_key": "{{user `k`}}"}]}',
    {name: 'own.json', file: {k: '{{env `AWS_ACCESS_KEY_ID`}}'}}
  ]
] satisfies [string, Given][])('accepts %j with %j', (text, given) => {
  expect(problemsOf(text, given)).toEqual([])
})

it.each([
  [
    source('', `build {\n provisioner "shell" {\n environment_vars = ["AWS_ACCESS_KEY_ID=${id}"]\n}\n}`),
    {},
    /^own\.pkr\.hcl line 6 looks like an AWS access key/
  ],
  [source('', 'variable "k" {}'), {file: {k: id}}, /v\.json line 2, the variable 'k' looks like/],
  [source(`user_data = "KEY=${id}"`), {}, /line 2 looks like/]
] satisfies [string, Given, RegExp][])('warns of a key for somebody else in %j with %j', (text, given, message) => {
  const {problems, warnings} = open(text, given)
  expect(problems).toEqual([])
  expect(warnings).toContainEqual(expect.stringMatching(message))
  expect(warnings.join()).not.toContain(id)
})

it.each([
  [
    source('access_key = lookup(var.a, "access_key", "")', 'variable "a" { default = { access_key = "x" } }'),
    /the variable 'a' is handed/
  ],
  [source('secret_key = var.ci ? "" : "x"', 'variable "ci" { default = false }'), /line 2 is handed/],
  [source('secret_key = upper(local.k)', 'locals { k = "x" }'), /is handed to secret_key/],
  [
    source('', 'build {\n post-processor "amazon-import" {\n  access_key = "x"\n }\n}'),
    /handed to access_key of amazon-import/
  ],
  [
    '{"builders": [{"type": "null"}], "post-processors": [[{"type": "amazon-import", "tags": {"type": "x"}, "access_key": "x"}]]}',
    /handed to access_key of amazon-import/,
    'own.json'
  ]
] satisfies [string, RegExp, string?][])('finds the key in %j', (text, message, name = 'own.pkr.hcl') => {
  expect(problemsOf(text, {name})).toEqual([expect.stringMatching(message)])
})
