import semver from 'semver'
import {UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {runPacker} from './run.ts'

const lastLines = 15

/**
 * Lets Packer install the plugins that a template requires.
 *
 * @param template an absolute path: a file, or a folder of HCL2 files
 * @param env as `allowedEnvironment` makes it; no AWS is needed
 * @throws UserError with Packer's last lines
 */
export async function initPlugins(
  packer: {readonly path: string; readonly version: string},
  template: string,
  env: Readonly<Record<string, string>>,
  log: Pick<Log, 'info'>,
  signal: AbortSignal
): Promise<void> {
  if (semver.lt(packer.version, '1.7.0')) {
    return log.info(`Packer ${packer.version} has its builders built in: no plugins to install.`)
  }
  if (template.endsWith('.json') && !template.endsWith('.pkr.json')) {
    return log.info('A legacy JSON template names no plugins: those that are installed on this runner are used.')
  }
  const {code, stdout, stderr} = await runPacker(packer.path, ['init', template], {env, signal})
  if (code === 0) return log.info(stdout.trim() || 'All plugins that the template requires are installed.')
  const said = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
  throw new UserError(
    [
      `Packer ${packer.version} could not install the plugins that ${template} requires (packer init ended with ${code ?? 'a signal'}). It said:`,
      ...said.slice(-lastLines),
      adviceFor(said.join('\n'))
    ].join('\n')
  )
}

function adviceFor(said: string): string {
  if (/rate limit|\b403\b/i.test(said)) {
    return 'GitHub limits anonymous downloads: set PACKER_GITHUB_API_TOKEN in the env of this step, to `${{ github.token }}` for example.'
  }
  if (/\bon .+ line \d+/.test(said)) return 'Packer could not read the template: correct it at that line.'
  return (
    'Check the required_plugins block, and that this runner can reach releases.hashicorp.com and github.com; or install the plugins ' +
    'beforehand and set PACKER_PLUGIN_PATH. The amazon plugin since 1.3.10 needs Packer 1.14 or later to be installed.'
  )
}
