import {packagesIn, pluginsIn} from '../../jenkins/real/files.ts'
import {cascPlugin, closureOf, readPlugins, showpiece} from '../../jenkins/real/plugins.ts'
import {run} from '../../host/run.ts'

/**
 * What an image is baked with to show that plugins are installed: git and Configuration as Code. Where the environment names a folder
 * of plugins, what of that it has complete, with another plugin for git; where it names a package of Jenkins and no plugins, none,
 * because a real Jenkins has no use for stand-ins without code.
 *
 * @throws Error with one sentence when the folder cannot be read
 */
export async function imagePlugins(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const folder = pluginsIn(env)
  if (!folder) return packagesIn(env).some(({kind}) => kind !== 'rpm') ? [] : ['git', cascPlugin]
  const offered = await readPlugins(folder, run)
  const shown = showpiece(offered)
  const casc = closureOf(cascPlugin, offered) ? [cascPlugin] : []
  return [...new Set([...(shown === undefined ? [] : [shown]), ...casc])]
}
