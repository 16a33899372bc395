import {cpSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {describe, expect, it} from '@jest/globals'
import {needsDerivedTemplate, type Packer} from '../../rehearsal/host/packers/packer.ts'
import {ownTemplate, use, type Kind} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withPacker} from './scenario.ts'

/** The files of a walk-through of 2022, as they are; an old Packer needs a line to be sent to the local cloud. */
function article(packer: Packer): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'article-'))
  cpSync(path.join(import.meta.dirname, 'article'), folder, {recursive: true})
  const template = path.join(folder, 'packer.json')
  if (needsDerivedTemplate(packer)) {
    const json = JSON.parse(readFileSync(template, 'utf8'))
    json.variables.custom_endpoint_ec2 = '{{env `PKR_VAR_custom_endpoint_ec2`}}'
    json.builders[0].custom_endpoint_ec2 = '{{user `custom_endpoint_ec2`}}'
    writeFileSync(template, JSON.stringify(json))
  }
  return folder
}

withPacker((packer) => {
  describe('the three files of an article', () => {
    it('are refused with their keys, by file and variable, before AWS is called', async () => {
      const folder = article(packer)
      const inputs = {template: path.join(folder, 'packer.json'), 'var-files': path.join(folder, 'variable.json')}
      const run = await play(packer, {inputs})
      expect(run).toMatchObject({exitCode: 1, calls: [], leftovers: []})
      expect(run.log).toContain("variable.json line 3, the variable 'access_key' is handed to access_key of amazon-ebs")
      expect(run.log).toContain("variable.json line 4, the variable 'secret_key' is handed to secret_key of amazon-ebs")
      expect(run.log).not.toContain('enter-aws-your')
    })

    it('are baked with the key variables emptied', async () => {
      const folder = article(packer)
      const run = await play(packer, {
        inputs: {
          template: path.join(folder, 'packer.json'),
          'var-files': path.join(folder, 'variable.json'),
          vars: 'access_key=\nsecret_key='
        }
      })
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(run.outputs).toMatchObject({'ami-name': 'myfirstami', verdict: 'verified'})
      const manifest = JSON.parse(readFileSync(path.join(folder, 'out.json'), 'utf8'))
      expect(manifest.builds[0].artifact_id).toBe(`us-east-1:${run.outputs['ami-id']}`)
    })
  })

  it.each<Kind>(['HCL2', 'JSON'])('hands a value on as it is, whatever stands in it (%s)', async (kind) => {
    const value = String.raw`a "b" 'c' \n $HOME ${'$'}{path.root} %{if true} $(id) é–✓ a,b=c`
    const template = ownTemplate({
      kind,
      variables: {text: 'default', other: 'default'},
      settings: {ami_description: `${use(kind, 'other')}: ${use(kind, 'text')}`}
    })
    const files = mkdtempSync(path.join(tmpdir(), 'var-files-'))
    const file = path.join(files, 'values of mine.json')
    writeFileSync(file, JSON.stringify({text: 'from the file', other: 'from the file'}))
    let image: unknown
    const run = await play(packer, {
      inputs: {template, 'var-files': file, vars: `text=${value}`},
      async afterwards({cloud}, {outputs}) {
        const ec2 = new EC2({region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator})
        image = (await ec2.describeImages({ImageIds: [outputs['ami-id'] ?? '']})).Images?.[0]
      }
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: []})
    expect(image).toMatchObject({Description: `from the file: ${value}`})
  })

  it.each<Kind>(['HCL2', 'JSON'])(
    'lets Packer check the template, says at which line it is wrong, and makes nothing (%s)',
    async (kind) => {
      const run = await play(packer, {inputs: {template: ownTemplate({kind, settings: {ssh_timeout: 'soon'}})}})
      expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
      expect(run.log).toContain('The template cannot be built, and nothing was made.')
    }
  )

  it('runs Packer in the folder that was given, and builds only what was asked for', async () => {
    const template = ownTemplate({sources: ['one', 'two']})
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'elsewhere-'))
    cpSync(path.join(path.dirname(template), 'setup.sh'), path.join(elsewhere, 'setup.sh'))
    writeFileSync(path.join(path.dirname(template), 'setup.sh'), '# light-machine: exit 3\n')
    const inputs = {template, 'working-directory': elsewhere, 'packer-args': '-only=amazon-ebs.two'}
    const run = await play(packer, {inputs})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {'ami-name': 'two', verdict: 'verified'}})
  })
})
