import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals'
import {notRun, scenarioPackers} from '../../rehearsal/host/packers/scenario-packers.ts'
import {pluginHosts, pluginSite} from '../helpers/plugin-site.ts'
import {startInternetBehindProxy, type InternetBehindProxy} from '../helpers/internet-behind-proxy.ts'
import {initPlugins} from '../../src/packer/init.ts'
import {packerEnvironment} from '../../src/packer/environment.ts'
import {recordingLog} from '../unit/credentials/stand-ins.ts'

const {current} = await scenarioPackers()
const {version} = current
const executable = current.packer?.executable ?? ''
const site = pluginSite()
const signal = new AbortController().signal

let internet: InternetBehindProxy
let folder: string
let log: ReturnType<typeof recordingLog>
let env: NodeJS.ProcessEnv

const withPacker = executable === '' ? describe.skip : describe

withPacker(executable === '' ? notRun(`Packer ${version}`, current.missing ?? '') : `Packer ${version}`, () => {
  beforeAll(async () => {
    internet = await startInternetBehindProxy(pluginHosts, site.answer)
  })
  afterAll(() => internet.close())
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plugins-'))
    const [home, temp, cache] = ['home', 'temp', 'cache'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string
    ]
    await Promise.all([home, temp, cache].map((each) => mkdir(each)))
    await writeFile(path.join(folder, 'authority.pem'), internet.authority)
    env = {
      PATH: process.env['PATH'],
      HOME: home,
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: cache,
      HTTPS_PROXY: internet.url,
      NODE_EXTRA_CA_CERTS: path.join(folder, 'authority.pem')
    }
    log = recordingLog()
    internet.tunnels.length = 0
    internet.requests.length = 0
    site.githubFailures.length = 0
  })
  afterEach(async () => {
    await rm(folder, {recursive: true})
  })

  async function init(plugins: Readonly<Record<string, string>>, githubToken = '') {
    const template = path.join(folder, 'template.pkr.hcl')
    const blocks = Object.entries(plugins).map(
      ([source, constraint]) =>
        `    ${path.basename(source)} = {\n      source  = "${source}"\n      version = "${constraint}"\n    }\n`
    )
    await writeFile(template, `packer {\n  required_plugins {\n${blocks.join('')}  }\n}\n`)
    const packer = {path: executable, version}
    return initPlugins({packer, template, githubToken}, {env, log, pause: () => Promise.resolve()}, signal)
  }

  const amazon = {'github.com/hashicorp/amazon': '>= 1.8.1'}
  const other = {'github.com/someone/other': '~> 1.8'}
  const tokens = () => internet.requests.flatMap(({headers}) => headers.authorization ?? [])

  it('installs through a proxy with an authority of its own, and needs no network with a warm tool cache', async () => {
    const {PACKER_PLUGIN_PATH: plugins = ''} = await init(amazon, 'ghs_token')
    const there = await readdir(path.join(plugins, 'github.com/hashicorp/amazon'))
    expect(there).toEqual([
      expect.stringMatching(/^packer-plugin-amazon_v1\.8\.2_x5\.0_\w+$/),
      expect.stringMatching(/_SHA256SUM$/)
    ])
    expect([...new Set(internet.tunnels)]).toEqual(['releases.hashicorp.com:443'])
    expect(tokens()).toEqual([])
    expect(await readdir(path.join(folder, 'temp'))).toEqual([])

    internet.tunnels.length = 0
    expect(await init(amazon)).toEqual({PACKER_PLUGIN_PATH: plugins})
    expect(internet.tunnels).toEqual([])
    const build = packerEnvironment(
      {...env, PACKER_GITHUB_API_TOKEN: 'x'},
      {folder, temporaryFolder: folder, region: 'x', endpoint: {url: 'x', token: 'x'}}
    )
    expect(build).not.toHaveProperty('PACKER_GITHUB_API_TOKEN')
  })

  it('needs no network for a plugin that is installed', async () => {
    const {PACKER_PLUGIN_PATH: plugins} = await init(amazon)
    internet.tunnels.length = 0
    env['PACKER_PLUGIN_PATH'] = plugins
    expect(await init(amazon)).toEqual({})
    expect(log.lines.at(-1)).toBe('Installed already: github.com/hashicorp/amazon >= 1.8.1')
    expect(internet.tunnels).toEqual([])
  })

  it("sends the token to GitHub's API alone, for a plugin that is there", async () => {
    await init({...amazon, ...other}, 'ghs_token')
    expect(new Set(tokens())).toEqual(new Set(['Bearer ghs_token']))
    expect(new Set(internet.requests.filter(({headers}) => headers.authorization).map(({host}) => host))).toEqual(
      new Set(['api.github.com'])
    )
  })

  it('waits for the end of a rate limit', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 20)
    const headers = {'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset}
    site.githubFailures.push({status: 403, headers, body: {message: 'API rate limit exceeded for 203.0.113.7'}})
    await init(other)
    expect(log.lines).toEqual([
      expect.stringMatching(/trying again in (1\d|20) s/),
      expect.stringContaining('Installed plugin')
    ])
  })

  it('gives up on a rate limit that lasts, and says what to change', async () => {
    const headers = {
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.now() / 1000 + 3_000).split('.')[0] ?? ''
    }
    site.githubFailures.push({status: 403, headers, body: {message: 'API rate limit exceeded for 203.0.113.7'}})
    await expect(init(other)).rejects.toThrow(
      /could not install github.com\/someone\/other ~> 1.8.*set the input github-token/s
    )
  })

  it.each([
    ['github.com/hashicorp/amazon', '>= 99', /No release of github.com\/hashicorp\/amazon >= 99/],
    ['github.com/someone/unknown', '>= 1', /no such plugin or release on GitHub/]
  ])('says which plugin cannot be had: %s %s', async (source, constraint, says) => {
    await expect(init({[source]: constraint})).rejects.toThrow(says)
    expect(await readdir(path.join(folder, 'cache'))).toEqual([])
  })

  it('says that the authority is not trusted', async () => {
    delete env['NODE_EXTRA_CA_CERTS']
    await expect(init(amazon)).rejects.toThrow(/SSL_CERT_FILE/)
  })
})
