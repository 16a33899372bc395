import type {
  CreateFleetError,
  CreateFleetInstance,
  FleetData,
  FleetLaunchTemplateOverridesRequest,
  LaunchTemplateAndOverridesResponse,
  RequestLaunchTemplateData,
  RunInstancesRequest
} from '@aws-sdk/client-ec2'
import {AwsError, missingParameter, notOffered} from '../../protocol/errors.ts'
import {filtered, type FilterTable} from '../descriptions/listing.ts'
import {carryOutLaunch, prepareLaunch} from '../launches/launches.ts'
import {madeBefore, remember} from '../state/idempotency.ts'
import {findInstanceType} from '../state/instance-types.ts'
import {findTemplate, touchedTemplate, versionOf} from '../state/launch-templates.ts'
import {find, findAll, newId} from '../state/resources.ts'
import type {Ec2Cloud, FleetRecord, LaunchTemplateRecord} from '../state/store.ts'
import {putTags, tagsAtCreation, tagSet} from '../state/tags.ts'
import type {Ec2Call, Input, Operations} from './operation.ts'

const filters: FilterTable<FleetData> = {
  'fleet-state': (fleet) => fleet.FleetState,
  type: (fleet) => fleet.Type
}

export function fleetOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateFleet: async (input, call) => {
      const wishes = readWishes(cloud, input)
      const tags = tagsAtCreation(input.TagSpecifications, ['fleet'])('fleet')
      const templates = new Set(wishes.map(({template}) => template))
      await call.permit([{type: 'fleet', id: '*', requestTags: tags}, ...[...templates].map(touchedTemplate)])
      const [earlier] = madeBefore(cloud, 'CreateFleet', input) ?? []
      if (earlier !== undefined) return answer(find('fleet', cloud.fleets, earlier))
      const fleet: FleetRecord = {
        id: newId('fleet'),
        createTime: cloud.now(),
        capacity: input.TargetCapacitySpecification?.TotalTargetCapacity ?? 0,
        ...(input.ClientToken !== undefined ? {clientToken: input.ClientToken} : {}),
        ...(await launchFirst(cloud, wishes, call))
      }
      cloud.fleets.set(fleet.id, fleet)
      putTags(cloud, fleet.id, tags)
      remember(cloud, 'CreateFleet', input, [fleet.id])
      return answer(fleet)
    },
    DescribeFleets: async (input, call) => {
      await call.permit()
      // Instant fleets are shown to those alone who name them (API reference of DescribeFleets).
      const fleets = findAll('fleet', cloud.fleets, input.FleetIds ?? []).map((fleet) => describe(cloud, fleet))
      return {Fleets: filtered(fleets, input.Filters, filters)}
    }
  }
}

/** One way to launch what the fleet is to hold. */
interface Wish {
  readonly template: LaunchTemplateRecord
  readonly overrides: FleetLaunchTemplateOverridesRequest
  readonly launch: RunInstancesRequest
}

/**
 * The ways to fill the fleet, in the order in which they are tried: the smallest types first where the lowest price is
 * asked for (the default), otherwise as they were given.
 *
 * @throws AwsError MissingParameter, InvalidParameterValue, …NotFound
 */
function readWishes(cloud: Ec2Cloud, input: Input<'CreateFleet'>): Wish[] {
  if (input.Type !== 'instant') throw notOffered(`fleets of the type '${input.Type ?? 'maintain'}'`)
  const {
    TotalTargetCapacity: count = 0,
    DefaultTargetCapacityType: market = 'on-demand',
    OnDemandTargetCapacity,
    SpotTargetCapacity
  } = input.TargetCapacitySpecification ?? {}
  if ((OnDemandTargetCapacity ?? 0) + (SpotTargetCapacity ?? 0) > 0) throw notOffered('fleets with parts by market')
  if (count < 1) throw new AwsError('InvalidParameterValue', 'The total target capacity must be at least 1.')
  const wishes = (input.LaunchTemplateConfigs ?? []).flatMap(({LaunchTemplateSpecification: named, Overrides = []}) => {
    if (!named) throw missingParameter('LaunchTemplateSpecification')
    const template = findTemplate(cloud, named)
    const ways = Overrides.length > 0 ? Overrides : [{}]
    return ways.map((overrides) => ({
      template,
      overrides,
      launch: launchOf(
        {id: template.id, version: named.Version, data: versionOf(template, named.Version).data},
        {overrides, count, spot: market === 'spot'}
      )
    }))
  })
  const cheapestFirst = (input.SpotOptions?.AllocationStrategy ?? 'lowest-price') === 'lowest-price'
  return cheapestFirst ? wishes.toSorted((a, b) => sizeOf(a) - sizeOf(b)) : wishes
}

/** A launch with the template, in which the overrides count for more. */
function launchOf(
  {
    id,
    version,
    data
  }: {readonly id: string; readonly version: string | undefined; readonly data: RequestLaunchTemplateData},
  {
    overrides,
    count,
    spot
  }: {readonly overrides: FleetLaunchTemplateOverridesRequest; readonly count: number; readonly spot: boolean}
): RunInstancesRequest {
  const {InstanceType, ImageId, KeyName, SubnetId, AvailabilityZone, MaxPrice, IamInstanceProfile} = overrides
  const options = data.InstanceMarketOptions?.SpotOptions
  const market = {MarketType: 'spot' as const, SpotOptions: {...options, ...(MaxPrice !== undefined ? {MaxPrice} : {})}}
  const [primary, ...others] = data.NetworkInterfaces ?? []
  const subnet = primary ? {NetworkInterfaces: [{...primary, SubnetId}, ...others]} : {SubnetId}
  return {
    MinCount: count,
    MaxCount: count,
    LaunchTemplate: {LaunchTemplateId: id, Version: version},
    ...(InstanceType !== undefined ? {InstanceType} : {}),
    ...(ImageId !== undefined ? {ImageId} : {}),
    ...(KeyName !== undefined ? {KeyName} : {}),
    ...(IamInstanceProfile !== undefined ? {IamInstanceProfile} : {}),
    ...(SubnetId !== undefined ? subnet : {}),
    ...(AvailabilityZone !== undefined ? {Placement: {AvailabilityZone}} : {}),
    ...(spot ? {InstanceMarketOptions: market} : {})
  }
}

/** Prices follow sizes closely enough to tell types apart; an unknown type is refused when it is tried. */
function sizeOf({launch}: Wish): number {
  try {
    const {vcpus, memoryMiB} = findInstanceType(launch.InstanceType ?? '')
    return vcpus * 8192 + memoryMiB
  } catch {
    return 0
  }
}

/** The first way that works fills the fleet. What stood in the way of those before it is no error of the call. */
async function launchFirst(cloud: Ec2Cloud, wishes: readonly Wish[], call: Ec2Call) {
  const errors: CreateFleetError[] = []
  for (const wish of wishes) {
    const where = {LaunchTemplateAndOverrides: describeWish(wish)}
    try {
      const launch = prepareLaunch(cloud, wish.launch)
      const lifecycle = {Lifecycle: launch.plan.spot ? ('spot' as const) : ('on-demand' as const)}
      await call.permitAlso('RunInstances', launch.touched, launch.passedRole)
      const InstanceIds = carryOutLaunch(cloud, launch, call.by)
      const instance: CreateFleetInstance = {...where, ...lifecycle, InstanceIds, InstanceType: launch.plan.type}
      return {errors, instances: [instance]}
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      const Lifecycle = wish.launch.InstanceMarketOptions ? ('spot' as const) : ('on-demand' as const)
      errors.push({...where, Lifecycle, ErrorCode: error.code, ErrorMessage: error.message})
    }
  }
  return {errors, instances: []}
}

function describeWish({template, overrides}: Wish): LaunchTemplateAndOverridesResponse {
  const {InstanceType, SubnetId, AvailabilityZone, MaxPrice, ImageId} = overrides
  return {
    LaunchTemplateSpecification: {LaunchTemplateId: template.id, Version: '1'},
    Overrides: {InstanceType, SubnetId, AvailabilityZone, MaxPrice, ImageId}
  }
}

const answer = ({id, errors, instances}: FleetRecord) => ({
  FleetId: id,
  Errors: [...errors],
  Instances: [...instances]
})

function describe(cloud: Ec2Cloud, fleet: FleetRecord): FleetData {
  const fulfilled = fleet.instances.flatMap(({InstanceIds = []}) => InstanceIds).length
  return {
    FleetId: fleet.id,
    FleetState: 'active',
    ActivityStatus: fulfilled > 0 ? 'fulfilled' : 'error',
    Type: 'instant',
    CreateTime: fleet.createTime,
    ClientToken: fleet.clientToken,
    FulfilledCapacity: fulfilled,
    TargetCapacitySpecification: {TotalTargetCapacity: fleet.capacity},
    Errors: [...fleet.errors],
    Instances: [...fleet.instances],
    Tags: tagSet(cloud, fleet.id)
  }
}
