import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {checkSharedImage} from '../../../src/plan/shared-image.ts'
import {openTemplate} from '../../../src/template/template.ts'

const type = (...architectures: string[]) => ({architectures, memoryMiB: 8_192, nitro: true})
const facts = new Map([
  ['t4g.medium', type('arm64')],
  ['t3.medium', type('x86_64')],
  ['t2.medium', type('i386', 'x86_64')],
  ['mac2.metal', type('arm64_mac')]
])

/** @returns the message of the refusal; undefined if there is none */
function refusal(
  one: string,
  two: string,
  inputs: {given?: string[]; args?: string[]; image?: boolean} = {}
): string | undefined {
  const builder = (name: string, settings: string) =>
    `source "amazon-ebs" "${name}" {\n  ami_name = "${name}"\n  ${settings.replaceAll('; ', '\n  ')}\n}\n`
  const variables = ['variable "source_ami" {\n  default = ""\n}', 'variable "instance_type" {}']
  const build = 'build {\n  sources = ["amazon-ebs.one", "amazon-ebs.two"]\n}\n'
  const hcl = `${variables.join('\n')}\nlocals {\n  base = var.source_ami\n}\n${builder('one', one)}${builder('two', two)}${build}`
  const file = join(mkdtempSync(join(tmpdir(), 'shared-image-')), 'own.pkr.hcl')
  writeFileSync(file, hcl)
  const insisted = new Map(inputs.image ? [['source_ami', 'source-ami']] : [])
  const {sources} = openTemplate(file, '/shipped', {arguments: inputs.args ?? [], insisted})
  try {
    checkSharedImage({given: inputs.given ?? [], ofSources: new Map(), facts}, sources)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

const arm = 'source_ami = var.source_ami; instance_type = "t4g.medium"'
const intel = 'source_ami = var.source_ami; instance_type = "t3.medium"'

it('refuses one image for builders of two architectures, and names them and the ways out', () => {
  expect(refusal(intel, arm)).toBe(
    "Input 'template': has builders of different architectures on one image, the variable source_ami: " +
      'amazon-ebs.one (t3.medium, x86_64), amazon-ebs.two (t4g.medium, arm64). Give each of them a source_ami_filter of its own ' +
      "with an 'architecture', or choose those of one architecture with -only= in 'packer-args'"
  )
})

it.each([
  [arm, intel.replace('var.source_ami', 'local.base')],
  [arm, 'source_ami = var.source_ami; spot_instance_types = ["t3.medium", "t2.medium"]'],
  [arm, 'source_ami = var.source_ami; spot_price = "auto"; instance_type = "t2.medium"']
])('refuses %j beside %j', (one, two) => {
  expect(refusal(one, two)).toMatch(/amazon-ebs\.one \(t4g\.medium, arm64\), amazon-ebs\.two \(t[23].*, x86_64\)/)
})

it('refuses a builder of another architecture than the given types, which another builder takes', () => {
  const open = 'source_ami = var.source_ami; instance_type = var.instance_type'
  expect(refusal(arm, open, {given: ['t3.medium', 't2.medium']})).toContain(
    "amazon-ebs.two (t3.medium t2.medium of 'instance-types', x86_64)"
  )
  expect(refusal(arm, open, {given: ['t4g.medium']})).toBeUndefined()
  expect(refusal(arm, open)).toBeUndefined()
})

it.each([
  [arm, arm],
  [intel, intel.replace('t3', 't2')],
  [intel, arm.replace('var.source_ami', '"ami-0aaaaaaaaaaaaaaaa"')],
  [intel, `${arm.replace('source_ami = var.source_ami; ', '')}; source_ami_filter {; filters = {}; }`],
  [intel, arm.replace('t4g.medium', 'x9.medium')],
  [intel, arm.replace('t4g.medium', 'mac2.metal')],
  [arm, 'source_ami = var.source_ami; spot_instance_types = ["t3.medium", "t4g.medium"]'],
  [arm, 'source_ami = var.source_ami; spot_instance_types = ["t3.medium", uuidv4()]']
])('takes %j beside %j', (one, two) => {
  expect(refusal(one, two)).toBeUndefined()
})

it('leaves out builders that do not run, and those whose empty variable leaves the choice to a filter', () => {
  expect(refusal(intel, arm, {args: ['-only=amazon-ebs.two']})).toBeUndefined()
  const filtered = (settings: string) => `${settings}; source_ami_filter {; filters = {}; }`
  expect(refusal(filtered(intel), filtered(arm))).toBeUndefined()
  expect(refusal(filtered(intel), filtered(arm), {image: true})).toBeDefined()
})
