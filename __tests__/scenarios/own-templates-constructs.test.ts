import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {needsDerivedTemplate, type Packer} from '../../rehearsal/host/packers/packer.ts'
import {notRun} from '../../rehearsal/host/packers/scenario-packers.ts'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {play, withPacker} from './scenario.ts'

/** An own template with more in it than settings. */
function changed(change: (text: string) => string, settings: Readonly<Record<string, unknown>> = {}): string {
  const file = ownTemplate({settings})
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  return file
}

const beforeEnd = (more: string) => (text: string) => text.replace(/\}\n$/, `${more}\n}\n`)

/** What an old Packer has no word for. */
const isOld = (packer: Packer): boolean => needsDerivedTemplate(packer)

const tooOld = 'the Packer that is here is too old for it'

withPacker((packer) => {
  const onlyNew = isOld(packer) ? it.skip : it
  const named = (title: string): string => (isOld(packer) ? notRun(title, tooOld) : title)

  onlyNew(named('calls a run without an image unverified, and green, where skip_create_ami wants it so'), async () => {
    const run = await play(packer, {inputs: {template: ownTemplate({settings: {skip_create_ami: true}})}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'unverified', 'ami-id': ''}})
    expect(run.log).toContain('The template made no image: skip_create_ami in amazon-ebs.own.')
    expect(run.summary).toContain('No image made')
  })

  onlyNew(named('calls a run unverified whose post-processor throws the image away'), async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'thrown-')), 'note')
    const more = `  post-processors {
    post-processor "shell-local" {
      inline              = ["echo done"]
      keep_input_artifact = false
    }
    post-processor "artifice" {
      files               = ["${file}"]
      keep_input_artifact = false
    }
  }`
    writeFileSync(file, 'done\n')
    const run = await play(packer, {inputs: {template: changed(beforeEnd(more))}})
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'unverified'}})
    expect(run.log).toContain('The template made no image: Packer reports none')
  })

  it('names the post-processor that fails, and removes the image', async () => {
    const more = '  post-processor "shell-local" {\n    inline = ["echo publishing", "exit 3"]\n  }'
    const run = await play(packer, {inputs: {template: changed(beforeEnd(more))}})
    expect(run).toMatchObject({exitCode: 1, leftovers: []})
    expect(run.log).toMatch(/a post-processor of the template failed\. .* It was .*shell-local/)
    expect(run.log).not.toContain("What to change: Correct what Packer names below; 'packer validate'")
  })

  onlyNew.each([
    ['to the end', {}],
    ['killed while it copies', {killAt: 'packer:CopyImage#1:after'}]
  ])(named('loses and leaves no copy whose region is a sensitive value, %s'), async (_, more) => {
    const template = changed((text) =>
      `variable "copies" {\n  default   = "us-west-2"\n  sensitive = true\n}\n${text}`.replace(
        '  instance_type',
        '  ami_regions = [var.copies]\n  instance_type'
      )
    )
    const run = await play(packer, {inputs: {template}, ...more})
    expect(run.leftovers).toEqual([])
    const isWhole = Object.keys(more).length === 0
    expect(run.exitCode === 0).toBe(isWhole)
    expect(Object.keys(JSON.parse(run.outputs['amis'] || '{}') as object)).toEqual(
      isWhole ? ['us-east-1', 'us-west-2'] : []
    )
  })

  onlyNew(named('removes a rejected image that the template protects from deregistration'), async () => {
    const template = ownTemplate({settings: {deregistration_protection: {enabled: true}}})
    const run = await play(packer, {inputs: {template, 'smoke-timeout': '3s'}, jenkins: 'boot-failure'})
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'rejected', deregistered: 'true'}})
  })

  const filter = `{
    filters     = { name = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*" }
    owners      = ["099720109477"]
    most_recent = true
  }`
  const parameter = '/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id'

  onlyNew.each([
    ['a filter', `source_ami_filter ${filter}`, ''],
    [
      'a parameter behind a local',
      'source_ami = local.base',
      `locals {\n  base = data.amazon-parameterstore.base.value\n}
data "amazon-parameterstore" "base" {\n  region = "us-east-1"\n  name   = "${parameter}"\n}\n`
    ]
  ])(
    named('fills in and tests what fits the template’s own image of another kind, found by %s'),
    async (_, source, more) => {
      const template = changed(
        (text) =>
          more +
          ['instance_type', 'ssh_username', 'root_device_name'].map((name) => `variable "${name}" {}\n`).join('') +
          text
            .replace('variable "source_ami" {}\n', '')
            .replace(/ {2}source_ami .*\n/, `  ${source}\n`)
            .replace('"t3.medium"', 'var.instance_type')
            .replace('"admin"', 'var.ssh_username')
            .replace(
              '  ami_name ',
              '  launch_block_device_mappings {\n    device_name = var.root_device_name\n    volume_size = 40\n  }\n  ami_name '
            )
      )
      let types: (string | undefined)[] = []
      let sources: (string | undefined)[] = []
      let disks: unknown[] = []
      const run = await play(packer, {
        inputs: {template},
        async afterwards({cloud}, {outputs}) {
          const ec2 = new EC2({region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator})
          const {Reservations = []} = await ec2.describeInstances({})
          types = Reservations.flatMap(({Instances = []}) => Instances.map((one) => one.InstanceType))
          sources = Reservations.flatMap(({Instances = []}) => Instances.map((one) => one.ImageId))
          const {Images = []} = await ec2.describeImages({ImageIds: [outputs['ami-id'] ?? '']})
          disks = Images.flatMap(({BlockDeviceMappings = []}) =>
            BlockDeviceMappings.map(({DeviceName, Ebs}) => [DeviceName, Ebs?.VolumeSize])
          )
        }
      })
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
      expect(types).toEqual(['t4g.medium', 't4g.medium'])
      expect(disks).toEqual([['/dev/sda1', 40]])
      expect(sources).toContain(run.outputs['source-ami-id'])
      expect(run.summary).toContain('ubuntu-noble-24.04-arm64')
    }
  )
})
