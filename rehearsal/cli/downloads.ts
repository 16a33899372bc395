import {execFileSync} from 'node:child_process'
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Command} from 'commander'
import {installPacker} from '../../src/packer/install/install.ts'
import {messageOf} from '../../src/lib/errors.ts'
import {packerVersion} from '../host/packers/versions.ts'
import {findBuilt} from '../host/packers/packer.ts'
import {startReleasesSite} from '../trials/releases/site.ts'
import {accepted, tamperings, type Tampering} from '../trials/releases/tamperings.ts'
import {zipOf} from '../host/zip.ts'

new Command('npm run downloads')
  .description(
    'Lets the action install Packer from a local site that serves tampered releases, and prints what it says: case → message, what was left'
  )
  .parse()

const site = await startReleasesSite()
const rows: string[] = []
let wrong = 0
for (const {name, spoil, says} of tamperings) {
  const {message, left} = await tried('1.99.0', spoil)
  const isRight = message !== undefined && says.test(message) && left.length === 0
  if (!isRight) wrong += 1
  rows.push(row(name, message ?? 'INSTALLED', left, isRight))
}
for (const {name, spoil} of [...accepted, ...(await realPacker())]) {
  const {message, said, left} = await tried(name.startsWith('the real') ? packerVersion : '1.99.0', spoil)
  if (message !== undefined) wrong += 1
  rows.push(row(name, message ?? `installed; it says "${said}"`, left, message === undefined))
}
await site.close()
console.log('| Download | What the action says | In tool cache and temporary folder |\n| --- | --- | --- |')
console.log(rows.join('\n'))
console.log(wrong === 0 ? '\nEvery one as it must be.' : `\n${wrong} not as they must be.`)
process.exitCode = wrong === 0 ? 0 : 1

interface Trial {
  /** Why it was refused. */
  readonly message?: string
  /** What the installed program prints. */
  readonly said?: string
  readonly left: readonly string[]
}

/** One installation into an empty tool cache. */
async function tried(version: string, spoil: Tampering['spoil']): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), 'downloads-'))
  const temp = await mkdtemp(join(folder, 'temp-'))
  const cache = await mkdtemp(join(folder, 'cache-'))
  Object.assign(process.env, {RUNNER_TEMP: temp, RUNNER_TOOL_CACHE: cache})
  try {
    const trustedKey = (await spoil(site, version)) ?? site.key.publicKey
    const log = {info: () => undefined, warning: () => undefined}
    const collaborators = {env: process.env, log, trustedKey, pause: () => Promise.resolve()}
    const request = {version, releasesUrl: site.url}
    const outcome = await installPacker(request, collaborators, new AbortController().signal).then(
      ({path}) => ({said: execFileSync(path, ['version'], {encoding: 'utf8'}).trim()}),
      (error: unknown) => ({message: messageOf(error)})
    )
    return {...outcome, left: [...(await readdir(cache)), ...(await readdir(temp))]}
  } finally {
    await rm(folder, {recursive: true})
  }
}

/** The one that `npm run packers` built, published as if it were a release. */
async function realPacker(): Promise<Omit<Tampering, 'says'>[]> {
  const built = await findBuilt(process.env)
  if (built?.executable === undefined) return []
  const zip = zipOf([{name: 'packer', content: await readFile(built.executable)}])
  return [
    {
      name: `the real Packer ${built.version}, ${Math.round(zip.length / 1e6)} MB`,
      spoil: (releases, version) => releases.publish(version, {zip}).then(() => undefined)
    }
  ]
}

function row(name: string, message: string, left: readonly string[], isRight: boolean): string {
  const text = message
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/mirror/g, 'SITE')
    .replaceAll('\n', ' ')
    .replaceAll('|', '\\|')
  return `| ${isRight ? '' : '✗ '}${name} | ${text} | ${left.join(', ') || 'nothing'} |`
}
