import {chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {initPlugins, type InitRequest} from '../../../src/packer/init.ts'
import {UserError} from '../../../src/lib/errors.ts'
import {recordingLog} from '../credentials/stand-ins.ts'

let folder: string
let log: ReturnType<typeof recordingLog>
let pauses: number[]
let env: NodeJS.ProcessEnv
const signal = new AbortController().signal

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'init-'))
  await Promise.all([mkdir(path.join(folder, 'temp')), mkdir(path.join(folder, 'cache'))])
  env = {
    PATH: process.env['PATH'],
    RUNNER_TEMP: path.join(folder, 'temp'),
    RUNNER_TOOL_CACHE: path.join(folder, 'cache'),
    AWS_SESSION_TOKEN: 'secret'
  }
  log = recordingLog()
  pauses = []
})
afterEach(async () => {
  await rm(folder, {recursive: true})
})

interface StandIn {
  /** Lines of `plugins required`; `{}` becomes the path of a plugin where PACKER_PLUGIN_PATH has one. */
  readonly required?: string
  /** What `plugins installed` prints. */
  readonly installed?: string
  /** A script for `init`. */
  readonly init?: string
  readonly version?: string
}

const amazon = 'amazon github.com/hashicorp/amazon ">= 1.8.1"'
const git = 'git github.com/someone/git "~> 0.6"'
/** As Packer does: a file below the plugin folder. */
const puts = 'touch "$PACKER_PLUGIN_PATH/plugin"; echo Installed plugin amazon'

/** A program in Packer's place that notes the arguments and the environment of `init`. */
async function standIn({required = amazon, installed = '', init = puts, version = '1.16.0'}: StandIn = {}) {
  const file = path.join(folder, 'packer')
  const script = `#!/bin/sh
case "$*" in
  "plugins required "*) if [ -e "$PACKER_PLUGIN_PATH/plugin" ]; then echo '${required}' /a/path; else echo '${required}'; fi ;;
  "plugins installed") echo '${installed}' ;;
  *) echo "$@" >> ${folder}/arguments; env >> ${folder}/environment; ${init} ;;
esac
`
  await writeFile(file, script)
  await chmod(file, 0o755)
  return {path: file, version}
}

const noted = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => 'nothing')
const pause = async (ms: number) => void pauses.push(ms)

async function plugins(stand: StandIn = {}, request: Partial<InitRequest> = {}, limit = signal) {
  const packer = await standIn(stand)
  return initPlugins({packer, template: '/templates/t.pkr.hcl', ...request}, {env, log, pause}, limit)
}

it('installs plugins into the tool cache, says what Packer says, and finds them there without packer init the next time', async () => {
  const {PACKER_PLUGIN_PATH: there = ''} = await plugins()
  expect(there).toContain(path.join(folder, 'cache', 'packer-plugins'))
  expect(await readdir(there)).toEqual(['plugin'])
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
  expect(await noted('arguments')).toBe('init /templates/t.pkr.hcl\n')
  expect(await noted('environment')).not.toContain('AWS_SESSION_TOKEN')
  expect(log.lines).toEqual(['Installed plugin amazon'])

  expect(await plugins({init: 'exit 1'})).toEqual({PACKER_PLUGIN_PATH: there})
  expect(log.lines.at(-1)).toBe('In the tool cache: github.com/hashicorp/amazon >= 1.8.1')
})

it('takes other plugins from the tool cache for other requirements', async () => {
  const {PACKER_PLUGIN_PATH: there} = await plugins()
  const other = await plugins({required: amazon.replace('1.8.1', '1.9')})
  expect(other.PACKER_PLUGIN_PATH).not.toBe(there)
  expect(await noted('arguments')).toBe('init /templates/t.pkr.hcl\n'.repeat(2))
})

it('installs anew what is broken in the tool cache', async () => {
  const {PACKER_PLUGIN_PATH: there = ''} = await plugins()
  await rm(path.join(there, 'plugin'))
  expect(await plugins()).toEqual({PACKER_PLUGIN_PATH: there})
  expect(await readdir(there)).toEqual(['plugin'])
})

it('keeps to what another runner has put into the tool cache meanwhile', async () => {
  const {PACKER_PLUGIN_PATH: there = ''} = await plugins()
  const {ino} = await stat(there)
  await rename(there, path.join(folder, 'others'))
  expect(await plugins({init: `${puts}; mv ${folder}/others ${there}`})).toEqual({PACKER_PLUGIN_PATH: there})
  expect((await stat(there)).ino).toBe(ino)
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
})

it('uses plugins from the temporary folder, with a warning, where there is no tool cache', async () => {
  await rm(path.join(folder, 'cache'), {recursive: true})
  await writeFile(path.join(folder, 'cache'), '')
  for (const cache of [path.join(folder, 'cache'), '']) {
    env['RUNNER_TOOL_CACHE'] = cache
    const {PACKER_PLUGIN_PATH: there = ''} = await plugins()
    expect(there).toContain(path.join(folder, 'temp'))
    expect(await readdir(there)).toEqual(['plugin'])
    expect(log.lines.at(-1)).toMatch(/could not be put into this runner's tool cache: .*next job downloads them again/)
  }
})

it('uses what is installed already, without packer init', async () => {
  expect(await plugins({required: `${amazon} /plugins/packer-plugin-amazon_v1.8.2`, init: 'exit 1'})).toEqual({})
  expect(log.lines).toEqual(['Installed already: github.com/hashicorp/amazon >= 1.8.1'])
})

it.each([
  ['PACKER_PLUGIN_PATH', {PACKER_PLUGIN_PATH: '/mine'}, ''],
  ['plugins of its own', {}, '/plugins/packer-plugin-git_v0.6.2']
])('keeps to the folder of a runner with %s', async (_, more, installed) => {
  Object.assign(env, more)
  expect(await plugins({installed, init: 'echo to "$PACKER_PLUGIN_PATH"'})).toEqual({})
  expect(log.lines).toEqual([`to ${env['PACKER_PLUGIN_PATH'] ?? ''}`.trim()])
  expect(await readdir(path.join(folder, 'cache'))).toEqual([])
})

it('lets Packer explain a template that it cannot read', async () => {
  const running = plugins({
    required: 'no line of a plugin',
    init: 'echo "Error: x"; echo "  on t.pkr.hcl line 4:"; exit 1'
  })
  await expect(running).rejects.toThrow(
    /on t.pkr.hcl line 4:\nPacker could not read the template: correct it at that line/
  )
})

it.each([
  ['1.6.6', '/t.pkr.hcl', /Packer 1.6.6/],
  ['1.16.0', '/legacy.json', /legacy JSON/]
])('does not run it on Packer %s with %s', async (version, template, said) => {
  expect(await plugins({version}, {template})).toEqual({})
  expect(await noted('arguments')).toBe('nothing')
  expect(log.lines).toEqual([expect.stringMatching(said)])
})

it('runs it on HCL2 in JSON', async () => {
  await plugins({}, {template: '/t.pkr.json'})
  expect(await noted('arguments')).toBe('init /t.pkr.json\n')
})

const rateLimited = (reset: string) =>
  `echo 'Failed getting the "github.com/hashicorp/amazon" plugin:'; echo 'Plugin host rate limited the plugin getter. Try again in ${reset}.'; exit 1`

it("gives GitHub's token to packer init alone where a plugin is not HashiCorp's, and masks it", async () => {
  await plugins({required: git}, {githubToken: 'ghs_token'})
  expect(await noted('environment')).toContain('PACKER_GITHUB_API_TOKEN=ghs_token')
  expect(log.masked).toEqual(['ghs_token'])
})

it("keeps GitHub's token back while plugins come from HashiCorp", async () => {
  await plugins({}, {githubToken: 'ghs_token'})
  expect(await noted('environment')).not.toContain('ghs_token')
})

it("uses GitHub's token for HashiCorp's plugins when GitHub was asked and limits", async () => {
  await plugins(
    {init: `if [ -z "$PACKER_GITHUB_API_TOKEN" ]; then ${rateLimited('40m1s')}; fi; ${puts}`},
    {githubToken: 'ghs_token'}
  )
  expect(log.lines[0]).toContain('trying with github-token')
  expect(pauses).toEqual([])
})

it('takes the token of the environment where the input is empty', async () => {
  env['PACKER_GITHUB_API_TOKEN'] = 'from-env'
  await plugins({required: git}, {githubToken: ''})
  expect(await noted('environment')).toContain('PACKER_GITHUB_API_TOKEN=from-env')
  expect(log.masked).toEqual(['from-env'])
})

it.each([
  ['Try again in 42.5s.', [43_500, 43_500]],
  ['Try again in -3s.', [1_000, 1_000]],
  ['GET https://github.com/x: 429  []', [16_000, 31_000]],
  ['403 You have exceeded a secondary rate limit [retry after 1m0s]', [61_000, 61_000]]
])('waits for the end of a rate limit: %s', async (said, expected) => {
  const twice = `if [ "$(wc -l < ${folder}/arguments)" -lt 3 ]; then echo '${said} rate limit'; exit 1; fi; ${puts}`
  await plugins({init: twice})
  expect(pauses).toEqual(expected)
  expect(log.lines[0]).toMatch(/trying again in \d+ s/)
})

it.each([
  [undefined, /set the input github-token to `\$\{\{ github\.token \}\}`/],
  ['ghs_token', /limits the requests of a token/]
])('gives up at once on a rate limit that lasts, with advice (token: %s)', async (githubToken, says) => {
  const running = plugins({init: rateLimited('40m1s')}, githubToken ? {githubToken} : {})
  await expect(running).rejects.toThrow(says)
  await expect(running).rejects.toThrow(
    /could not install github.com\/hashicorp\/amazon >= 1.8.1, which \/templates\/t.pkr.hcl requires/
  )
  expect(pauses).toEqual([])
})

it('gives up after four attempts', async () => {
  await expect(plugins({init: "echo 'GET x: 429 []'; exit 1"})).rejects.toThrow(UserError)
  expect(pauses).toEqual([16_000, 31_000, 61_000])
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
  expect(await readdir(path.join(folder, 'cache'))).toEqual([])
})

it.each([
  [
    '* no release version found for constraints: ">= 99"',
    /No release of github.com\/hashicorp\/amazon >= 1.8.1 satisfies/
  ],
  ['* GET https://api.github.com/x: 404 Not Found []', /no such plugin or release on GitHub: correct the source of/],
  ['* GET https://api.github.com/x: 401 Bad credentials []', /does not accept the token/],
  ['* tls: failed to verify certificate: x509: certificate signed by unknown authority', /SSL_CERT_FILE/],
  ['* checksums did not match', /does not match the checksums of its release/],
  [
    '* Get "https://api.github.com/x": dial tcp: no such host',
    /can reach releases.hashicorp.com and github.com.*PACKER_PLUGIN_PATH/
  ],
  ['Error: Unsupported Packer Core version', /required_version excludes this Packer: set packer-version/]
])('says what to change for %s', async (said, advice) => {
  const running = plugins({
    init: `seq 1 40; echo 'Failed getting the "github.com/hashicorp/amazon" plugin:'; echo '${said}' >&2; exit 1`
  })
  await expect(running).rejects.toThrow(advice)
  await expect(running).rejects.toThrow(/It said:\n28\n/)
})

it('ends when it is aborted', async () => {
  const cancel = new AbortController()
  const packer = await standIn({init: 'exec sleep 60'})
  const running = initPlugins({packer, template: '/t.pkr.hcl'}, {env, log}, cancel.signal)
  cancel.abort(new Error('cancelled here'))
  await expect(running).rejects.toThrow('cancelled here')
})
