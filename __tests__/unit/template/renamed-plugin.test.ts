import {expect, it} from '@jest/globals'
import {readHclFiles} from '../../../src/template/reading.ts'
import {renamedPlugins} from '../../../src/template/renamed-plugin.ts'

const problems = (plugins: string, name = 'own.pkr.hcl') =>
  renamedPlugins(readHclFiles(new Map([[name, plugins]]))).map(({message}) => message)

const hcl = (line: string) => `packer {\n  required_plugins {\n    ${line}\n  }\n}\n`

it.each([
  hcl('aws = { source = "github.com/hashicorp/amazon", version = ">= 1.8.1" }'),
  hcl('aws = {\n      version = ">= 1.8.1"\n      source = "hashicorp/amazon"\n    }')
])('refuses another name for the Amazon plugin: %j', (text) => {
  expect(problems(text)).toEqual([
    expect.stringMatching(/own\.pkr\.hcl line 3 calls the plugin hashicorp\/amazon 'aws'/)
  ])
})

it('refuses it in JSON', () => {
  const aws = {source: 'github.com/hashicorp/amazon', version: '>= 1'}
  const text = JSON.stringify({packer: {required_plugins: {aws}}})
  expect(problems(text, 'own.pkr.json')).toHaveLength(1)
})

it.each([
  hcl('amazon = { source = "github.com/hashicorp/amazon", version = ">= 1.8.1" }'),
  hcl('ansible = { source = "github.com/hashicorp/ansible", version = ">= 1" }'),
  'source "amazon-ebs" "own" {\n  ami_description = "github.com/hashicorp/amazon"\n}\n'
])('takes %j', (text) => {
  expect(problems(text)).toEqual([])
})
