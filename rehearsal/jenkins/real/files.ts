import {delimiter, extname, resolve} from 'node:path'
import {messageOf} from '../../../src/lib/errors.ts'
import {standInFailures} from '../failures.ts'

/** Packages of Jenkins: paths, separated by `:`. What fits the machines is taken from it. */
export const packageVariable = 'REHEARSAL_JENKINS_PACKAGE'

/** A folder with plugins, *.hpi and *.jpi. */
export const pluginsVariable = 'REHEARSAL_JENKINS_PLUGINS'

export const packageOption = '--jenkins-package'
export const pluginsOption = '--jenkins-plugins'

const packageKinds = ['deb', 'war', 'rpm'] as const

export type PackageKind = (typeof packageKinds)[number]

export interface PackageFile {
  /** Absolute. */
  readonly path: string
  readonly kind: PackageKind
  /** What names it: the option or the variable. For messages. */
  readonly by: string
}

export interface PluginsFolder {
  /** Absolute. */
  readonly path: string
  readonly by: string
}

/** What a rehearsal installs of Jenkins itself. Absent is what nobody gave, or what does not fit. */
export interface RealFiles {
  /** A .deb or a .war. */
  readonly package?: PackageFile
  readonly plugins?: PluginsFolder
}

interface Asked {
  /** What --jenkins-package says. */
  readonly jenkinsPackage?: string | undefined
  /** What --jenkins-plugins says. */
  readonly jenkinsPlugins?: string | undefined
  /** How Jenkins is to behave. */
  readonly behaviour: string
  /** The user names a repository of packages. */
  readonly hasRepository: boolean
  /** The user names an update center. */
  readonly hasUpdateCenter: boolean
  /** Whether the environment counts: not for light machines, which install nothing. */
  readonly usesEnvironment: boolean
  readonly env: NodeJS.ProcessEnv
  /** Hears why something that the environment names is not used. */
  readonly progress: (sentence: string) => void
}

/**
 * The files for machines with Debian or Ubuntu. An option that cannot be followed is an error; a variable that does not fit is not
 * used, which is said.
 *
 * @throws Error with one sentence
 */
export function realFiles(asked: Asked): RealFiles {
  const file = asked.jenkinsPackage === undefined ? packageOfEnvironment(asked) : packageOfOption(asked)
  const plugins = pluginsFolder(asked)
  return {...(file ? {package: file} : {}), ...(plugins ? {plugins} : {})}
}

function packageOfOption({jenkinsPackage = '', behaviour, hasRepository, env}: Asked): PackageFile {
  const by = packageOption
  const file = packageFile(jenkinsPackage, by, env)
  if (file.kind === 'rpm') {
    throw new Error(
      `${by} ${file.path}: an .rpm is for Amazon Linux, whose scripts \`npm run compatibility\` runs with the one that ` +
        `${packageVariable} names. The machines here run Debian or Ubuntu, which take a .deb or a .war`
    )
  }
  if (behaviour !== 'ready') {
    throw new Error(`--jenkins ${behaviour}: only the stand-in for Jenkins behaves so on demand. Leave out ${by}`)
  }
  if (hasRepository) throw new Error(`${by} and the input jenkins-repository-url: Jenkins cannot come from both`)
  return file
}

function packageOfEnvironment({
  behaviour,
  hasRepository,
  usesEnvironment,
  env,
  progress
}: Asked): PackageFile | undefined {
  const files = usesEnvironment ? packagesIn(env) : []
  if (files.length === 0) return undefined
  if (standInFailures.some((failure) => failure === behaviour)) {
    progress(`${packageVariable} is not used, because only the stand-in for Jenkins can be told to fail (${behaviour})`)
    return undefined
  }
  if (hasRepository) {
    progress(`${packageVariable} is not used, because Jenkins comes from the input jenkins-repository-url`)
    return undefined
  }
  const file = files.find(({kind}) => kind !== 'rpm')
  if (!file) progress(`${packageVariable} is not used, because it names no .deb and no .war`)
  return file
}

function pluginsFolder({
  jenkinsPlugins,
  hasUpdateCenter,
  usesEnvironment,
  env,
  progress
}: Asked): PluginsFolder | undefined {
  const by = pluginsOption
  if (jenkinsPlugins !== undefined) {
    if (hasUpdateCenter) throw new Error(`${by} and the input jenkins-update-center-url: plugins cannot come from both`)
    return {path: absolute(jenkinsPlugins, env), by}
  }
  const folder = usesEnvironment ? pluginsIn(env) : undefined
  if (folder && hasUpdateCenter) {
    progress(`${pluginsVariable} is not used, because plugins come from the input jenkins-update-center-url`)
    return undefined
  }
  return folder
}

/**
 * The packages that the environment names, in its order.
 * @throws Error for a file that is no package by its name
 */
export function packagesIn(env: NodeJS.ProcessEnv): PackageFile[] {
  const paths = (env[packageVariable] ?? '').split(delimiter).filter((path) => path.trim() !== '')
  return paths.map((path) => packageFile(path, packageVariable, env))
}

/** The folder of plugins that the environment names. */
export function pluginsIn(env: NodeJS.ProcessEnv): PluginsFolder | undefined {
  const path = env[pluginsVariable] ?? ''
  return path.trim() === '' ? undefined : {path: absolute(path, env), by: pluginsVariable}
}

/** The two variables with absolute paths, for an environment that has nothing else of this one. */
export function realFilesEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const paths = (env[packageVariable] ?? '').split(delimiter).filter((path) => path.trim() !== '')
  const plugins = pluginsIn(env)
  return {
    ...(paths.length > 0 ? {[packageVariable]: paths.map((path) => absolute(path, env)).join(delimiter)} : {}),
    ...(plugins ? {[pluginsVariable]: plugins.path} : {})
  }
}

function packageFile(given: string, by: string, env: NodeJS.ProcessEnv): PackageFile {
  const path = absolute(given, env)
  const kind = packageKinds.find((name) => extname(path).toLowerCase() === `.${name}`)
  if (!kind) throw new Error(`${by} ${path}: a package of Jenkins is a .deb, a .war or an .rpm`)
  return {path, kind, by}
}

/** npm runs scripts in the project's folder, and says in INIT_CWD where it was started. */
function absolute(path: string, env: NodeJS.ProcessEnv): string {
  return resolve(env['INIT_CWD'] ?? process.cwd(), path.trim())
}

/** An error about a file, with what names the file before it. */
export function problemWith({path, by}: {readonly path: string; readonly by: string}, error: unknown): Error {
  return new Error(`${by} ${path}: ${messageOf(error)}`, {cause: error})
}
