import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {DescribeInstanceTypesCommand, EC2Client} from '@aws-sdk/client-ec2'
import {architectureOf, machineTypes, ofBuild, smokeTypesFor} from '../../../src/plan/machine-types.ts'
import {openTemplate} from '../../../src/template/template.ts'

const builder = (name: string) => `source "amazon-ebs" "${name}" {\n  source_ami = var.source_ami\n}\n`
const file = join(mkdtempSync(join(tmpdir(), 'machine-types-')), 'own.pkr.hcl')
writeFileSync(file, builder('one') + builder('two'))
const {sources} = openTemplate(file, '/shipped')

const type = (...architectures: string[]) => ({architectures, memoryMiB: 8_192, nitro: true})
const facts = new Map([
  ['t4g.large', type('arm64')],
  ['t4g.small', {...type('arm64'), memoryMiB: 2_048}],
  ['m5.large', type('x86_64')],
  ['t2.micro', type('i386', 'x86_64')]
])

it.each([
  [['t4g.large'], ['t4g.large'], 'arm64'],
  [['m5.large'], ['t2.micro'], 'x86_64'],
  [['m5.large'], ['t4g.large'], undefined],
  [['t4g.large'], ['x9.large'], undefined],
  [['x9.large'], ['x9.large'], undefined],
  [['t4g.large', 't4g.small'], ['t4g.large'], 'arm64'],
  [['t4g.large', 'm5.large'], ['t4g.large'], undefined],
  [['t4g.large', 'x9.large'], ['t4g.large'], undefined]
])('takes %s and %s for %s', (one, two, expected) => {
  const ofSources = new Map([
    ['amazon-ebs.one', one],
    ['amazon-ebs.two', two]
  ])
  expect(architectureOf({given: [], ofSources, facts}, sources)).toBe(expected)
  expect(architectureOf({given: [], ofSources, facts}, [])).toBeUndefined()
})

it.each([
  ['t4g.large', ['t4g.large']],
  ['t4g.small, x9.large, t4g.large', ['t4g.large']],
  ['t4g.small', ['t4g.medium']],
  ['m5.large', ['t4g.medium']]
])('tests an image of a builder with %s on %s', (own, expected) => {
  const ofSources = new Map([['amazon-ebs.one', own.split(', ')]])
  const request = {source: 'amazon-ebs.one', architecture: 'arm64' as const}
  expect(smokeTypesFor({given: [], ofSources, facts}, request, true)).toEqual(expected)
  expect(smokeTypesFor({given: ['t4g.nano'], ofSources, facts}, request, true)).toEqual(['t4g.nano'])
})

it.each([
  ['instance_type = "t4g.large"', ['t4g.large']],
  ['spot_instance_types = ["t4g.large", "{{ .x }}", "t4g.small"]', ['t4g.large', 't4g.small']],
  ['instance_type = ""\n  spot_instance_types = ["t4g.large"]', ['t4g.large']],
  ['instance_type = var.open', undefined],
  ['spot_instance_types = var.open', undefined],
  ['', undefined]
])('asks for the types in %j: %s', async (settings, expected) => {
  const hcl = join(mkdtempSync(join(tmpdir(), 'machine-types-')), 'own.pkr.hcl')
  writeFileSync(hcl, `variable "open" {}\nsource "amazon-ebs" "one" {\n  ${settings}\n}\n`)
  const ec2 = new EC2Client({region: 'eu-west-1'})
  const aws = mockClient(ec2)
  aws.on(DescribeInstanceTypesCommand).resolves({InstanceTypes: []})
  const {ofSources} = await machineTypes(
    ec2,
    {given: [], sources: openTemplate(hcl, '/shipped').sources},
    new AbortController().signal
  )
  expect(ofSources.get('amazon-ebs.one')).toEqual(expected)
  const asked = aws.commandCalls(DescribeInstanceTypesCommand).map(({args}) => args[0].input.Filters?.[0]?.Values)
  expect(asked).toEqual([expected].filter((one) => one !== undefined))
})

it('knows a build by its name, and by a part of it only where that is of one alone', () => {
  const named = new Map([
    ['arm.amazon-ebs.own', 'arm'],
    ['amazon-ebs.own', 'plain']
  ])
  expect(ofBuild(named, 'amazon-ebs.own')).toBe('plain')
  expect(ofBuild(named, 'arm.amazon-ebs.own')).toBe('arm')
  expect(ofBuild(named, 'x86.amazon-ebs.own')).toBe('plain')
  expect(ofBuild(named, 'own')).toBeUndefined()
  expect(ofBuild(new Map([['amazon-ebs.own', 'plain']]), 'own')).toBe('plain')
})
