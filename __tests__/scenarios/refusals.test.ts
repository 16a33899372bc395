import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {play, scenarioMs, withAnyPacker} from './scenario.ts'

withAnyPacker((packer) => {
  it(
    'reports all bad inputs at once, before it calls anybody',
    async () => {
      const run = await play(packer, {inputs: {'aws-region': 'mars', deregister: 'sometimes', 'bake-timeout': 'soon'}})
      expect(run).toMatchObject({exitCode: 1, calls: [], leftovers: [], outputs: {}})
      expect(run.log).toMatch(/Input 'aws-region': "mars" is not allowed/)
      expect(run.log).toMatch(
        /Input 'deregister': "sometimes" is not allowed; expected one of on-failure, always, never/
      )
      expect(run.log).toMatch(/Input 'bake-timeout': "soon" is not allowed/)
    },
    scenarioMs
  )

  it(
    'shows the claims and a fitting trust policy when the role refuses the job',
    async () => {
      const run = await play(packer, {inputs: {'role-to-assume': 'arn:aws:iam::123456789012:role/another'}})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toContain('repo:example-org/jenkins-images:ref:refs/heads/main')
      expect(run.log).toContain('"sts:AssumeRoleWithWebIdentity"')
    },
    scenarioMs
  )

  it(
    'stops in an account that is not allowed, before it makes anything',
    async () => {
      const run = await play(packer, {inputs: {'allowed-account-ids': '999999999999'}})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toContain('999999999999')
    },
    scenarioMs
  )

  it(
    'says which image is missing',
    async () => {
      const run = await play(packer, {inputs: {'source-ami': 'ami-0123456789abcdef0'}})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toContain("Input 'source-ami': no image 'ami-0123456789abcdef0' can be seen in")
    },
    scenarioMs
  )

  it(
    'stops a template that works with keys of its own',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'template-'))
      writeFileSync(
        path.join(folder, 'own.pkr.hcl'),
        `variable "source_ami" {}
source "amazon-ebs" "own" {
  access_key    = "AKIAIOSFODNN7EXAMPLE"
  secret_key    = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
  region        = "us-east-1"
  ami_name      = "own"
  source_ami    = var.source_ami
  instance_type = "t3.medium"
  ssh_username  = "admin"
}
build {
  sources = ["source.amazon-ebs.own"]
}
`
      )
      const run = await play(packer, {inputs: {template: folder}})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toContain('AuthFailure')
    },
    scenarioMs
  )
})
