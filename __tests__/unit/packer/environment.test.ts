import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {packerEnvironment, writeAwsConfig} from '../../../src/packer/environment.ts'
import {allowedEnvironment} from '../../../src/template/allowed-environment.ts'

const options = {
  folder: '/bake',
  temporaryFolder: '/bake/tmp',
  region: 'eu-west-1',
  endpoint: {url: 'http://127.0.0.1:4000/path', token: 'endpoint-token'}
}
const ours = {
  CHECKPOINT_DISABLE: '1',
  PACKER_NO_COLOR: '1',
  TMPDIR: '/bake/tmp',
  NO_PROXY: '127.0.0.1',
  no_proxy: '127.0.0.1',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:4000/path',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'endpoint-token',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/bake/aws-config',
  AWS_SHARED_CREDENTIALS_FILE: '/bake/aws-credentials'
}

it('sets the endpoint as the only source of keys', () => {
  expect(packerEnvironment({}, options)).toEqual(ours)
})

it('passes on what Packer needs', () => {
  const needed = {
    PATH: '/bin',
    HOME: '/root',
    USER: 'runner',
    LANG: 'C.UTF-8',
    LC_ALL: 'C',
    TZ: 'UTC',
    https_proxy: 'http://proxy:3128',
    HTTPS_PROXY: 'http://proxy:3128',
    SSL_CERT_FILE: '/ca.pem',
    AWS_CA_BUNDLE: '/ca.pem',
    PKR_VAR_name: 'value',
    PACKER_LOG_PATH: '/log',
    PACKER_PLUGIN_PATH: '/plugins',
    RUNNER_TRACKING_ID: 'github_1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:1',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_MAX_ATTEMPTS: '90'
  }
  expect(packerEnvironment(needed, options)).toEqual({...ours, ...needed})
})

it('gives Packer a folder for its temporary files that the bake removes, also if the template names TMPDIR', () => {
  expect(packerEnvironment({TMPDIR: '/tmp'}, {...options, more: ['TMPDIR']})).toEqual(ours)
})

it.each([
  'GITHUB_TOKEN',
  'GITHUB_OUTPUT',
  'GITHUB_ENV',
  'INPUT_AWS-REGION',
  'STATE_bake',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_RUNTIME_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'NODE_OPTIONS',
  'NPM_TOKEN',
  'LD_PRELOAD',
  'PACKER_GITHUB_API_TOKEN'
])('keeps %s to itself', (name) => {
  expect(packerEnvironment({[name]: 'x'}, options)).toEqual(ours)
})

it.each(Object.keys(ours).filter((name) => name.toUpperCase() !== 'NO_PROXY'))('lets nobody else set %s', (name) => {
  expect(packerEnvironment({[name]: 'theirs'}, options)).toEqual(ours)
})

it.each([
  [{NO_PROXY: 'a.example'}, 'a.example,127.0.0.1'],
  [{no_proxy: 'b.example'}, 'b.example,127.0.0.1'],
  [{NO_PROXY: 'a.example', no_proxy: 'b.example'}, 'a.example,127.0.0.1']
])('never sends requests to the endpoint through a proxy: %j', (env, expected) => {
  expect(packerEnvironment(env, options)).toMatchObject({NO_PROXY: expected, no_proxy: expected})
})

it("has neither keys, nor region, nor GitHub's token when Packer needs no AWS", () => {
  const env = {PATH: '/bin', PACKER_GITHUB_API_TOKEN: 't', AWS_ACCESS_KEY_ID: 'x', CHECKPOINT_DISABLE: ''}
  expect(allowedEnvironment(env)).toEqual({
    PATH: '/bin',
    CHECKPOINT_DISABLE: '1',
    PACKER_NO_COLOR: '1'
  })
})

it.each([
  [{NODE_EXTRA_CA_CERTS: '/node.pem'}, '/node.pem'],
  [{NODE_EXTRA_CA_CERTS: '/node.pem', SSL_CERT_FILE: '/go.pem'}, '/go.pem']
])('lets Packer trust the authority that Node was told to trust: %j', (env, expected) => {
  expect(allowedEnvironment(env)['SSL_CERT_FILE']).toBe(expected)
})

it('makes the files that it names: no keys, and the profiles of the template without any', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'environment-'))
  await writeAwsConfig(folder, ['default', 'builds'])
  const {AWS_CONFIG_FILE: config = '', AWS_SHARED_CREDENTIALS_FILE: credentials = ''} = packerEnvironment(
    {},
    {...options, folder}
  )
  expect(await readFile(config, 'utf8')).toBe('[default]\n[profile builds]\n')
  expect(await readFile(credentials, 'utf8')).toBe('')
  await rm(folder, {recursive: true})
})

it.each([
  [79, false],
  [80, true]
])('gives Packer a short TMPDIR for its sockets where it has %i bytes: %s', (length, isReplaced) => {
  const TMPDIR = `/${'ä'.repeat(30)}${'a'.repeat(length - 61)}`
  expect(allowedEnvironment({TMPDIR})['TMPDIR']).toBe(isReplaced ? '/tmp' : TMPDIR)
})
