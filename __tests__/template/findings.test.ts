import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {openTemplate} from '../../src/template/template.ts'

it('gives a template of legacy JSON advice in legacy JSON', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'findings-')), 'own.json')
  const builder = {type: 'amazon-ebs', region: 'eu-west-1', ami_name: 'x', ssh_username: 'ubuntu'}
  writeFileSync(file, JSON.stringify({builders: [builder]}))
  const {problems, warnings} = openTemplate(file, '/shipped', {region: 'us-east-1'})
  expect(problems.map(({message}) => message)).toEqual([
    expect.stringContaining('say "region": "{{user `region`}}" there and declare "region": "" among the variables')
  ])
  expect(warnings).toEqual([
    expect.stringContaining(
      'Add "temporary_security_group_source_cidrs": "{{user `allowed_cidrs`}}" and declare "allowed_cidrs": ""'
    )
  ])
})
