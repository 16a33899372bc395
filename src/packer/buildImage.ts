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
import {variablesFile} from '../template/variables.ts'
import {build, BuildError} from './build.ts'
import {allowedEnvironment, packerEnvironment, writeEmptyAwsConfig} from './environment.ts'
import {initPlugins} from './init.ts'
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
  const bypass = new AbortController()
  try {
    await writeEmptyAwsConfig(ledger.folder)
    const environment = packerEnvironment(env, {folder: ledger.folder, region, endpoint})
    await initPlugins(packer, template.path, allowedEnvironment(env), log, signal)
    const artifacts = await onFirstWithCapacity(inputs.image.instanceTypes, log, async (instanceType) => {
      const file = path.join(ledger.folder, 'variables.json')
      await writeFile(file, variablesFile(template, valuesFor(inputs, plan, instanceType)), {mode: 0o600})
      const job = {
        packer: packer.path,
        template: template.path,
        variablesFile: file,
        workingDirectory: template.directory,
        environment,
        // By then Packer has called AWS several times, so it must have asked for its credentials.
        onKeyPair: () => endpoint.requests() === 0 && bypass.abort(new UserError(bypassAdvice))
      }
      return build(job, ledger, log, AbortSignal.any([signal, bypass.signal]))
    })
    return await bakedImage(ec2, artifacts, region, template.shipped ? plan.bakeId : undefined, signal)
  } catch (error) {
    // Packer did not ask for our keys, and AWS refused those that it used.
    const refused = error instanceof BuildError && endpoint.requests() === 0 && credentialErrors.test(error.message)
    throw refused ? new UserError(`${bypassAdvice}\n${error.message}`, {cause: error}) : error
  } finally {
    await endpoint.close()
  }
}

const credentialErrors =
  /InvalidClientTokenId|AuthFailure|SignatureDoesNotMatch|UnrecognizedClient|ExpiredToken|NoCredentialProviders/

const bypassAdvice =
  'The template works with AWS credentials of its own, so that what it makes could not be found and removed. ' +
  "Take access_key, secret_key, shared_credentials_file and vault_aws_engine out of it: the action's role reaches Packer by itself."

function valuesFor(inputs: Inputs, plan: Plan, instanceType: string): Parameters<typeof variablesFile>[1] {
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
    tags: plan.tags
  }
}
