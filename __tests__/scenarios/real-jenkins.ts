import {imagePlugins} from '../../rehearsal/trials/compatibility/image-plugins.ts'
import {standInJenkinsVersion} from '../../rehearsal/jenkins/index-site.ts'
import {packagesIn, pluginsIn} from '../../rehearsal/jenkins/real/files.ts'
import {readPackage} from '../../rehearsal/jenkins/real/package.ts'
import {cascPlugin, closureOf, readPlugins} from '../../rehearsal/jenkins/real/plugins.ts'
import {run} from '../../rehearsal/host/run.ts'

/** What the environment offers as Jenkins to real machines. Where it offers nothing, they get the stand-in. */
const file = packagesIn(process.env).find(({kind}) => kind !== 'rpm')

/** The Jenkins that real machines are to answer as. */
export const jenkinsVersion = file ? (await readPackage(file, run)).version : standInJenkinsVersion

/** What scenarios on real machines are baked with to show that plugins are installed; may be empty. */
export const plugins = await imagePlugins(process.env)

export const hasCasc = plugins.includes(cascPlugin)

/** All that those plugins bring, where a folder of real ones tells; undefined without one. */
export async function allOfPlugins(): Promise<readonly string[] | undefined> {
  const folder = pluginsIn(process.env)
  if (!folder) return undefined
  const offered = await readPlugins(folder, run)
  return [...new Set(plugins.flatMap((name) => closureOf(name, offered) ?? []))].toSorted()
}
