import type {SpotInstanceRequest} from '@aws-sdk/client-ec2'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {findAll} from '../state/resources.ts'
import {isLive, requestState} from '../state/spot-requests.ts'
import type {Ec2Cloud, SpotRequestRecord} from '../state/store.ts'
import {tagSet} from '../state/tags.ts'
import type {Operations} from './operation.ts'

const filters: FilterTable<SpotInstanceRequest> = {
  'create-time': (request) => request.CreateTime,
  'instance-id': (request) => request.InstanceId,
  'launch.image-id': (request) => request.LaunchSpecification?.ImageId,
  'launch.instance-type': (request) => request.LaunchSpecification?.InstanceType,
  'launch.key-name': (request) => request.LaunchSpecification?.KeyName,
  'launched-availability-zone': (request) => request.LaunchedAvailabilityZone,
  'product-description': (request) => request.ProductDescription,
  'spot-instance-request-id': (request) => request.SpotInstanceRequestId,
  'spot-price': (request) => request.SpotPrice,
  state: (request) => request.State,
  'status-code': (request) => request.Status?.Code,
  type: (request) => request.Type
}

export function spotRequestOperations(cloud: Ec2Cloud): Operations {
  return {
    DescribeSpotInstanceRequests: async (input, call) => {
      await call.permit()
      const ids = input.SpotInstanceRequestIds
      const requests = ids
        ? findAll('spot-instances-request', cloud.spotRequests, ids)
        : [...cloud.spotRequests.values()]
      const described = requests.map((request) => describe(cloud, request))
      const rules = {filters, limits: {least: 5, most: 1000}, byId: ids !== undefined}
      const {items, NextToken} = list(described, input, rules)
      return {SpotInstanceRequests: items, NextToken}
    },
    // The instance lives on (API reference of CancelSpotInstanceRequests).
    CancelSpotInstanceRequests: async (input, call) => {
      const requests = findAll('spot-instances-request', cloud.spotRequests, input.SpotInstanceRequestIds ?? [])
      await call.permit(requests.map(({id}) => ({type: 'spot-instances-request', id})))
      for (const request of requests) request.cancelled ||= isLive(cloud, request)
      return {
        CancelledSpotInstanceRequests: requests.map((request) => ({
          SpotInstanceRequestId: request.id,
          State: requestState(cloud, request).state === 'cancelled' ? ('cancelled' as const) : ('completed' as const)
        }))
      }
    }
  }
}

function describe(cloud: Ec2Cloud, request: SpotRequestRecord): SpotInstanceRequest {
  const instance = cloud.instances.get(request.instanceId)
  const {state, code, message} = requestState(cloud, request)
  return {
    SpotInstanceRequestId: request.id,
    CreateTime: request.createTime,
    InstanceId: request.instanceId,
    InstanceInterruptionBehavior: 'terminate',
    LaunchSpecification: {
      ImageId: instance?.imageId,
      InstanceType: instance?.type,
      KeyName: instance?.keyName,
      SecurityGroups: instance?.groupIds.map((id) => ({GroupId: id, GroupName: cloud.groups.get(id)?.name}))
    },
    LaunchedAvailabilityZone: cloud.network.subnets.get(instance?.subnetId ?? '')?.zone,
    ProductDescription: 'Linux/UNIX',
    SpotPrice: request.maxPrice,
    State: state,
    Status: {Code: code, Message: message, UpdateTime: request.createTime},
    Type: 'one-time',
    Tags: tagSet(cloud, request.id)
  }
}
