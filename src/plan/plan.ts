import {randomBytes} from 'node:crypto'
import type {Inputs} from '../inputs/inputs.ts'
import type {ImageInputs} from '../inputs/image.ts'
import {InputError} from '../lib/errors.ts'
import {bytesReader, fileOpener, textReader} from '../lib/http.ts'
import {contentsOf, kindName, type ComparableContents} from './contents/contents.ts'
import {planReach} from './connectivity.ts'
import {letIn, type Reach} from '../aws/connectivity.ts'
import type {Log} from '../lib/log.ts'
import {letInBy} from '../template/findings.ts'
import type {TemplateSource} from '../template/sources.ts'
import type {Template} from '../template/template.ts'
import {checkPromotion} from './promotion.ts'
import {resolveJenkins, type JenkinsRelease, type JenkinsRequest} from './jenkins-version.ts'
import {runName} from '../aws/run-name.ts'
import {lifetimeTags, tagKeys, type Tags} from '../aws/tags.ts'
import type {Account} from '../aws/account.ts'
import {awsTime} from '../aws/time.ts'
import {resolvePlugins, type Plugin} from './plugins/plugins.ts'
import {architectureOf, machineTypes, standardType, type MachineTypes} from './machine-types.ts'
import {noteSessionManagerPlugin} from './session-manager-plugin.ts'
import {packagesFor, resolveSource, type SourceImage, type SourceRequest} from './source.ts'
import type {Architecture} from '../inputs/distributions.ts'
import {checkSharedImage} from './shared-image.ts'
import {commonTo, templateImages, type TemplateImage, type TemplateImages} from './template-images.ts'

/** Everything that is decided before anything is made. */
export interface Plan {
  readonly bakeId: string
  /** By AWS's clock. Older resources are not this bake's. */
  readonly began: Date
  readonly imageName: string
  /** What successive images of the same kind have in common. */
  readonly kindName: string
  /** The source image that the action gives to the template. Absent: the template has an image of its own. */
  readonly source?: SourceImage
  /** The source images of the builders, as far as they are known before the build. */
  readonly templateImages: TemplateImages
  /** Of all source images. Absent: it is not known before the build, or there are several. */
  readonly architecture?: Architecture
  /** For the build, where the action chooses them. */
  readonly buildTypes: readonly string[]
  readonly machineTypes: MachineTypes
  /** Of the builders that ask for it. Absent: it is not known before the build, or they differ. */
  readonly sshUsername?: string
  /** Of the builders that ask for it. Absent: it is not known before the build, or they differ. */
  readonly rootDeviceName?: string
  /** Absent: the template is the user's and does not say which Jenkins it installs. */
  readonly jenkins?: JenkinsRelease
  /** With all their dependencies. */
  readonly plugins: readonly Plugin[]
  /** How the build and the smoke test are reached. */
  readonly reach: Reach
  /** On everything that the bake makes. */
  readonly tags: Tags
  /** For the comparison with the last image. Absent: it was not asked for. */
  readonly comparable?: ComparableContents
}

export interface PlanContext {
  readonly account: Account
  readonly log: Log
  /** Names the workflow run in tags, and the proxies. */
  readonly env: NodeJS.ProcessEnv
}

/** In bytes. Jenkins's package indexes have less than 2 MB, those of a mirror of many packages may have more. */
const longestIndex = 50_000_000

/** @throws {UserError} when something that the inputs name does not exist or cannot be looked up */
export async function planImage(inputs: Inputs, context: PlanContext, signal: AbortSignal): Promise<Plan> {
  const {account, log, env} = context
  const {ec2, readParameter} = account
  const now = (): Date => awsTime(ec2)
  const readBytes = bytesReader(env, longestIndex)
  const {image, template, aws} = inputs
  const asksForJenkins = template.variables.has('jenkins_version')
  const {connectVia: via, allowedCidrs, subnetIds} = inputs
  template.warnings.forEach((warning) => log.warning(warning))
  await checkPromotion(account, inputs.promotion, log, signal)
  if (via === 'session-manager') await noteSessionManagerPlugin(log, env, signal)
  const asking = machineTypes(
    ec2,
    {given: image.instanceTypes, sources: template.shipped ? [] : template.sources},
    signal
  )
  const onOurs = template.sources.filter((one) => one.isVariable('source_ami'))
  const looking = (async (): Promise<Starts> => {
    checkSharedImage(await asking, template.sources)
    const given = template.variables.has('source_ami')
      ? await resolveSource(
          {ec2, log, now, readParameter},
          sourceRequest(image, aws.region, architectureOf(await asking, onOurs)),
          signal
        )
      : undefined
    const images = await templateImages({ec2, readParameter}, {sources: template.sources, given}, signal)
    return {given, images}
  })()
  const [starts, types, jenkins, reach] = await Promise.all([
    looking,
    asking,
    asksForJenkins
      ? looking.then((found) => resolveJenkins(jenkinsRequest(inputs, found), {readBytes, log}, signal))
      : undefined,
    planReach(
      {via, allowedCidrs, subnetIds},
      {ec2, region: aws.region, read: textReader(env, longestIndex), log},
      signal
    )
  ])
  const {given: source, images} = starts
  checkArchitecture(image.architecture, images)
  const known = <T>(variable: string, fact: (one: TemplateImage) => T | undefined): T | undefined =>
    commonTo(buildersThatAskFor(variable, template), starts, fact)
  const architecture = commonTo(template.sources, starts, (one) => one.architecture)
  const sshUsername = image.sshUsername ?? known('ssh_username', (one) => one.loginUser)
  const rootDeviceName = known('root_device_name', (one) => one.rootDeviceName)
  const buildArchitecture = known('instance_type', (one) => one.architecture) ?? image.architecture ?? 'x86_64'
  if (template.shipped && source && !sshUsername) {
    throw new InputError(
      'ssh-username',
      `is missing: ${source.id} ${source.name} is not an official image of Debian, Ubuntu or Amazon Linux; give its login user`
    )
  }
  const {updateCenterUrl} = image
  const plugins =
    jenkins && image.plugins.length > 0
      ? await resolvePlugins(
          {plugins: image.plugins, jenkinsVersion: jenkins.version, updateCenterUrl},
          {open: fileOpener(env), log},
          signal
        )
      : []
  const parts = {...(source ? {source} : {}), templateImages: images, ...(jenkins ? {jenkins} : {}), plugins}
  const comparable = inputs.reuse && (await contentsOf(inputs, parts, env))
  const bakeId = randomBytes(6).toString('hex')
  const began = now()
  const stamp = began.toISOString().replace(/\D/g, '').slice(0, 14)
  const imageName = [image.namePrefix, jenkins?.version, stamp, bakeId.slice(0, 4)].filter(Boolean).join('-')
  if (source) log.info(`Source image ${source.id} ${source.name}`)
  images.forEach(({id, name}, builder) => {
    if (id !== source?.id) log.info(`${builder} bakes on ${id} ${name}`)
  })
  if (jenkins) log.info(`Jenkins ${jenkins.version} from ${jenkins.repositoryUrl}`)
  if (plugins.length > 0) log.info(`Plugins ${plugins.map(({name, version}) => `${name}:${version}`).join(' ')}`)
  reachability(template, reach).forEach((text) => log.info(text))
  log.info(template.variables.has('ami_name') ? `Bake ${bakeId} makes ${imageName}` : `Bake ${bakeId}`)
  return {
    bakeId,
    began,
    imageName,
    kindName: kindName(inputs, env),
    ...parts,
    ...(architecture ? {architecture} : {}),
    buildTypes: image.instanceTypes.length > 0 ? image.instanceTypes : [standardType(buildArchitecture)],
    machineTypes: types,
    ...(sshUsername ? {sshUsername} : {}),
    ...(rootDeviceName ? {rootDeviceName} : {}),
    reach,
    tags: {
      ...image.tags,
      [tagKeys.bake]: bakeId,
      [tagKeys.run]: runName(env),
      ...lifetimeTags(began, inputs.bakeTimeoutMs + (inputs.smoke?.keepFailedMs ?? 0))
    },
    ...(comparable ? {comparable} : {})
  }
}

/** Describes who may reach the machines. For a user's template, by its own settings. */
function reachability({variables, sources}: Template, reach: Reach): string[] {
  const ours = letIn(reach)
  const own = sources.map((source) => {
    const ranges = letInBy(source)
    if (ranges === 'everybody') return '0.0.0.0/0, as the template says'
    if (ranges) return ranges.length > 0 ? `${ranges.join(', ')}, as the template says` : 'nobody: no port is opened'
    return variables.has('allowed_cidrs') ? ours : 'the sources that the template lets in'
  })
  const others = [...new Set(own)].filter((one) => one !== ours)
  if (others.length === 0) return [`The build and the smoke test can be reached from ${ours}`]
  return [`The smoke test can be reached from ${ours}`, ...others.map((one) => `The build can be reached from ${one}`)]
}

/** What the builders start from. */
interface Starts {
  /** What the action gives to the variable source_ami. */
  readonly given: SourceImage | undefined
  readonly images: TemplateImages
}

/** The builders that decide about a variable's value. If none has it in a setting, provisioners may, in each build. */
function buildersThatAskFor(variable: string, {sources}: Template): readonly TemplateSource[] {
  const asking = sources.filter((source) => source.uses(variable))
  return asking.length > 0 ? asking : sources
}

function sourceRequest(
  {source, architecture, volumeSize}: ImageInputs,
  region: string,
  machine: Architecture | undefined
): SourceRequest {
  return {
    source,
    region,
    ...(architecture ? {architecture} : {}),
    ...(machine ? {machine} : {}),
    ...(volumeSize ? {volumeSize} : {})
  }
}

/** @throws {InputError} when the user names another architecture than the template's own image has */
function checkArchitecture(wanted: Architecture | undefined, images: TemplateImages): void {
  for (const [builder, {id, architecture}] of images) {
    if (wanted === undefined || wanted === architecture) continue
    throw new InputError(
      'architecture',
      `is ${wanted}, but ${builder} of the template bakes on ${id}, which is for ${architecture}; leave the input out`
    )
  }
}

function jenkinsRequest({image, template}: Inputs, starts: Starts): JenkinsRequest {
  const {jenkinsVersion: version, jenkinsRepositoryUrl: repositoryUrl, sshUsername} = image
  const ofUser = packagesFor(sshUsername)
  const packages = commonTo(template.sources, starts, (one) => one.packages ?? ofUser) ?? ofUser
  return {version, ...(packages ? {packages} : {}), ...(repositoryUrl ? {repositoryUrl} : {})}
}
