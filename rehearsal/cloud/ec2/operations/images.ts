import type {DeleteSnapshotReturnCode, Image, LaunchPermission} from '@aws-sdk/client-ec2'
import {AwsError, invalidCombination, missingParameter} from '../../protocol/errors.ts'
import {describeImage, imageFilters} from '../descriptions/images.ts'
import {list} from '../descriptions/listing.ts'
import {findOwnImage, touchedImage} from '../state/images.ts'
import {isCurrent} from '../state/instances.ts'
import {findAll} from '../state/resources.ts'
import {imagesWith, removeSnapshot, touchedSnapshot, visibleSnapshots} from '../state/snapshots.ts'
import type {Ec2Cloud, ImageRecord} from '../state/store.ts'
import type {Touched} from '../state/touched.ts'
import {refuseProtectedImage} from './deregistration-protection.ts'
import type {Ec2Call, Input, Operations} from './operation.ts'

/** How many of a launch template's latest versions AWS looks at (EC2 API reference, DescribeImageReferences, version-depth). */
const versionDepth = 10

export function imageOperations(cloud: Ec2Cloud): Operations {
  return {
    DescribeImages: async (input, call) => {
      await call.permit()
      const ids = input.ImageIds
      const images = ids ? findAll('image', cloud.images, ids) : [...cloud.images.values()]
      const wanted = images.filter((image) => isWanted(cloud, image, input))
      const described = wanted.map((image) => describeImage(cloud, image))
      const rules = {filters: imageFilters, limits: {least: 1, most: 1000}, byId: ids !== undefined}
      const {items, NextToken} = list(described, input, rules)
      return {Images: items, NextToken}
    },
    DeregisterImage: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      await call.permit([touchedImage(cloud, image)])
      refuseProtectedImage(cloud, image)
      cloud.images.delete(image.id)
      cloud.tags.delete(image.id)
      cloud.deregistered.add(image.id)
      if (input.DeleteAssociatedSnapshots !== true) return {Return: true}
      return {Return: true, DeleteSnapshotResults: await deleteSnapshots(cloud, image, call)}
    },
    ModifyImageAttribute: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      const change = readChange(input)
      await call.permit([touchedImage(cloud, image)])
      change(image)
      return {}
    },
    DescribeImageAttribute: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      await call.permit([touchedImage(cloud, image)])
      return {ImageId: image.id, ...attributeOf(cloud, image, input.Attribute ?? '')}
    },
    EnableImageDeprecation: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      const at = input.DeprecateAt
      if (!at || at <= cloud.now())
        throw new AwsError('InvalidParameterValue', 'The deprecation date must be in the future.')
      await call.permit([touchedImage(cloud, image)])
      image.deprecationTime = at
      return {Return: true}
    },
    DisableImageDeprecation: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      await call.permit([touchedImage(cloud, image)])
      delete image.deprecationTime
      return {Return: true}
    },
    DisableImage: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      if (image.state !== 'available') throw notIn(image, 'available')
      await call.permit([touchedImage(cloud, image)])
      image.state = 'disabled'
      return {Return: true}
    },
    EnableImage: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      if (image.state !== 'disabled') throw notIn(image, 'disabled')
      await call.permit([touchedImage(cloud, image)])
      image.state = 'available'
      return {Return: true}
    },
    DescribeImageReferences: async (input, call) => {
      const images = findAll('image', cloud.images, input.ImageIds ?? [])
      await call.permit()
      const instances = [...cloud.instances.values()].filter(
        (instance) => isCurrent(instance) && images.some(({id}) => id === instance.imageId)
      )
      const templates = [...cloud.launchTemplates.values()].flatMap((template) => {
        const current = template.versions.filter(
          ({number}) => number === template.defaultVersion || number > template.versions.length - versionDepth
        )
        return images
          .filter(({id}) => current.some(({data}) => data.ImageId === id))
          .map(({id: imageId}) => ({...template, imageId}))
      })
      const arn = `arn:aws:ec2:${cloud.region}:${cloud.accountId}`
      return {
        ImageReferences: [
          ...instances.map(({id, imageId}) => ({
            ImageId: imageId,
            ResourceType: 'ec2:Instance' as const,
            Arn: `${arn}:instance/${id}`
          })),
          ...templates.map(({id, imageId}) => ({
            ImageId: imageId,
            ResourceType: 'ec2:LaunchTemplate' as const,
            Arn: `${arn}:launch-template/${id}`
          }))
        ]
      }
    }
  }
}

function notIn({id, state}: ImageRecord, wanted: ImageRecord['state']): AwsError {
  return new AwsError('InvalidAMIID.Unavailable', `The image '${id}' is ${state}, not ${wanted}.`)
}

function isWanted(cloud: Ec2Cloud, image: ImageRecord, input: Input<'DescribeImages'>): boolean {
  const {
    Owners: owners = [],
    ExecutableUsers: users = [],
    ImageIds: ids,
    IncludeDeprecated: withDeprecated = false,
    IncludeDisabled: withDisabled = false
  } = input
  if (image.state === 'disabled' && !withDisabled) return false
  const own = image.ownerId === cloud.accountId
  const isDeprecated = image.deprecationTime !== undefined && image.deprecationTime <= cloud.now()
  if (isDeprecated && !own && !withDeprecated && !ids) return false
  if (owners.length > 0 && !owners.some((owner) => isOwner(cloud, image, owner))) {
    return false
  }
  return users.length === 0 || users.some((user) => isExecutableBy(cloud, image, user))
}

function isOwner({accountId}: Ec2Cloud, {ownerId, ownerAlias}: ImageRecord, owner: string): boolean {
  return owner === 'self' ? ownerId === accountId : owner === ownerId || owner === ownerAlias
}

function isExecutableBy({accountId}: Ec2Cloud, image: ImageRecord, user: string): boolean {
  if (user === 'all') return image.isPublic || image.launchableByAll
  return image.launchUsers.has(user === 'self' ? accountId : user)
}

/** A snapshot that another image uses is kept, and so is one that the caller may not delete: both are no error. */
async function deleteSnapshots(cloud: Ec2Cloud, image: ImageRecord, call: Ec2Call) {
  const results: DeleteSnapshotReturnCode[] = []
  for (const {Ebs} of image.mappings) {
    const snapshot = visibleSnapshots(cloud).get(Ebs?.SnapshotId ?? '')
    if (!snapshot) continue
    const shared = imagesWith(cloud, snapshot.id).length > 0
    const allowed = !shared && (await mayDelete(call, touchedSnapshot(cloud, snapshot)))
    if (allowed) removeSnapshot(cloud, snapshot.id)
    results.push({
      SnapshotId: snapshot.id,
      ReturnCode: shared ? 'skipped' : allowed ? 'success' : 'missing-permissions'
    })
  }
  return results
}

async function mayDelete(call: Ec2Call, snapshot: Touched): Promise<boolean> {
  try {
    await call.permitAlso('DeleteSnapshot', [snapshot])
    return true
  } catch (error) {
    if (error instanceof AwsError) return false
    throw error
  }
}

/** Reads either form of the call: `Attribute` with values, or a structure named after the attribute. */
function readChange(input: Input<'ModifyImageAttribute'>): (image: ImageRecord) => void {
  const {Attribute: attribute, Value: value, OperationType: operation} = input
  const description = input.Description?.Value ?? (attribute === 'description' ? value : undefined)
  if (description !== undefined) return (image) => void (image.description = description)
  const imds = input.ImdsSupport?.Value ?? (attribute === 'imdsSupport' ? value : undefined)
  if (imds !== undefined) {
    if (imds !== 'v2.0')
      throw new AwsError('InvalidParameterValue', `Invalid value '${imds}' for imdsSupport. It must be v2.0.`)
    return (image) => void (image.imdsSupport = imds)
  }
  const listed: LaunchPermission[] = [
    ...(input.UserIds ?? []).map((UserId) => ({UserId})),
    ...(input.UserGroups?.includes('all') ? [{Group: 'all' as const}] : [])
  ]
  const add = [...(input.LaunchPermission?.Add ?? []), ...(operation === 'add' ? listed : [])]
  const remove = [...(input.LaunchPermission?.Remove ?? []), ...(operation === 'remove' ? listed : [])]
  if (add.length + remove.length === 0) throw invalidCombination('No attributes specified.')
  for (const {UserId: user} of [...add, ...remove]) {
    if (user !== undefined && !/^\d{12}$/u.test(user)) {
      throw new AwsError('InvalidAMIAttributeItemValue', `Invalid attribute item value "${user}" for userId item type.`)
    }
  }
  return (image) => {
    for (const permission of add) setPermission(image, permission, true)
    for (const permission of remove) setPermission(image, permission, false)
  }
}

function setPermission(image: ImageRecord, permission: LaunchPermission, given: boolean): void {
  const {UserId: user, Group: group, OrganizationArn: organization, OrganizationalUnitArn: unit} = permission
  if (group === 'all') image.launchableByAll = given
  for (const [value, set] of [
    [user, image.launchUsers],
    [organization, image.launchOrganizations],
    [unit, image.launchUnits]
  ] as const) {
    if (value === undefined) continue
    if (given) set.add(value)
    else set.delete(value)
  }
}

function attributeOf(cloud: Ec2Cloud, image: ImageRecord, attribute: string) {
  const described: Image = describeImage(cloud, image)
  switch (attribute) {
    case 'description':
      return {Description: {Value: image.description}}
    case 'imdsSupport':
      return {ImdsSupport: {Value: image.imdsSupport}}
    case 'blockDeviceMapping':
      return {BlockDeviceMappings: described.BlockDeviceMappings}
    case 'bootMode':
      return {BootMode: {Value: described.BootMode}}
    case 'launchPermission': {
      return {
        LaunchPermissions: [
          ...[...image.launchUsers].map((UserId) => ({UserId})),
          ...[...image.launchOrganizations].map((OrganizationArn) => ({OrganizationArn})),
          ...[...image.launchUnits].map((OrganizationalUnitArn) => ({OrganizationalUnitArn})),
          ...(image.launchableByAll ? [{Group: 'all' as const}] : [])
        ]
      }
    }
    case '':
      throw missingParameter('attribute')
    default:
      throw new AwsError(
        'InvalidRequest',
        `The attribute '${attribute}' cannot be described by the rehearsal's local cloud.`
      )
  }
}
