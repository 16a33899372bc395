import {AwsError, missingParameter} from '../../protocol/errors.ts'
import {find} from './resources.ts'
import type {Ec2Cloud, LaunchTemplateRecord, LaunchTemplateVersionRecord} from './store.ts'
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
  if (version !== undefined) versionOf(template, version)
  return template
}

export function templateNamed({launchTemplates}: Ec2Cloud, name: string): LaunchTemplateRecord {
  const template = [...launchTemplates.values()].find((one) => one.name === name)
  if (template) return template
  const message = 'At least one of the launch templates specified in the request does not exist.'
  throw new AwsError('InvalidLaunchTemplateName.NotFoundException', message)
}

/**
 * @param version a number, `$Latest` or `$Default`
 * @throws AwsError InvalidLaunchTemplateId.VersionNotFound
 */
export function versionOf(
  {id, versions, defaultVersion}: LaunchTemplateRecord,
  version = '$Default'
): LaunchTemplateVersionRecord {
  const number =
    version === '$Latest' ? versions.length : version === '$Default' ? defaultVersion : Number.parseInt(version, 10)
  const found = versions.find((one) => one.number === number)
  if (found) return found
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find launch template version ${version} for launch template ${id}`
  )
}

export const touchedTemplate = ({id}: LaunchTemplateRecord): Touched => ({type: 'launch-template', id})
