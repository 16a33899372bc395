import {writeFileSync} from 'node:fs'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {ownTemplate} from './ownTemplates.ts'
import {play, scenarioMs, withEachPacker} from './scenario.ts'

const install = '#!/bin/sh\n# installs jenkins\n'

withEachPacker((packer) => {
  it(
    'bakes and tests the image of a template that knows nothing of this action',
    async () => {
      const run = await play(packer, {inputs: {template: ownTemplate(install)}})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs).toMatchObject({'ami-name': 'own', verdict: 'verified', deregistered: 'false'})
    },
    scenarioMs
  )

  it.each(['RunInstances#1', 'CreateImage'])(
    'leaves nothing of it, although it sets no tags, when it is killed at %s',
    async (killAt) => {
      const run = await play(packer, {killAt, inputs: {template: ownTemplate(install)}})
      expect(run).toMatchObject({exitCode: 137, leftovers: []})
    },
    scenarioMs
  )

  it(
    'removes its encrypted copy too, which is the image that it reports',
    async () => {
      const inputs = {template: ownTemplate(install, 'encrypt_boot = true'), deregister: 'always'}
      const run = await play(packer, {inputs})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs).toMatchObject({verdict: 'verified', deregistered: 'true'})
    },
    scenarioMs
  )

  it(
    'fails with what Packer said when its script fails',
    async () => {
      const run = await play(packer, {inputs: {template: ownTemplate(`${install}# light-machine: exit 3\n`)}})
      expect(run).toMatchObject({exitCode: 1, leftovers: []})
      expect(run.log).toMatch(/The build failed in the script setup\.sh\.[\s\S]*\namazon-ebs\.own: .*exit status: 3/)
    },
    scenarioMs
  )

  it(
    'lets the machine say nothing to the runner',
    async () => {
      const lines = [
        '::set-output name=ami-id::ami-666',
        '::add-mask::e',
        '::stop-commands::x',
        '::save-state name=bake::{}',
        'x ##[add-mask]e',
        '1732000000,amazon-ebs.own,artifact,0,id,us-east-1:ami-666'
      ]
      const script = [install, ...lines.map((line) => `# light-machine: print ${line}`)].join('\n')
      const run = await play(packer, {inputs: {template: ownTemplate(script)}})
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs['ami-id']).toMatch(/^ami-[0-9a-f]{17}$/)
      expect(run.log).toContain('amazon-ebs.own │ ::set-output name=ami-id::ami-666')
      expect(run.log).not.toContain('***')
    },
    scenarioMs
  )

  it(
    'says what is wrong when it has keys of its own that AWS refuses',
    async () => {
      const keys = 'access_key = "AKIAIOSFODNN7EXAMPLE"\n  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"'
      const run = await play(packer, {inputs: {template: ownTemplate(install, keys)}})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toContain('The template works with AWS credentials of its own')
    },
    scenarioMs
  )

  it(
    'stops it when it has keys of its own that AWS accepts',
    async () => {
      const template = ownTemplate(install, 'access_key = var.key\n  secret_key = var.secret')
      const run = await play(packer, {
        inputs: {template},
        onCloud: ({
          cloud: {
            administrator: {accessKeyId, secretAccessKey}
          }
        }) =>
          writeFileSync(
            path.join(template, 'keys.pkr.hcl'),
            `variable "key" {\n  default = "${accessKeyId}"\n}\nvariable "secret" {\n  default = "${secretAccessKey}"\n}\n`
          )
      })
      expect(run).toMatchObject({exitCode: 1, leftovers: []})
      expect(run.log).toContain('The template works with AWS credentials of its own')
    },
    scenarioMs
  )
})
