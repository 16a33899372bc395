import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate, type Additions} from '../../../src/template/template.ts'

const usual = {
  type: 'amazon-ebs',
  ami_name: 'x-{{timestamp}}',
  region: '{{user `region`}}',
  temporary_security_group_source_cidrs: ['192.0.2.1/32']
}

function opened(template: object, additions: Additions = {}, name = 'own.json') {
  const file = join(mkdtempSync(join(tmpdir(), 'json-body-')), name)
  writeFileSync(file, JSON.stringify(template, null, 1))
  const found = openTemplate(file, '/shipped', {region: 'us-east-1', ...additions})
  return {...found, messages: found.problems.map(({message}) => message)}
}

// As Packer 1.16 reads them.
it.each<[string, object, RegExp]>([
  ['a setting', {Force_Deregister: true}, /own\.json line 10: amazon-ebs says force_deregister/],
  ['a letter of which only the fold is the same', {'force_deregi\u017Fter': true}, /says force_deregister/],
  ['another such letter', {'s\u212Aip_save_build_region': true, ami_regions: ['us-west-2']}, /skip_save_build_region/],
  ['a region', {region: undefined, Region: 'us-west-2'}, /builds in us-west-2/],
  ['a static key', {Access_Key: 'x'}, /is handed to access_key of amazon-ebs/],
  ['a block', {Deregistration_Protection: {With_Cooldown: true}}, /deregistration_protection with_cooldown/],
  ['a block’s list', {Assume_Role: {}, DEREGISTRATION_PROTECTION: [{WITH_COOLDOWN: true}]}, /with_cooldown/]
])('reads %s of legacy JSON in any case', (_, builder, expected) => {
  expect(opened({builders: [{...usual, ...builder}]}).messages).toEqual([expect.stringMatching(expected)])
})

it('names the line of the spelling that is meant', () => {
  const builder = {...usual, region: undefined, Region: 'us-west-2'}
  expect(opened({variables: {region: ''}, builders: [builder]}).messages).toEqual([
    expect.stringContaining('own.json line 12: amazon-ebs builds in us-west-2')
  ])
})

it('reads the sections of legacy JSON in any case', () => {
  const {sources, messages, variables, throwsAway} = opened({
    Builders: [{...usual, force_deregister: true}],
    VARIABLES: {region: ''},
    'Post-Processors': [{type: 'compress', Keep_Input_Artifact: false}]
  })
  expect(sources.map(({name, line}) => [name, line])).toEqual([['amazon-ebs', 2]])
  expect(messages).toEqual([expect.stringContaining('says force_deregister')])
  expect([...variables]).toEqual(['region'])
  expect(throwsAway).toBe(true)
})

it('keeps the case of what has names of the user’s own', () => {
  const variables = {Region: 'eu-west-1', region: ''}
  const {sources, declared} = opened({
    variables,
    builders: [{...usual, Run_Tags: {Owner: 'me'}, Source_AMI_Filter: {Filters: {Name: 'x'}, Owners: ['self']}}]
  })
  expect([...declared.keys()]).toEqual(['Region', 'region'])
  expect(sources.map((source) => [source.text('region'), source.value('run_tags'), source.imageQuery()])).toEqual([
    ['us-east-1', {Owner: 'me'}, {owners: ['self'], filters: [['Name', ['x']]]}]
  ])
})

it('keeps the case of names in HCL2’s JSON, which Packer does not know in another', () => {
  const base = {...usual, type: undefined, region: 'us-east-1', Force_Deregister: true}
  const template = {source: {'amazon-ebs': {base}}, build: {sources: ['amazon-ebs.base']}}
  expect(opened(template, {}, 'own.pkr.json').messages).toEqual([])
})
