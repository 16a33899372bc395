import {
  DescribeImageReferencesCommand,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions,
  type EC2Client,
  type LaunchTemplateVersion
} from '@aws-sdk/client-ec2'
import {
  paginateDescribeAutoScalingGroups,
  paginateDescribeLaunchConfigurations,
  type AutoScalingClient,
  type AutoScalingGroup
} from '@aws-sdk/client-auto-scaling'
import type {ReadParameter} from '../aws/account.ts'
import {pageSize, templatePageSize} from '../aws/calls.ts'
import {adviceOnFailure, onItsLine} from '../aws/errors/explain.ts'
import {saidOf} from '../aws/errors/said.ts'
import {UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {inertText} from '../lib/untrusted.ts'

/** What is asked who uses an image. */
export interface UsesContext {
  readonly ec2: EC2Client
  readonly autoScaling: AutoScalingClient
  readonly readParameter: ReadParameter
  /** Of Systems Manager: the images that they name are in use. */
  readonly parameters: readonly string[]
  readonly log: Pick<Log, 'warning'>
}

/** Why an image is in use, by its id. */
export type Uses = ReadonlyMap<string, string>

const policies = 'iam/ssm-parameter-read-permissions.json has what parameters need'

/** The most values that AWS takes in one filter. */
const mostValues = 200
/** The most images that DescribeImageReferences takes. */
const mostReferences = 10
/** The most that the pages of Auto Scaling have. */
const groupPageSize = 100

/**
 * Who uses some images: instances, also stopped ones; launch templates by their default and latest version; Auto Scaling
 * groups by whatever version or image they name, and launch configurations; parameters; and what AWS itself knows of.
 *
 * @throws what AWS answers: an image of which not everything is known must stay
 */
export async function usesOf(context: UsesContext, imageIds: readonly string[], signal: AbortSignal): Promise<Uses> {
  const looking = new Looking(context, imageIds, signal)
  await looking.atInstances()
  await looking.atLaunchTemplates()
  await looking.atGroups()
  await looking.atLaunchConfigurations()
  await looking.atParameters()
  await looking.atReferences()
  return looking.uses
}

class Looking {
  readonly uses = new Map<string, string>()
  readonly #context: UsesContext
  readonly #wanted: ReadonlySet<string>
  readonly #abortSignal: AbortSignal
  readonly #parameters = new Map<string, string>()

  constructor(context: UsesContext, imageIds: readonly string[], signal: AbortSignal) {
    this.#context = context
    this.#wanted = new Set(imageIds)
    this.#abortSignal = signal
  }

  /** @param image an id, or `resolve:ssm:` and the name of a parameter that has one */
  async #note(image: string | undefined, by: string): Promise<void> {
    const [, parameter] = /^resolve:ssm:(.+)$/.exec(image ?? '') ?? []
    const id = parameter === undefined ? image : await this.#followed(parameter)
    if (id !== undefined && this.#wanted.has(id) && !this.uses.has(id)) this.uses.set(id, by)
  }

  /** A parameter that is gone names no image, so that whatever follows it launches none. */
  async #followed(name: string): Promise<string> {
    const known = this.#parameters.get(name)
    if (known !== undefined) return known
    const value = (await this.#read(name)) ?? ''
    this.#parameters.set(name, value)
    return value
  }

  /** @returns undefined if there is no such parameter */
  async #read(name: string): Promise<string | undefined> {
    try {
      return await this.#context.readParameter(name, this.#abortSignal)
    } catch (error) {
      this.#abortSignal.throwIfAborted()
      if (error instanceof Error && /^Parameter(Version)?NotFound$/.test(error.name)) return undefined
      throw new UserError(
        `the parameter ${inertText(name)} cannot be read: ${saidOf(error)}${onItsLine(adviceOnFailure(error, {policies, otherwise: ''}))}`,
        {cause: error}
      )
    }
  }

  async atInstances(): Promise<void> {
    const client = this.#context.ec2
    for (const Values of chunks([...this.#wanted], mostValues)) {
      const query = {Filters: [{Name: 'image-id', Values}]}
      const pages = paginateDescribeInstances({client, pageSize}, query, {abortSignal: this.#abortSignal})
      for await (const {Reservations = []} of pages) {
        for (const {InstanceId, ImageId, State} of Reservations.flatMap(({Instances = []}) => Instances)) {
          if (State?.Name !== 'terminated') await this.#note(ImageId, `the instance ${InstanceId}`)
        }
      }
    }
  }

  async atLaunchTemplates(): Promise<void> {
    const versions = this.#versions({Versions: ['$Default', '$Latest']})
    for await (const version of versions) {
      await this.#note(version.LaunchTemplateData?.ImageId, `the launch template ${nameOf(version)}`)
    }
  }

  async *#versions(query: {LaunchTemplateId?: string; Versions: string[]}): AsyncGenerator<LaunchTemplateVersion> {
    const paging = {client: this.#context.ec2, pageSize: templatePageSize}
    const pages = paginateDescribeLaunchTemplateVersions(paging, query, {abortSignal: this.#abortSignal})
    for await (const {LaunchTemplateVersions: versions = []} of pages) yield* versions
  }

  async atGroups(): Promise<void> {
    const paging = {client: this.#context.autoScaling, pageSize: groupPageSize}
    const pages = paginateDescribeAutoScalingGroups(paging, {}, {abortSignal: this.#abortSignal})
    for await (const {AutoScalingGroups = []} of pages) {
      for (const group of AutoScalingGroups) await this.#atGroup(group)
    }
  }

  async #atGroup(group: AutoScalingGroup): Promise<void> {
    const who = `the Auto Scaling group ${inertText(group.AutoScalingGroupName ?? '')}`
    for (const {ImageId} of group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []) {
      await this.#note(ImageId, who)
    }
    for (const [LaunchTemplateId, number] of numberedVersions(group)) {
      try {
        for await (const version of this.#versions({LaunchTemplateId, Versions: [number]})) {
          await this.#note(version.LaunchTemplateData?.ImageId, `${who}, by version ${number} of ${nameOf(version)}`)
        }
      } catch (error) {
        // A group whose launch template or version is gone launches nothing.
        if (!(error instanceof Error && /^InvalidLaunchTemplate\w*\..*NotFound/.test(error.name))) throw error
      }
    }
  }

  async atLaunchConfigurations(): Promise<void> {
    const paging = {client: this.#context.autoScaling, pageSize: groupPageSize}
    const pages = paginateDescribeLaunchConfigurations(paging, {}, {abortSignal: this.#abortSignal})
    for await (const {LaunchConfigurations = []} of pages) {
      for (const {ImageId, LaunchConfigurationName: name = ''} of LaunchConfigurations) {
        await this.#note(ImageId, `the launch configuration ${inertText(name)}`)
      }
    }
  }

  async atParameters(): Promise<void> {
    for (const name of this.#context.parameters) {
      const value = await this.#read(name)
      if (value === undefined) {
        throw new UserError(`there is no parameter ${name} in this region; correct the input 'ssm-parameters'`)
      }
      if (!/^ami-[0-9a-f]{8,17}$/.test(value)) {
        throw new UserError(`the parameter ${name} holds no id of an image; correct the input 'ssm-parameters'`)
      }
      await this.#note(value, `the parameter ${name}`)
    }
  }

  /** Also at Image Builder's recipes, and at every parameter of the data type of images. */
  async atReferences(): Promise<void> {
    const unused = [...this.#wanted].filter((id) => !this.uses.has(id))
    for (const ImageIds of chunks(unused, mostReferences)) {
      let NextToken: string | undefined
      do {
        const answer = await this.#references(ImageIds, NextToken)
        if (!answer) return
        for (const {ImageId, Arn = ''} of answer.ImageReferences ?? []) await this.#note(ImageId, inertText(Arn))
        NextToken = answer.NextToken || undefined
      } while (NextToken !== undefined)
    }
  }

  async #references(ImageIds: string[], token: string | undefined) {
    const {ec2, log} = this.#context
    const more = token === undefined ? {} : {NextToken: token}
    const query = new DescribeImageReferencesCommand({ImageIds, IncludeAllResourceTypes: true, ...more})
    try {
      return await ec2.send(query, {abortSignal: this.#abortSignal})
    } catch (error) {
      // A partition, or an AWS of others, may not have the newest calls.
      if (!(error instanceof Error && /^(InvalidAction|UnsupportedOperation)$/.test(error.name))) throw error
      log.warning(
        'This region cannot tell what refers to images (DescribeImageReferences): recipes of Image Builder, and parameters that no input and no launch template names, are not known'
      )
      return undefined
    }
  }
}

/** The versions that a group names by their number; the default and the latest are known. */
function numberedVersions({LaunchTemplate, MixedInstancesPolicy}: AutoScalingGroup): [string, string][] {
  const {LaunchTemplate: mixed} = MixedInstancesPolicy ?? {}
  const specifications = [
    LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map(({LaunchTemplateSpecification: own}) => own)
  ]
  return specifications.flatMap((one): [string, string][] => {
    const {LaunchTemplateId: id, Version: version = '$Default'} = one ?? {}
    return id !== undefined && /^\d+$/.test(version) ? [[id, version]] : []
  })
}

const nameOf = ({LaunchTemplateName: name = ''}: LaunchTemplateVersion): string => inertText(name)

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, n) => items.slice(n * size, (n + 1) * size))
}
