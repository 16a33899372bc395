import {readlink, realpath} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {settingsFor} from '../../../../rehearsal/host/packers/for-action.ts'
import {scratchFolder} from '../../runner/throw-away-action.ts'
import {writePacker} from './fake-programs.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
beforeAll(async () => {
  scratch = await scratchFolder()
})
afterAll(() => scratch.remove())

const shippedTemplate = join(import.meta.dirname, '../../../../templates/jenkins')
const given = () => ({scratch: scratch.folder, shippedTemplate, endpoint: 'http://127.0.0.1:1'})

it('asks the action for a version that it is to install', async () => {
  expect(await settingsFor({version: '1.16.0', source: ''}, given())).toEqual({
    inputs: {'packer-version': '1.16.0'},
    env: {},
    path: []
  })
})

it('puts a Packer first on PATH, under the name packer, with its plugins', async () => {
  const executable = await writePacker(join(scratch.folder, 'packer_1.16.0'), '1.16.0')
  const packer = {version: '1.16.0', source: '', executable, plugins: '/plugins'}
  const {inputs, env, path} = await settingsFor(packer, {...given(), sshPort: 2222})
  expect(inputs).toEqual({'packer-version': 'system'})
  expect(env).toEqual({PACKER_PLUGIN_PATH: '/plugins', PKR_VAR_ssh_port: '2222'})
  expect(await readlink(join(path[0] ?? '', 'packer'))).toBe(executable)
})

it('gives an old Packer a derived template and the endpoint', async () => {
  const executable = await writePacker(join(scratch.folder, 'old/packer'), '1.6.6')
  const settings = await settingsFor({version: '1.6.6', source: '', executable}, given())
  expect(settings.env).toEqual({PKR_VAR_custom_endpoint_ec2: 'http://127.0.0.1:1'})
  expect(settings.path).toEqual([join(scratch.folder, 'old')])
  expect(await realpath(settings.inputs['template'] ?? '')).not.toBe(shippedTemplate)
})
