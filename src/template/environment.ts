import {existsSync} from 'node:fs'
import * as path from 'node:path'
import {InputError} from '../lib/errors.ts'
import {quoted} from '../lib/parse.ts'
import type {Sources} from './values.ts'
import type {Reading} from './reading-parts.ts'
import type {TemplateSource} from './sources.ts'
import type {Syntax} from './syntax.ts'
import {isTrue} from './value.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Never in Packer's environment, whose scripts run with the template's rights and not with this step's. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [
    /^(GITHUB_TOKEN|GH_TOKEN|PACKER_GITHUB_API_TOKEN|GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY))$/,
    "GitHub's tokens and file commands"
  ],
  [/^(ACTIONS_|INPUT_|STATE_)/, "the job's own tokens, inputs and state"],
  [/^AWS_(?!(DEFAULT_)?REGION$)/, "AWS's keys and settings: Packer gets the credentials of this action by itself"]
]

/** Packer has them without being asked, with the bake's region. */
const regionNames = new Set(['AWS_REGION', 'AWS_DEFAULT_REGION'])

/** The values of these are tokens, under whatever name. */
const tokens = [
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN'
]

/** Names of variables, one on each line, that Packer may see. */
export function environmentNames(text: string, env: Environment): readonly string[] {
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  names.forEach((name) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
      throw new Error(
        `${quoted(name)} is not allowed; expected names of environment variables, one on each line, without their values`
      )
    }
    const why = secrets.find(([pattern]) => pattern.test(name))?.[1]
    if (why !== undefined)
      throw new Error(`${quoted(name)} is not allowed: it is among ${why}, which never reach Packer`)
    const value = env[name]
    if (value && (tokens.some((token) => env[token] === value) || /^gh[su]_/.test(value))) {
      throw new Error(
        `${quoted(name)} is not allowed: its value is one of the job's own tokens or keys, which never reach Packer`
      )
    }
  })
  return [...new Set(names)].filter((name) => !regionNames.has(name))
}

export interface TemplateEnvironment {
  /** Names of further variables of this step that Packer gets, if they exist. */
  readonly names: readonly string[]
  /** The variables that the template reads and does not get. */
  readonly unread: (
    filled: ReadonlySet<string>,
    packerEnv: Environment,
    sources: readonly TemplateSource[]
  ) => {readonly problems: readonly InputError[]; readonly warnings: readonly string[]}
}

/** The variables of this step's environment that a template needs. */
export function environmentOf(
  sources: Sources,
  {
    legacy,
    env,
    templateEnv
  }: {readonly legacy: boolean; readonly env: Environment; readonly templateEnv: readonly string[]}
): TemplateEnvironment {
  const {reading} = sources
  const names = [
    ...templateEnv,
    ...(usesRegistry(reading, env) ? Object.keys(env).filter((name) => name.startsWith('HCP_')) : []),
    ...(usesAgent(reading) ? ['SSH_AUTH_SOCK'] : [])
  ]
  return {
    names: [...new Set(names)],
    unread(filled, packerEnv, builders) {
      const read = readNames(sources, filled, legacy)
      const missing = read.filter((name) => !packerEnv[name] && !name.startsWith('AWS_'))
      if (missing.length === 0) return {problems: [], warnings: []}
      const nameless = builders.find((source) => source.value('ami_name') === '')
      const kept = missing.filter((name) => env[name])
      const absent = missing.filter((name) => !env[name])
      const text = [
        ...(kept.length > 0
          ? [`${kept.join(', ')} of this step's env does not reach Packer unless the input 'template-env' names it`]
          : []),
        ...(absent.length > 0 ? [`${absent.join(', ')} is empty or not there in the env of this step`] : [])
      ].join('; ')
      if (nameless) {
        return {
          problems: [new InputError('template', `the image of ${nameless.name} would have an empty name: ${text}`)],
          warnings: []
        }
      }
      return {problems: [], warnings: [`The template reads environment variables that are empty: ${text}.`]}
    }
  }
}

const off = 'HCP_PACKER_REGISTRY'

/** What has Packer sign in to HCP Packer (packer, internal/hcp): a phrase for each. */
function usesOfRegistry({blocks, settings}: Reading, env: Environment): string[] {
  const isOff = /^(off|0)$/i.test(env[off] ?? '')
  const [data] = settings.flatMap(({owner}) => (owner.startsWith('data.hcp-packer-') ? [owner] : []))
  // Legacy JSON, and a template without the block, are reported if the environment says so.
  const named = ['HCP_PACKER_BUCKET_NAME', off].find((name) => env[name])
  return [
    ...(data === undefined ? [] : [`it reads ${data}`]),
    ...(blocks.has('hcp_packer_registry') && !isOff ? ['it has a hcp_packer_registry block'] : []),
    ...(named === undefined || isOff ? [] : [`${named} in the env of this step has it reported`])
  ]
}

/** `HCP_PACKER_REGISTRY: off` must reach Packer, too. */
function usesRegistry(reading: Reading, env: Environment): boolean {
  return Boolean(env[off]) || usesOfRegistry(reading, env).length > 0
}

/** One error if Packer has to sign in to HCP Packer and has no credentials for it (hcp-sdk-go, auth). */
export function unregistered(reading: Reading, env: Environment): InputError[] {
  const [use] = usesOfRegistry(reading, env)
  if (use === undefined) return []
  const signsIn = Object.entries(env).some(
    ([name, value]) => value && /^HCP_(CLIENT_ID|CRED_FILE|\w+_TOKEN)$/.test(name)
  )
  if (signsIn || (env['HOME'] && existsSync(path.join(env['HOME'], '.config', 'hcp')))) return []
  const instead = use.startsWith('it reads') ? '' : `, or ${off}: off to bake without the registry`
  return [
    new InputError(
      'template',
      `${use}, and HCP_CLIENT_ID and HCP_CLIENT_SECRET are not in the env of this step: Packer could not sign in to ` +
        'HCP Packer and would make nothing. Set both (and HCP_PROJECT_ID where the account has several projects) from secrets of the ' +
        `repository${instead}.`
    )
  ]
}

function usesAgent({settings}: Reading): boolean {
  return settings.some(({name, expression}) => name === 'ssh_agent_auth' && !isFalse(expression.syntax))
}

function isFalse(syntax: Syntax): boolean {
  return syntax.kind === 'value' && !isTrue(syntax.value)
}

/** Names that `env` reads for variables. In legacy JSON, too, only variables can read them. */
function readNames({reading, files, vars, env}: Sources, filled: ReadonlySet<string>, legacy: boolean): string[] {
  const names = [...reading.variables].flatMap(([name, variable]) => {
    if (filled.has(name) || Object.hasOwn(vars, name)) return []
    const file = files.findLast(({values}) => values.has(name))?.values.get(name)
    if (!file && !legacy && env[`PKR_VAR_${name}`] !== undefined) return []
    const expression = file ?? variable.default
    return expression ? namesIn(expression.syntax) : []
  })
  return [...new Set(names)]
}

function namesIn(syntax: Syntax): string[] {
  switch (syntax.kind) {
    case 'call': {
      const [first] = syntax.given
      const own =
        syntax.name === 'env' && first?.kind === 'value' && typeof first.value === 'string' ? [first.value] : []
      return [...own, ...syntax.given.flatMap(namesIn)]
    }
    case 'text':
      return syntax.parts.flatMap(namesIn)
    case 'list':
      return syntax.items.flatMap(namesIn)
    case 'map':
      return syntax.entries.flatMap(([, value]) => namesIn(value))
    case 'choice':
      return [syntax.condition, syntax.yes, syntax.no].flatMap(namesIn)
    case 'operation':
      return [syntax.left, syntax.right].flatMap(namesIn)
    default:
      return []
  }
}
