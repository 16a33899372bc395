import {touchedImage} from '../state/images.ts'
import {touchedGroup} from '../state/security-groups.ts'
import type {Ec2Cloud} from '../state/store.ts'
import type {Touched} from '../state/touched.ts'
import {volumeContext} from '../state/volumes.ts'
import type {LaunchPlan, LaunchTagsOf} from './launch.ts'

/** A launch needs permission for all that it uses and all that it makes (Service Authorization Reference, EC2). */
export function touchedByLaunch(cloud: Ec2Cloud, plan: LaunchPlan, tagsOf: LaunchTagsOf): Touched[] {
  const {region, accountId, network} = cloud
  const vpc = `arn:aws:ec2:${region}:${accountId}:vpc/${network.vpcId}`
  const zone = plan.subnet.zone
  const spotTags = tagsOf('spot-instances-request')
  return [
    touchedImage(cloud, plan.image),
    {
      type: 'instance',
      id: '*',
      requestTags: tagsOf('instance'),
      context: {
        'ec2:AvailabilityZone': zone,
        'ec2:EbsOptimized': 'false',
        'ec2:InstanceMarketType': plan.spot ? 'spot' : 'on-demand',
        'ec2:InstanceType': plan.type,
        'ec2:MetadataHttpEndpoint': plan.metadata.HttpEndpoint ?? 'enabled',
        'ec2:MetadataHttpPutResponseHopLimit': String(plan.metadata.HttpPutResponseHopLimit),
        'ec2:MetadataHttpTokens': plan.metadata.HttpTokens ?? 'optional',
        'ec2:RootDeviceType': 'ebs',
        'ec2:Tenancy': 'default',
        ...(plan.profile ? {'ec2:InstanceProfile': plan.profile.arn} : {})
      }
    },
    {
      type: 'network-interface',
      id: '*',
      requestTags: tagsOf('network-interface'),
      context: {
        'ec2:AssociatePublicIpAddress': String(plan.associatesPublicAddress),
        'ec2:AvailabilityZone': zone,
        'ec2:Subnet': `arn:aws:ec2:${region}:${accountId}:subnet/${plan.subnet.id}`,
        'ec2:Vpc': vpc
      }
    },
    ...plan.groupIds.map((id) => touchedGroup(cloud, id)),
    {type: 'subnet', id: plan.subnet.id, context: {'ec2:AvailabilityZone': zone, 'ec2:Vpc': vpc}},
    ...plan.volumes.map(({size, type, encrypted}): Touched => ({
      type: 'volume',
      id: '*',
      requestTags: tagsOf('volume'),
      context: {'ec2:AvailabilityZone': zone, ...volumeContext(size, type, encrypted)}
    })),
    ...(plan.keyPair ? [{type: 'key-pair' as const, id: plan.keyPair.name, tagsOf: plan.keyPair.id}] : []),
    // A request for a spot instance is looked at only where it is tagged (EC2 user guide, "Tag Spot Instance requests").
    ...(plan.spot && spotTags.size > 0
      ? [{type: 'spot-instances-request' as const, id: '*', requestTags: spotTags}]
      : [])
  ]
}
