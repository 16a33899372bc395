import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../src/template/template.ts'
import {variablesFile} from '../../src/template/variables.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'template-'))
writeFileSync(
  path.join(folder, 'a.pkr.hcl'),
  'variable "region" {\n  type = string\n}\n  variable "tags" {}\npaths = [".../*"]\n// variable "too" {}\n'
)
writeFileSync(path.join(folder, 'b.pkr.hcl'), 'variable source_ami {}\nlocals { variable = "x" }\n')
writeFileSync(path.join(folder, 'notes.txt'), 'variable "no" {}')

const values = {
  region: 'eu-west-1',
  ami_name: 'jenkins-1',
  source_ami: 'ami-1',
  root_device_name: '/dev/xvda',
  ssh_username: 'admin',
  instance_type: 't3.medium',
  allowed_cidrs: ['203.0.113.7/32'],
  jenkins_version: '2.568.2',
  jenkins_repository_url: 'https://pkg.jenkins.io/debian-stable',
  java_version: '21',
  deadline_minutes: 90,
  tags: {'bake-jenkins-ami:bake': 'x'}
}

it('knows the variables that the files of a folder declare', () => {
  const template = openTemplate(folder, '/shipped')
  expect([...template.variables].toSorted()).toEqual(['region', 'source_ami', 'tags'])
  expect(template).toMatchObject({shipped: false, directory: folder})
})

it('runs a single file in its folder', () => {
  expect(openTemplate(path.join(folder, 'b.pkr.hcl'), '/shipped').directory).toBe(folder)
})

it('passes only what the template declares', () => {
  const json = variablesFile(openTemplate(folder, '/shipped'), values)
  expect(JSON.parse(json)).toEqual({region: 'eu-west-1', source_ami: 'ami-1', tags: {'bake-jenkins-ami:bake': 'x'}})
})

it('passes nothing that Packer would evaluate', () => {
  expect(() => variablesFile(openTemplate(folder, '/shipped'), {...values, source_ami: '{{env `HOME`}}'})).toThrow(
    /\{\{/
  )
})
