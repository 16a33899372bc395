import {writeFile} from 'node:fs/promises'
import * as path from 'node:path'
import semver from 'semver'
import {clearFolder} from '../ledger/folder.ts'
import type {Ledger} from '../ledger/ledger.ts'
import type {ProcessIdentity} from '../lib/processes.ts'
import {serveCredentials} from '../credentials/endpoint.ts'
import type {Session} from '../credentials/session.ts'
import {packerSessionPolicy} from '../credentials/session-policy.ts'
import type {Account} from '../aws/account.ts'
import type {RegionalImage} from '../aws/resources.ts'
import {onFirstWithCapacity, placesOf, type Place} from '../aws/capacity.ts'
import {tagsAtCreation} from '../aws/restricted-tagging.ts'
import {awsTime} from '../aws/time.ts'
import {writeBakeFiles} from './bake-files.ts'
import {bakedImages, productsOf, type Baked} from './images.ts'
import type {Plan} from '../plan/plan.ts'
import {withUnreported} from './unreported.ts'
import type {Inputs} from '../inputs/inputs.ts'
import {UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import type {Template} from '../template/template.ts'
import {replacements, variablesFile} from '../template/variables.ts'
import type {TemplateValues} from '../template/template-values.ts'
import {anyOf} from '../lib/wait.ts'
import {build, BuildError} from './build.ts'
import {uncensored} from './censored.ts'
import {regionsOfCopies} from './copy-regions.ts'
import {packerEnvironment, writeAwsConfig} from './environment.ts'
import {initPlugins} from './init.ts'
import {installedPackages} from './installed-packages.ts'
import {requirementsOf} from './plugins/legacy.ts'
import {watchRoom} from './room.ts'
import {validate} from './validate.ts'
import {bypassAdvice, watchTemplate} from './watch.ts'
import type {Packer} from './install/install.ts'

export interface ImageBuild {
  readonly inputs: Inputs
  readonly deps: {readonly log: Log; readonly env: NodeJS.ProcessEnv}
  readonly session: Session
  readonly account: Account
  readonly plan: Plan
  readonly packer: Packer
  readonly ledger: Ledger
  /** Packer's TMPDIR. */
  readonly temporaryFolder: string
}

/**
 * Renders the variables, has Packer check the template, serves Packer its credentials and builds the images.
 *
 * @throws {BuildError} when Packer fails
 * @throws {UserError} when the template uses credentials of its own, or makes an image that cannot be tested
 */
export async function buildImages(bake: ImageBuild, signal: AbortSignal): Promise<Baked> {
  const {inputs, deps, session, account, plan, packer, ledger, temporaryFolder} = bake
  const {log, env} = deps
  const {template} = inputs
  const {region} = inputs.aws
  const policy = packerSessionPolicy({
    region,
    partition: session.partition,
    bakeId: plan.bakeId,
    tagsAtCreation: semver.gte(packer.version, '1.8.0') && template.variables.has('tags'),
    own: !template.shipped,
    uses: template.names.uses,
    // A template of the user's own may name a profile of its own, or connect as it likes.
    passesRole: template.shipped ? inputs.image.instanceProfile !== undefined : template.names.uses.profile,
    startsSessions: template.shipped ? plan.reach.via === 'session-manager' : template.names.uses.sessions,
    sessionName: inputs.aws.role?.sessionName ?? '',
    copyRegions: template.names.copyRegions,
    copiesAnywhere: template.names.copiesAnywhere,
    roles: template.names.roles
  })
  const endpoint = await serveCredentials(session.narrowed(policy), {log})
  // An old Packer reads data sources already when it validates.
  let requestsBefore = 0
  const requests = (): number => endpoint.requests() - requestsBefore
  const watch = watchTemplate({ec2: account.ec2, bakeId: plan.bakeId, region, ledger, tags: plan.tags, log, requests})
  const room = watchRoom(ledger.folder)
  const onStart = (leader: ProcessIdentity): void => ledger.started(leader)
  try {
    await writeAwsConfig(ledger.folder, template.names.profiles)
    const plugins = await initPlugins(
      {
        packer,
        template: await requirementsOf(template, packer, ledger.folder),
        ...(inputs.githubToken ? {githubToken: inputs.githubToken} : {})
      },
      {env: {...env, TMPDIR: temporaryFolder}, log, onStart},
      signal
    )
    const more = template.environment
    const own = {folder: ledger.folder, temporaryFolder}
    const environment = {...packerEnvironment(env, {...own, region, endpoint, more}), ...plugins}
    // Another instance type is worth a try only if the template lets the action choose it. With several images, some
    // would exist already.
    const choosable = (variable: string): number | undefined =>
      template.variables.has(variable) && template.names.images <= 1 ? undefined : 1
    const types = plan.buildTypes.slice(0, choosable('instance_type'))
    const places = placesOf(types, plan.reach.subnetIds.slice(0, choosable('subnet_id')))
    let valid = false
    const {casc} = inputs.image
    const packagesFile = path.join(temporaryFolder, 'packages.tsv')
    const files = await writeBakeFiles(ledger.folder, {plugins: plan.plugins, ...(casc ? {casc: casc.folder} : {})})
    let since = plan.began
    let buildType: string | undefined
    const copyRegions = await regionsOfCopies(account, template.names, signal)
    ledger.mayCopyTo(copyRegions)
    const report = await onFirstWithCapacity(places, log, async (place) => {
      const file = path.join(ledger.folder, 'variables.json')
      const values = valuesFor(inputs, plan, place, {...(files === undefined ? {} : {files}), packagesFile})
      await writeFile(file, variablesFile(template, values), {mode: 0o600})
      if (!valid) replacements(template, values).forEach((text) => log.warning(text))
      const job = {
        packer: packer.path,
        template: template.path,
        // The last one takes precedence: explicit values over the user's files.
        variablesFiles: [...template.varFiles, file],
        arguments: template.arguments,
        workingDirectory: template.directory,
        environment,
        facts: {
          shipped: template.shipped,
          tagged: template.names.uses.tags.machines && tagsAtCreation(region) === 'everything',
          ...(inputs.aws.role ? {regions: [region, ...copyRegions]} : {}),
          sshUsername: template.variables.has('ssh_username') ? (plan.sshUsername ?? '') : '',
          ...(inputs.image.setupScript ? {setupScript: inputs.image.setupScript} : {})
        },
        ...watch
      }
      if (!valid) {
        const asks = asksDataSources(template, packer)
        await validate({...job, declared: template.declared, asksDataSources: asks, onStart}, log, signal)
      }
      if (!valid) requestsBefore = endpoint.requests()
      valid = true
      since = awsTime(account.ec2)
      buildType = template.variables.has('instance_type') ? place.instanceType : undefined
      return build(job, ledger, log, anyOf(signal, watch.signal, room.signal))
    })
    const traces = {bakeId: plan.bakeId, records: ledger, announced: ledger.announced}
    const told = await uncensored(report.artifacts, {account, bakeId: plan.bakeId, ledger}, signal)
    const artifacts = await withUnreported(account, {...report, artifacts: told}, traces, since, signal)
    const expected = {
      bake: template.shipped ? plan.bakeId : undefined,
      traces,
      mayBeNone: mayBeNone(template),
      mayBeGone: template.throwsAway,
      // A user's template may report an image that existed before: it is tested, and never removed.
      onFound: (image: RegionalImage) => {
        if (image.created < ledger.began) return
        ledger.made('image', image.id, undefined, image.region === region ? undefined : image.region)
      }
    }
    const baked = await bakedImages(account, artifacts, expected, signal)
    productsOf(baked.others, region).forEach((one) => ledger.made(one.type, one.id, undefined, one.region))
    baked.others.forEach(({target, builderId, id}) =>
      log.info(
        `The template also made ${id || 'something'} (${builderId}, ${target}): the action only reports it, and does not touch it if the bake succeeds`
      )
    )
    if (baked.images.length === 0) log.warning(noImage(template))
    // Several builds would all write into it.
    const isOnlyBuild =
      template.sources.length <= 1 &&
      baked.images.length === 1 &&
      baked.others.every(({target}) => target === baked.images[0]?.source)
    const packages = isOnlyBuild ? await installedPackages(packagesFile, log) : undefined
    return {...baked, ...(buildType === undefined ? {} : {buildType}), ...(packages ? {packages} : {})}
  } catch (error) {
    // Packer did not ask for the action's keys, and AWS refused the keys that it used.
    const refused = error instanceof BuildError && requests() === 0 && aboutCredentials.has(error.id)
    throw refused ? new UserError(`${bypassAdvice}\n${error.message}`, {cause: error}) : error
  } finally {
    watch.close()
    room.close()
    await endpoint.close()
    // Packer has ended, and the smoke test needs none of it.
    clearFolder(temporaryFolder, 'everything', log)
    clearFolder(ledger.folder, 'what may be secret', log)
  }
}

/** Amazon's builders of a user's template may be set to make no image, and its post-processors may throw one away. */
function mayBeNone({shipped, sources}: Template): boolean {
  return !shipped && sources.some(({type}) => type !== 'amazon-ebsvolume')
}

function noImage({sources}: Template): string {
  const skips = sources.filter((source) => source.mayBeTrue('skip_create_ami'))
  const perhaps = skips.some((source) => source.isTrue('skip_create_ami')) ? '' : 'perhaps because of '
  const why =
    skips.length > 0
      ? `${perhaps}skip_create_ami in ${skips.map(({name}) => name).join(', ')}`
      : 'Packer reports none, as it does when a post-processor does not keep its input (keep_input_artifact)'
  return `The template made no image: ${why}. There is nothing to test, and everything else that the bake made is removed.`
}

function asksDataSources({hasDataSources}: Template, {version}: Packer): boolean {
  return hasDataSources && semver.gte(version, '1.8.5')
}

const aboutCredentials: ReadonlySet<string | undefined> = new Set([
  'credentials-refused',
  'credentials-expired',
  'no-keys'
])

/** The builder takes no ranges for the whole world; with Session Manager it opens no port, and an old one opens it to nobody. */
const nobody = '255.255.255.255/32'

/**
 * @param files the folder that is uploaded to the machine
 * @param packagesFile where the list of the image's packages is to go
 */
export function valuesFor(
  inputs: Inputs,
  plan: Plan,
  place: Place,
  {files, packagesFile}: {readonly files?: string; readonly packagesFile?: string}
): TemplateValues {
  const {volumeSize, kmsKeyId, instanceProfile, casc, allowAnonymous} = inputs.image
  const {reach} = plan
  const {jenkinsRepositoryKeyFingerprint, jenkinsRepositoryUrl, setupScript, javaVersion, updateCenterUrl} =
    inputs.image
  return {
    region: inputs.aws.region,
    ami_name: plan.imageName,
    ...(plan.source ? {source_ami: plan.source.id} : {}),
    ...(plan.rootDeviceName ? {root_device_name: plan.rootDeviceName} : {}),
    ...(plan.sshUsername ? {ssh_username: plan.sshUsername} : {}),
    instance_type: place.instanceType,
    connect_via: reach.via,
    ...(place.subnetId ? {subnet_id: place.subnetId} : {}),
    allowed_cidrs: reach.cidrs.length > 0 ? reach.cidrs : [nobody],
    ...(reach.doubtful ? {ssh_timeout: '2m'} : {}),
    jenkins_version: plan.jenkins?.version ?? '',
    ...(jenkinsRepositoryUrl ? {jenkins_repository_url: jenkinsRepositoryUrl} : {}),
    java_version: javaVersion,
    jenkins_update_center_url: updateCenterUrl,
    ...(volumeSize ? {volume_size: volumeSize} : {}),
    ...(kmsKeyId ? {kms_key_id: kmsKeyId} : {}),
    ...(instanceProfile ? {instance_profile: instanceProfile} : {}),
    ...(files ? {jenkins_files: files} : {}),
    ...(casc?.hasSecurityRealm ? {jenkins_setup_wizard: false} : {}),
    ...(allowAnonymous ? {allow_anonymous: true} : {}),
    // A variable without a value keeps the template's own default.
    ...(jenkinsRepositoryKeyFingerprint ? {jenkins_repository_key_fingerprint: jenkinsRepositoryKeyFingerprint} : {}),
    ...(setupScript ? {setup_script: setupScript} : {}),
    ...(packagesFile ? {packages_file: packagesFile} : {}),
    deadline_minutes: Math.ceil(inputs.bakeTimeoutMs / 60_000) + 30,
    tags: plan.tags
  }
}
