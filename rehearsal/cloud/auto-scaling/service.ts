import type * as sdk from '@aws-sdk/client-auto-scaling'
import type {Authorize} from '../auth/authorize.ts'
import type {Principal} from '../auth/sessions.ts'
import {decodeRequest} from '../protocol/decode.ts'
import {encodeQuery, type Answer} from '../protocol/encode.ts'
import {AwsError} from '../protocol/errors.ts'
import {operationShape} from '../protocol/operations.ts'
import type {ActionOf, InputOf, OutputOf} from '../protocol/sdk-types.ts'

/** One authenticated call, still in its form encoding. */
interface AutoScalingRequest {
  readonly action: string
  readonly fields: URLSearchParams
  readonly principal: Principal
  /** The region that the call was signed for. */
  readonly region: string
  readonly requestId: string
}

export type AutoScalingService = (request: AutoScalingRequest) => Promise<Answer>

type Operations = {
  [A in ActionOf<typeof sdk>]?: (input: InputOf<typeof sdk, A>) => OutputOf<typeof sdk, A>
}

/** What a region has. */
interface Store {
  readonly groups: Map<string, sdk.AutoScalingGroup>
  readonly configurations: Map<string, sdk.LaunchConfiguration>
}

/**
 * Auto Scaling's query API, as far as it tells which images its groups launch: groups and launch configurations can be
 * made and described, and launch nothing.
 */
export function createAutoScalingService(authorize: Authorize, now: () => Date): AutoScalingService {
  const stores = new Map<string, Store>()
  return async ({action, fields, principal, region, requestId}) => {
    const shape = operationShape('autoscaling', action)
    if (!shape) throw new AwsError('InvalidAction', `Could not find operation ${action} for version 2011-01-01`)
    const store = stores.get(region) ?? {groups: new Map(), configurations: new Map()}
    stores.set(region, store)
    const operation = new Map(Object.entries(operationsOn(store, now))).get(action)
    if (!operation) {
      throw new AwsError('InvalidAction', `The rehearsal's local cloud does not offer the action ${action}. AWS does.`)
    }
    const input = decodeRequest(shape.input, fields, 'query')
    const name = `autoscaling:${action}`
    const context = {'aws:RequestedRegion': region}
    const decision = await authorize({principal, action: name, resources: [{arn: '*', context}]})
    if (!decision.allowed) {
      const what = `${name} on resource: * ${decision.because}`
      throw new AwsError('AccessDenied', `User: ${principal.arn} is not authorized to perform: ${what}`, 403)
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape of the same action was the decoder's
    return encodeQuery('autoscaling', action, shape.output, operation(input as never), requestId)
  }
}

function operationsOn({groups, configurations}: Store, now: () => Date): Operations {
  return {
    CreateLaunchConfiguration(input) {
      const name = input.LaunchConfigurationName ?? ''
      refuseTaken(configurations, name, 'Launch Configuration')
      const {ImageId = '', InstanceType = ''} = input
      configurations.set(name, {LaunchConfigurationName: name, ImageId, InstanceType, CreatedTime: now()})
      return {}
    },
    CreateAutoScalingGroup(input) {
      const {AutoScalingGroupName: name = '', MinSize = 0, MaxSize = 0, LaunchConfigurationName} = input
      refuseTaken(groups, name, 'AutoScalingGroup')
      const {LaunchTemplate, MixedInstancesPolicy, AvailabilityZones = []} = input
      groups.set(name, {
        AutoScalingGroupName: name,
        MinSize,
        MaxSize,
        DesiredCapacity: input.DesiredCapacity ?? MinSize,
        DefaultCooldown: 300,
        HealthCheckType: 'EC2',
        AvailabilityZones,
        CreatedTime: now(),
        LaunchConfigurationName,
        LaunchTemplate,
        MixedInstancesPolicy
      })
      return {}
    },
    DescribeAutoScalingGroups(input) {
      const {items, NextToken} = pageOf([...groups.values()], input)
      return {AutoScalingGroups: items, NextToken}
    },
    DescribeLaunchConfigurations(input) {
      const {items, NextToken} = pageOf([...configurations.values()], input)
      return {LaunchConfigurations: items, NextToken}
    }
  }
}

function refuseTaken(all: ReadonlyMap<string, unknown>, name: string, what: string): void {
  if (all.has(name)) throw new AwsError('AlreadyExists', `${what} by this name already exists`)
}

/** Of 50, or as many as the call asks for, at most 100 (Auto Scaling API reference). */
function pageOf<T>(
  all: readonly T[],
  {NextToken: token = '0', MaxRecords: size = 50}: {NextToken?: string | undefined; MaxRecords?: number | undefined}
): {items: T[]; NextToken: string | undefined} {
  if (size < 1 || size > 100) throw new AwsError('ValidationError', 'MaxRecords must be from 1 to 100')
  const end = Number(token) + size
  return {items: all.slice(Number(token), end), NextToken: end < all.length ? String(end) : undefined}
}
