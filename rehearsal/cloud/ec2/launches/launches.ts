import type {RunInstancesRequest} from '@aws-sdk/client-ec2'
import type {Call} from '../../calls.ts'
import {findTemplate, touchedTemplate, versionOf} from '../state/launch-templates.ts'
import {newId} from '../state/resources.ts'
import type {Ec2Cloud, Tags} from '../state/store.ts'
import {putTags, tagsAtCreation} from '../state/tags.ts'
import {addInstance} from './add-instance.ts'
import {touchedByLaunch} from './authorization.ts'
import type {Launch, LaunchInput} from './launch.ts'
import {planLaunch} from './plan.ts'
import {checkSupply} from './supply.ts'

/**
 * Looks at a launch, with what its launch template says where the call itself says nothing.
 *
 * @throws AwsError for whatever a launch may not be given
 */
export function prepareLaunch(cloud: Ec2Cloud, asked: RunInstancesRequest): Launch {
  const template = asked.LaunchTemplate && findTemplate(cloud, asked.LaunchTemplate)
  const said = template && versionOf(template, asked.LaunchTemplate?.Version).data
  const input: LaunchInput = {...said, ...asked}
  const plan = planLaunch(cloud, input)
  const allowed = ['instance', 'volume', 'network-interface', 'spot-instances-request'] as const
  const tagsOf = tagsAtCreation(input.TagSpecifications, allowed)
  return {
    input,
    plan,
    tagsOf,
    touched: [...touchedByLaunch(cloud, plan, tagsOf), ...(template ? [touchedTemplate(template)] : [])],
    systemTags: systemTagsOf(template?.id),
    passedRole: plan.profile && cloud.iam.roles.get(plan.profile.roleName ?? '')?.arn
  }
}

/**
 * Starts the machines of a launch that is permitted.
 *
 * @returns The instances' ids
 * @throws AwsError VcpuLimitExceeded, MaxSpotInstanceCountExceeded, InsufficientInstanceCapacity
 */
export function carryOutLaunch(cloud: Ec2Cloud, launch: Launch, by: Call['by']): string[] {
  checkSupply(cloud, launch.plan)
  const reservationId = newId('reservation')
  const ids = Array.from({length: launch.plan.count}, (_, index) =>
    addInstance(cloud, {launch, reservationId, index, by})
  )
  ids.forEach((id) => putTags(cloud, id, launch.systemTags))
  return ids
}

/** What EC2 itself puts on the instances of a launch template (EC2 user guide, launch templates). */
function systemTagsOf(templateId: string | undefined): Tags {
  if (templateId === undefined) return new Map()
  return new Map([
    ['aws:ec2launchtemplate:id', templateId],
    ['aws:ec2launchtemplate:version', '1']
  ])
}
