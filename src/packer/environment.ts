import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {allowedEnvironment} from '../template/allowed-environment.ts'

export interface PackerEnvironmentOptions {
  /** The bake's own folder, where {@link writeAwsConfig} has put its files. */
  readonly folder: string
  /** Packer's TMPDIR. */
  readonly temporaryFolder: string
  readonly region: string
  readonly endpoint: {readonly url: string; readonly token: string}
  /** Names of further variables that the template needs. */
  readonly more?: readonly string[]
}

/**
 * Packer's environment: an allow-list, so that no GitHub token, OIDC request token, input or ambient credential reaches
 * it or what it runs on this machine; and the endpoint as its only source of AWS keys. Both SDKs would prefer keys,
 * profiles and token files found in `AWS_*` variables or in ~/.aws to the endpoint.
 *
 * For a debug log, Packer's own log is switched on, too.
 */
export function packerEnvironment(env: NodeJS.ProcessEnv, options: PackerEnvironmentOptions): Record<string, string> {
  const more = (options.more ?? []).flatMap((name): [string, string][] => {
    const value = env[name]
    return value === undefined ? [] : [[name, value]]
  })
  const allowed = {...Object.fromEntries(more), ...allowedEnvironment(env)}
  const {config, credentials} = awsConfigFiles(options.folder)
  const direct = [env['NO_PROXY'] || env['no_proxy'], '127.0.0.1'].filter(Boolean).join(',')
  return {
    ...allowed,
    ...(env['RUNNER_DEBUG'] === '1' && !allowed['PACKER_LOG'] ? {PACKER_LOG: '1'} : {}),
    TMPDIR: options.temporaryFolder,
    NO_PROXY: direct,
    no_proxy: direct,
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: options.endpoint.url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: options.endpoint.token,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials
  }
}

/**
 * Makes the two files that stand in for ~/.aws while Packer runs: no keys, and of profiles the names alone. An SDK
 * gives up if its profile does not exist; with an empty profile it uses the endpoint's credentials.
 */
export async function writeAwsConfig(folder: string, profiles: readonly string[]): Promise<void> {
  const {config, credentials} = awsConfigFiles(folder)
  const sections = profiles.map((name) => (name === 'default' ? '[default]\n' : `[profile ${name}]\n`))
  await writeFile(config, sections.join(''), {mode: 0o600})
  await writeFile(credentials, '', {mode: 0o600})
}

function awsConfigFiles(folder: string): {config: string; credentials: string} {
  return {config: path.join(folder, 'aws-config'), credentials: path.join(folder, 'aws-credentials')}
}
