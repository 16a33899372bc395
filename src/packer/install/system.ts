import {which} from '@actions/io'
import {UserError} from '../../lib/errors.ts'
import {allowedEnvironment} from '../../template/allowed-environment.ts'
import {runCommand} from '../../lib/run-command.ts'

const versionMs = 30_000

/**
 * The Packer on PATH and its version.
 *
 * @throws UserError when there is none, or it is not HashiCorp's
 */
export async function systemPacker(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal
): Promise<{path: string; version: string}> {
  const path = await which('packer')
  if (path === '') {
    throw new UserError(
      'packer-version is system, and there is no packer on PATH. Install Packer in a step before this one, or set packer-version to an exact version.'
    )
  }
  return {path, version: await versionOf(path, env, signal)}
}

async function versionOf(path: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const options = {env: allowedEnvironment(env), signal, timeout: versionMs}
  const {stdout, stderr} = await runCommand(path, ['version', '-machine-readable'], options)
  const version = /^\d+,,version,(\d+\.\d+\.\d+\S*)$/m.exec(stdout)?.[1]
  if (version !== undefined) return version
  // Fedora and related distributions have another packer, of cracklib, in /usr/sbin.
  throw new UserError(
    `${path} is not HashiCorp's Packer: asked for its version it said "${(stdout || stderr).trim().slice(0, 200)}". ` +
      'Put Packer before it on PATH, or set packer-version to an exact version.'
  )
}
