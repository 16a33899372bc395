import {mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {expect, it} from '@jest/globals'
import {requirementsOf} from '../../../../src/packer/plugins/legacy.ts'

const names = {
  copyRegions: [],
  copiesAnywhere: false,
  profiles: [],
  roles: [],
  loginUsers: [],
  images: 1,
  components: ['amazon-ebs', 'shell']
}
const legacy = {path: '/t/own.json', legacy: true, names}

it('requires for a legacy template the plugins of its components', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'legacy-'))
  const file = await requirementsOf(legacy, {version: '1.16.0'}, folder)
  expect(readFileSync(file, 'utf8')).toBe(
    'packer {\n  required_plugins {\n    amazon = { source = "github.com/hashicorp/amazon", version = ">= 1.0.0" }\n  }\n}\n'
  )
})

it.each([
  [{...legacy, legacy: false}, '1.16.0'],
  [legacy, '1.6.6'],
  [{...legacy, names: {...names, components: ['null']}}, '1.16.0']
])('leaves it to the template %j with Packer %s', async (template, version) => {
  expect(await requirementsOf(template, {version}, '/nowhere')).toBe('/t/own.json')
})
