import type {LaunchTemplate, LaunchTemplateVersion} from '@aws-sdk/client-ec2'
import {AwsError, invalidValue, missingParameter} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {madeBefore, remember} from '../state/idempotency.ts'
import {checkVersion, findTemplate, templateNamed, touchedTemplate} from '../state/launch-templates.ts'
import {find, findAll, newId} from '../state/resources.ts'
import type {Ec2Cloud, LaunchTemplateRecord} from '../state/store.ts'
import {putTags, tagsAtCreation, tagSet} from '../state/tags.ts'
import type {Input, Operations} from './operation.ts'

const filters: FilterTable<LaunchTemplate> = {
  'create-time': (template) => template.CreateTime,
  'launch-template-name': (template) => template.LaunchTemplateName
}

const versionFilters: FilterTable<LaunchTemplateVersion> = {
  'create-time': (version) => version.CreateTime,
  'iam-instance-profile': (version) => version.LaunchTemplateData?.IamInstanceProfile?.Name,
  'image-id': (version) => version.LaunchTemplateData?.ImageId,
  'instance-type': (version) => version.LaunchTemplateData?.InstanceType,
  'is-default-version': (version) => version.DefaultVersion
}

const limits = {least: 1, most: 200}

export function launchTemplateOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateLaunchTemplate: async (input, call) => {
      const name = input.LaunchTemplateName ?? ''
      const data = input.LaunchTemplateData
      if (!data) throw missingParameter('LaunchTemplateData')
      const tags = tagsAtCreation(input.TagSpecifications, ['launch-template'])('launch-template')
      const [earlier] = madeBefore(cloud, 'CreateLaunchTemplate', input) ?? []
      if (earlier === undefined) checkName(cloud, name)
      await call.permit([{type: 'launch-template', id: '*', requestTags: tags}])
      if (earlier !== undefined) {
        return {LaunchTemplate: describe(cloud, find('launch-template', cloud.launchTemplates, earlier))}
      }
      const template: LaunchTemplateRecord = {
        id: newId('launch-template'),
        name,
        createTime: cloud.now(),
        createdBy: call.principal.arn,
        data,
        ...(input.VersionDescription !== undefined ? {versionDescription: input.VersionDescription} : {})
      }
      cloud.launchTemplates.set(template.id, template)
      putTags(cloud, template.id, tags)
      remember(cloud, 'CreateLaunchTemplate', input, [template.id])
      return {LaunchTemplate: describe(cloud, template)}
    },
    DescribeLaunchTemplates: async (input, call) => {
      await call.permit()
      const {LaunchTemplateIds: ids, LaunchTemplateNames: names} = input
      const byId = ids !== undefined || names !== undefined
      const templates = byId
        ? [
            ...findAll('launch-template', cloud.launchTemplates, ids ?? []),
            ...(names ?? []).map((name) => templateNamed(cloud, name))
          ]
        : [...cloud.launchTemplates.values()]
      const described = templates.map((template) => describe(cloud, template))
      const {items, NextToken} = list(described, input, {filters, limits, byId})
      return {LaunchTemplates: items, NextToken}
    },
    DescribeLaunchTemplateVersions: async (input, call) => {
      await call.permit()
      const versions = wantedVersions(cloud, input).map(describeVersion)
      const {items, NextToken} = list(versions, input, {filters: versionFilters, limits})
      return {LaunchTemplateVersions: items, NextToken}
    },
    DeleteLaunchTemplate: async (input, call) => {
      const template = findTemplate(cloud, input)
      await call.permit([touchedTemplate(template)])
      const described = describe(cloud, template)
      cloud.launchTemplates.delete(template.id)
      cloud.tags.delete(template.id)
      return {LaunchTemplate: described}
    }
  }
}

/** Without a template, the call is for the latest or default versions of all of them (API reference). */
function wantedVersions(cloud: Ec2Cloud, input: Input<'DescribeLaunchTemplateVersions'>): LaunchTemplateRecord[] {
  const {LaunchTemplateId: id, LaunchTemplateName: name, Versions: versions = []} = input
  if (id === undefined && name === undefined) {
    const unfit = versions.find((version) => !version.startsWith('$'))
    if (versions.length === 0) throw missingParameter('LaunchTemplateId or LaunchTemplateName')
    if (unfit !== undefined) throw invalidValue(unfit, 'Versions', 'Without a launch template, $Latest or $Default.')
    return [...cloud.launchTemplates.values()]
  }
  const template = findTemplate(cloud, input)
  for (const version of versions) checkVersion(template, version)
  const first = Number(input.MinVersion ?? 1)
  const last = Number(input.MaxVersion ?? 1)
  return first <= 1 && last >= 1 ? [template] : []
}

/** @throws AwsError InvalidLaunchTemplateName.MalformedException, .AlreadyExistsException */
function checkName({launchTemplates}: Ec2Cloud, name: string): void {
  if (!/^[\w().\-/]{3,128}$/u.test(name)) {
    const rule =
      "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the characters '-', '_', '.', '/', '(', and ')'."
    throw new AwsError('InvalidLaunchTemplateName.MalformedException', rule)
  }
  if ([...launchTemplates.values()].some((one) => one.name === name)) {
    throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')
  }
}

function describe(cloud: Ec2Cloud, {id, name, createTime, createdBy}: LaunchTemplateRecord): LaunchTemplate {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    CreateTime: createTime,
    CreatedBy: createdBy,
    DefaultVersionNumber: 1,
    LatestVersionNumber: 1,
    Tags: tagSet(cloud, id)
  }
}

function describeVersion(template: LaunchTemplateRecord): LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: 1,
    VersionDescription: template.versionDescription,
    CreateTime: template.createTime,
    CreatedBy: template.createdBy,
    DefaultVersion: true,
    LaunchTemplateData: template.data
  }
}
