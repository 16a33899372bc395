import type {LaunchTemplate, LaunchTemplateVersion, RequestLaunchTemplateData} from '@aws-sdk/client-ec2'
import {AwsError, invalidValue, missingParameter} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {madeBefore, remember} from '../state/idempotency.ts'
import {findTemplate, templateNamed, touchedTemplate, versionOf} from '../state/launch-templates.ts'
import {find, findAll, newId} from '../state/resources.ts'
import type {Ec2Cloud, LaunchTemplateRecord, LaunchTemplateVersionRecord} from '../state/store.ts'
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
      const made = {createTime: cloud.now(), createdBy: call.principal.arn}
      const template: LaunchTemplateRecord = {
        id: newId('launch-template'),
        name,
        ...made,
        versions: [{number: 1, ...made, data, ...descriptionIn(input)}],
        defaultVersion: 1
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
      const versions = wantedVersions(cloud, input).map(([template, version]) => describeVersion(template, version))
      const {items, NextToken} = list(versions, input, {filters: versionFilters, limits})
      return {LaunchTemplateVersions: items, NextToken}
    },
    CreateLaunchTemplateVersion: async (input, call) => {
      const template = findTemplate(cloud, input)
      const {SourceVersion: source, LaunchTemplateData: data} = input
      if (!data) throw missingParameter('LaunchTemplateData')
      const base = source === undefined ? {} : versionOf(template, source).data
      await call.permit([touchedTemplate(template)])
      const [earlier] = madeBefore(cloud, 'CreateLaunchTemplateVersion', input) ?? []
      const version =
        earlier === undefined
          ? addVersion(cloud, template, {...base, ...data}, input, call.principal.arn)
          : versionOf(template, earlier)
      remember(cloud, 'CreateLaunchTemplateVersion', input, [String(version.number)])
      return {LaunchTemplateVersion: describeVersion(template, version)}
    },
    ModifyLaunchTemplate: async (input, call) => {
      const template = findTemplate(cloud, input)
      const {number} = versionOf(template, input.DefaultVersion)
      await call.permit([touchedTemplate(template)])
      template.defaultVersion = number
      return {LaunchTemplate: describe(cloud, template)}
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
function wantedVersions(cloud: Ec2Cloud, input: Input<'DescribeLaunchTemplateVersions'>): VersionOfTemplate[] {
  const {LaunchTemplateId: id, LaunchTemplateName: name, Versions: versions = []} = input
  if (id === undefined && name === undefined) {
    const unfit = versions.find((version) => !version.startsWith('$'))
    if (versions.length === 0) throw missingParameter('LaunchTemplateId or LaunchTemplateName')
    if (unfit !== undefined) throw invalidValue(unfit, 'Versions', 'Without a launch template, $Latest or $Default.')
    return [...cloud.launchTemplates.values()].flatMap((template) => versionsOf(template, versions))
  }
  const template = findTemplate(cloud, input)
  if (versions.length > 0) return versionsOf(template, versions)
  const first = Number(input.MinVersion ?? 1)
  const last = Number(input.MaxVersion ?? template.versions.length)
  return template.versions
    .filter(({number}) => number >= first && number <= last)
    .toReversed()
    .map((version): VersionOfTemplate => [template, version])
}

type VersionOfTemplate = readonly [LaunchTemplateRecord, LaunchTemplateVersionRecord]

/** Each once, though several names may mean one. */
function versionsOf(template: LaunchTemplateRecord, versions: readonly string[]): VersionOfTemplate[] {
  return [...new Set(versions.map((version) => versionOf(template, version)))].map((version) => [template, version])
}

function addVersion(
  cloud: Ec2Cloud,
  template: LaunchTemplateRecord,
  data: RequestLaunchTemplateData,
  input: Input<'CreateLaunchTemplateVersion'>,
  createdBy: string
): LaunchTemplateVersionRecord {
  const version = {
    number: template.versions.length + 1,
    createTime: cloud.now(),
    createdBy,
    data,
    ...descriptionIn(input)
  }
  template.versions.push(version)
  return version
}

function descriptionIn({VersionDescription: description}: {readonly VersionDescription?: string | undefined}) {
  return description === undefined ? {} : {description}
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

function describe(
  cloud: Ec2Cloud,
  {id, name, createTime, createdBy, defaultVersion, versions}: LaunchTemplateRecord
): LaunchTemplate {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    CreateTime: createTime,
    CreatedBy: createdBy,
    DefaultVersionNumber: defaultVersion,
    LatestVersionNumber: versions.length,
    Tags: tagSet(cloud, id)
  }
}

function describeVersion(
  {id, name, defaultVersion}: LaunchTemplateRecord,
  {number, description, createTime, createdBy, data}: LaunchTemplateVersionRecord
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    VersionNumber: number,
    VersionDescription: description,
    CreateTime: createTime,
    CreatedBy: createdBy,
    DefaultVersion: number === defaultVersion,
    LaunchTemplateData: data
  }
}
