import {randomBytes} from 'node:crypto'
import type {EC2Client} from '@aws-sdk/client-ec2'
import type {ImageInputs, Inputs} from '../inputs.ts'
import {InputError} from '../report/errors.ts'
import type {OpenFile, ReadBytes, ReadText} from '../http.ts'
import {planReach} from '../network/planReach.ts'
import type {Reach} from '../network/reach.ts'
import type {Log} from '../report/log.ts'
import {resolveJenkins, type JenkinsRelease, type JenkinsRequest} from './jenkinsVersion.ts'
import {lifetimeTags} from './lifetime.ts'
import type {ReadParameter} from './parameter.ts'
import {resolvePlugins, type Plugin} from './plugins.ts'
import {packagesOf, resolveSource, type SourceImage} from './source.ts'
import {tagKeys, type Tags} from './tags.ts'

/** Everything that is decided before anything is made. */
export interface Plan {
  readonly bakeId: string
  /** By AWS's clock. What existed before is not this bake's. */
  readonly began: Date
  readonly imageName: string
  readonly source: SourceImage
  /** Absent: it is not known, and a template of the user's own knows it. */
  readonly sshUsername?: string
  /** Absent: the template is the user's and does not say which Jenkins it installs. */
  readonly jenkins?: JenkinsRelease
  /** With all that they depend on. */
  readonly plugins: readonly Plugin[]
  /** How the build and the smoke test are reached. */
  readonly reach: Reach
  /** On everything that the bake makes. */
  readonly tags: Tags
}

export interface PlanContext {
  readonly ec2: EC2Client
  readonly log: Log
  readonly read: ReadText
  readonly readBytes: ReadBytes
  readonly open: OpenFile
  readonly readParameter: ReadParameter
  /** AWS's clock, asked when AWS has answered. */
  readonly now: () => Date
  /** Names the workflow run in tags. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** @throws {UserError} when what the inputs name does not exist or cannot be learned */
export async function planImage(inputs: Inputs, context: PlanContext, signal: AbortSignal): Promise<Plan> {
  const {ec2, log, read, readBytes, open, readParameter, now, env} = context
  const {image, template, aws} = inputs
  const asksForJenkins = template.variables.has('jenkins_version')
  const {connectVia: via, allowedCidrs, subnetIds} = inputs
  const {source: wanted, architecture, volumeSize} = image
  const looking = resolveSource(
    {ec2, log, now, readParameter},
    {source: wanted, architecture, region: aws.region, ...(volumeSize ? {volumeSize} : {})},
    signal
  )
  const [source, jenkins, reach] = await Promise.all([
    looking,
    asksForJenkins
      ? looking.then((found) => resolveJenkins(jenkinsRequest(image, found), {readBytes, log}, signal))
      : undefined,
    planReach({via, allowedCidrs, subnetIds}, {ec2, region: aws.region, read, log}, signal)
  ])
  const sshUsername = image.sshUsername ?? source.loginUser
  if (template.shipped && !sshUsername) {
    throw new InputError(
      'ssh-username',
      `is missing: ${source.id} ${source.name} is nobody's own image of a distribution; name its login user`
    )
  }
  const {updateCenterUrl} = image
  const plugins =
    jenkins && image.plugins.length > 0
      ? await resolvePlugins(
          {plugins: image.plugins, jenkinsVersion: jenkins.version, updateCenterUrl},
          {open, log},
          signal
        )
      : []
  const bakeId = randomBytes(6).toString('hex')
  const began = now()
  const stamp = began.toISOString().replace(/\D/g, '').slice(0, 14)
  const imageName = [image.namePrefix, jenkins?.version, stamp, bakeId.slice(0, 4)].filter(Boolean).join('-')
  log.info(`Source image ${source.id} ${source.name}`)
  if (jenkins) log.info(`Jenkins ${jenkins.version} from ${jenkins.repositoryUrl}`)
  if (plugins.length > 0) log.info(`Plugins ${plugins.map(({name, version}) => `${name}:${version}`).join(' ')}`)
  log.info(`Bake ${bakeId} makes ${imageName}`)
  return {
    bakeId,
    began,
    imageName,
    source,
    ...(sshUsername ? {sshUsername} : {}),
    plugins,
    ...(jenkins ? {jenkins} : {}),
    reach,
    tags: {
      ...image.tags,
      [tagKeys.bake]: bakeId,
      [tagKeys.run]: runName(env),
      ...lifetimeTags(began, inputs.bakeTimeoutMs)
    }
  }
}

function jenkinsRequest(
  {jenkinsVersion: version, jenkinsRepositoryUrl: repositoryUrl, sshUsername}: ImageInputs,
  source: SourceImage
): JenkinsRequest {
  const packages = packagesOf(source, sshUsername)
  return {version, ...(packages ? {packages} : {}), ...(repositoryUrl ? {repositoryUrl} : {})}
}

/** `owner/repository/123456789/1`: leads from a resource in the account to the run that made it. */
function runName(env: PlanContext['env']): string {
  const name = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID'], env['GITHUB_RUN_ATTEMPT']].filter(Boolean).join('/')
  // What EC2 allows in a tag's value (Tag your resources, restrictions), and nothing that Packer would evaluate.
  return name.replace(/[^\w+=.:/@-]/g, '_').slice(0, 256) || 'unknown'
}
