import type {Reach} from '../../aws/connectivity.ts'
import type {Tags} from '../../aws/tags.ts'
import {distributions, type Architecture} from '../../inputs/distributions.ts'
import type {Inputs} from '../../inputs/inputs.ts'
import {smokeTypesFor} from '../machine-types.ts'
import type {Plan} from '../plan.ts'

/** The resources that a bake is going to make, as far as they can be tried before anything exists. */
export interface PreflightRequest {
  readonly bakeId: string
  readonly tags: Tags
  readonly region: string
  /** Absent: only Packer knows the source image of the user's own template. */
  readonly source?: {readonly id: string; readonly rootDeviceName?: string}
  /** The source image's, which the instance types must have, too. Absent: it is not known, or there are several. */
  readonly architecture?: Architecture
  readonly instanceTypes: readonly string[]
  readonly reach: Reach
  /** The source image is the newest of a distribution, which has one of each architecture. */
  readonly isDistribution: boolean
  /** The build's. */
  readonly instanceProfile?: string
  /** Of the build's root volume, in GiB. Absent: the source image's. */
  readonly volumeSize?: number
  /** Encrypts it. Absent: the account's default key. */
  readonly kmsKeyId?: string
  /** The shipped template is going to build: its resources are known. */
  readonly shipped: boolean
  /** A smoke test was asked for. */
  readonly smoke: boolean
  /** Its machine's. */
  readonly smokeInstanceProfile?: string
}

/** The resources that a bake with these inputs is going to make, for the preflight. */
export function preflightOf({aws, template, image, smoke}: Inputs, plan: Plan): PreflightRequest {
  const {bakeId, tags, source, templateImages, architecture, reach, machineTypes} = plan
  const [own] = templateImages.values()
  const tested = [...templateImages].flatMap(([name, one]) =>
    smokeTypesFor(machineTypes, {source: name, architecture: one.architecture}, reach.via === 'session-manager')
  )
  const ofSmoke = tested.length > 0 ? tested : source ? plan.buildTypes : image.instanceTypes
  const ofBuild = template.variables.has('instance_type') ? plan.buildTypes : []
  return {
    bakeId,
    tags,
    region: aws.region,
    ...((source ?? own) ? {source: source ?? own} : {}),
    ...(architecture ? {architecture} : {}),
    isDistribution: source !== undefined && Object.hasOwn(distributions, image.source),
    instanceTypes: [...new Set([...ofBuild, ...(smoke ? ofSmoke : [])])],
    reach,
    ...(image.instanceProfile ? {instanceProfile: image.instanceProfile} : {}),
    ...(image.volumeSize ? {volumeSize: image.volumeSize} : {}),
    ...(image.kmsKeyId ? {kmsKeyId: image.kmsKeyId} : {}),
    shipped: template.shipped,
    smoke: smoke !== undefined,
    ...(smoke?.instanceProfile ? {smokeInstanceProfile: smoke.instanceProfile} : {})
  }
}
