import {writeFile} from 'node:fs/promises'
import * as path from 'node:path'
import type {EC2Client} from '@aws-sdk/client-ec2'
import type {Ledger} from '../cleanup/ledger.ts'
import {serveCredentials} from '../credentials/endpoint.ts'
import type {Session} from '../credentials/session.ts'
import {packerSessionPolicy} from '../credentials/sessionPolicy.ts'
import {onFirstWithCapacity} from '../ec2/capacity.ts'
import {bakedImage, type BakedImage} from '../image/images.ts'
import type {Plan} from '../image/plan.ts'
import type {Inputs} from '../inputs.ts'
import {UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {variablesFile, type TemplateValues} from '../template/variables.ts'
import {build, BuildError} from './build.ts'
import {packerEnvironment, writeEmptyAwsConfig} from './environment.ts'
import {initPlugins} from './init.ts'
import {bypassAdvice, watchTemplate} from './watch.ts'
import type {Packer} from './install/install.ts'

export interface ImageBuild {
  readonly inputs: Inputs
  readonly deps: {readonly log: Log; readonly env: NodeJS.ProcessEnv}
  readonly session: Session
  readonly ec2: EC2Client
  readonly plan: Plan
  readonly packer: Packer
  readonly ledger: Ledger
}

/**
 * Renders the variables, serves Packer its credentials and builds the image.
 *
 * @throws {BuildError} when Packer fails
 * @throws {UserError} when the template works with other credentials than ours, or makes something else than one image
 */
export async function buildImage(bake: ImageBuild, signal: AbortSignal): Promise<BakedImage> {
  const {inputs, deps, session, ec2, plan, packer, ledger} = bake
  const {log, env} = deps
  const {template} = inputs
  const {region} = inputs.aws
  const policy = packerSessionPolicy({
    region,
    partition: session.partition,
    bakeId: plan.bakeId,
    requireTags: template.shipped
  })
  const endpoint = await serveCredentials(session.narrowed(policy), {log})
  const watch = watchTemplate({ec2, region, ledger, log, requests: () => endpoint.requests()})
  try {
    await writeEmptyAwsConfig(ledger.folder)
    const plugins = await initPlugins(
      {packer, template: template.path, ...(inputs.githubToken ? {githubToken: inputs.githubToken} : {})},
      {env, log},
      signal
    )
    const environment = {...packerEnvironment(env, {folder: ledger.folder, region, endpoint}), ...plugins}
    // Another instance type is worth a try only where the template lets us choose it.
    const types = inputs.image.instanceTypes.slice(0, template.variables.has('instance_type') ? undefined : 1)
    const artifacts = await onFirstWithCapacity(types, log, async (instanceType) => {
      const file = path.join(ledger.folder, 'variables.json')
      await writeFile(file, variablesFile(template, valuesFor(inputs, plan, instanceType)), {mode: 0o600})
      const job = {
        packer: packer.path,
        template: template.path,
        variablesFile: file,
        workingDirectory: template.directory,
        environment,
        facts: {
          shipped: template.shipped,
          tagged: template.variables.has('tags'),
          sshUsername: template.variables.has('ssh_username') ? inputs.image.sshUsername : '',
          ...(inputs.image.setupScript ? {setupScript: inputs.image.setupScript} : {})
        },
        ...watch
      }
      return build(job, ledger, log, AbortSignal.any([signal, watch.signal]))
    })
    const expected = {bake: template.shipped ? plan.bakeId : undefined, began: ledger.began}
    const image = await bakedImage(ec2, artifacts, region, expected, signal)
    // A user's template may report an image that was there before: that one is tested, and never removed.
    if (image.created >= ledger.began) ledger.made('image', image.id)
    return image
  } catch (error) {
    // Packer did not ask for our keys, and AWS refused those that it used.
    const refused = error instanceof BuildError && endpoint.requests() === 0 && aboutCredentials.has(error.id)
    throw refused ? new UserError(`${bypassAdvice}\n${error.message}`, {cause: error}) : error
  } finally {
    watch.close()
    await endpoint.close()
  }
}

const aboutCredentials: ReadonlySet<string | undefined> = new Set([
  'credentials-refused',
  'credentials-expired',
  'no-keys'
])

function valuesFor(inputs: Inputs, plan: Plan, instanceType: string): TemplateValues {
  const {jenkinsRepositoryKeyFingerprint, setupScript} = inputs.image
  return {
    region: inputs.aws.region,
    ami_name: plan.imageName,
    source_ami: plan.source.id,
    root_device_name: plan.source.rootDeviceName,
    ssh_username: inputs.image.sshUsername,
    instance_type: instanceType,
    allowed_cidrs: plan.cidrs,
    jenkins_version: plan.jenkins?.version ?? '',
    jenkins_repository_url: plan.jenkins?.repositoryUrl ?? '',
    // What was not given keeps the template's own default.
    ...(jenkinsRepositoryKeyFingerprint ? {jenkins_repository_key_fingerprint: jenkinsRepositoryKeyFingerprint} : {}),
    ...(setupScript ? {setup_script: setupScript} : {}),
    deadline_minutes: Math.ceil(inputs.bakeTimeoutMs / 60_000) + 30,
    tags: plan.tags
  }
}
