import {AwsError, missingParameter} from '../../protocol/errors.ts'
import {find} from './resources.ts'
import type {Ec2Cloud, LaunchTemplateRecord} from './store.ts'
import type {Touched} from './touched.ts'

interface TemplateSpecification {
  readonly LaunchTemplateId?: string | undefined
  readonly LaunchTemplateName?: string | undefined
  readonly Version?: string | undefined
}

/**
 * The launch template that a call names.
 *
 * @throws AwsError MissingParameter, InvalidLaunchTemplateId.NotFound, .VersionNotFound,
 * InvalidLaunchTemplateName.NotFoundException
 */
export function findTemplate(cloud: Ec2Cloud, specification: TemplateSpecification): LaunchTemplateRecord {
  const {LaunchTemplateId: id, LaunchTemplateName: name, Version: version} = specification
  if (id === undefined && name === undefined) throw missingParameter('LaunchTemplateId or LaunchTemplateName')
  const template =
    id === undefined ? templateNamed(cloud, name ?? '') : find('launch-template', cloud.launchTemplates, id)
  if (version !== undefined) checkVersion(template, version)
  return template
}

export function templateNamed({launchTemplates}: Ec2Cloud, name: string): LaunchTemplateRecord {
  const template = [...launchTemplates.values()].find((one) => one.name === name)
  if (template) return template
  const message = 'At least one of the launch templates specified in the request does not exist.'
  throw new AwsError('InvalidLaunchTemplateName.NotFoundException', message)
}

export function checkVersion({id}: LaunchTemplateRecord, version: string): void {
  if (['1', '$Latest', '$Default'].includes(version)) return
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find launch template version ${version} for launch template ${id}`
  )
}

export const touchedTemplate = ({id}: LaunchTemplateRecord): Touched => ({type: 'launch-template', id})
