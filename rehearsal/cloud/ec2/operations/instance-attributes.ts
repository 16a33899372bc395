import {AwsError, invalidCombination} from '../../protocol/errors.ts'
import {describeInstance} from '../descriptions/instances.ts'
import {checkUserData} from '../launches/plan.ts'
import {findInstanceType} from '../state/instance-types.ts'
import {isCurrent, touchedInstance} from '../state/instances.ts'
import {find, findAll} from '../state/resources.ts'
import type {Ec2Cloud, InstanceRecord} from '../state/store.ts'
import type {Input, Operations} from './operation.ts'

type Modify = Input<'ModifyInstanceAttribute'>

export function instanceAttributeOperations(cloud: Ec2Cloud): Operations {
  return {
    ModifyInstanceAttribute: async (input, call) => {
      const instance = find('instance', cloud.instances, input.InstanceId ?? '')
      if (!isCurrent(instance)) {
        throw new AwsError(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is terminated and cannot be modified.`
        )
      }
      const changes = readChanges(cloud, instance, input)
      if (changes.length === 0) throw invalidCombination('No attributes specified.')
      await call.permit([touchedInstance(cloud, instance)])
      for (const change of changes) change()
      return {}
    },
    DescribeInstanceAttribute: async (input, call) => {
      const instance = find('instance', cloud.instances, input.InstanceId ?? '')
      await call.permit([touchedInstance(cloud, instance)])
      return {InstanceId: instance.id, ...attributeOf(cloud, instance, input.Attribute ?? '')}
    }
  }
}

/** Either form of the call: `Attribute` with `Value`, or a structure named after the attribute. */
function readChanges(cloud: Ec2Cloud, instance: InstanceRecord, input: Modify): (() => void)[] {
  const valueOf = (attribute: string): string | undefined => (input.Attribute === attribute ? input.Value : undefined)
  const changes: (() => void)[] = []

  const behavior = input.InstanceInitiatedShutdownBehavior?.Value ?? valueOf('instanceInitiatedShutdownBehavior')
  if (behavior !== undefined) {
    if (behavior !== 'stop' && behavior !== 'terminate') {
      throw new AwsError('InvalidParameterValue', `Invalid value '${behavior}' for instanceInitiatedShutdownBehavior.`)
    }
    changes.push(() => void (instance.shutdownBehavior = behavior))
  }
  const isProtected = input.DisableApiTermination?.Value ?? readBoolean(valueOf('disableApiTermination'))
  if (isProtected !== undefined) changes.push(() => void (instance.protectedFromTermination = isProtected))
  const staysOn = input.DisableApiStop?.Value ?? readBoolean(valueOf('disableApiStop'))
  if (staysOn !== undefined) changes.push(() => void (instance.protectedFromStop = staysOn))

  const userData =
    input.UserData?.Value === undefined ? valueOf('userData') : Buffer.from(input.UserData.Value).toString('base64')
  if (userData !== undefined) {
    requireStopped(instance)
    checkUserData(userData)
    changes.push(() => void (instance.userData = userData))
  }
  const type = input.InstanceType?.Value ?? valueOf('instanceType')
  if (type !== undefined) {
    requireStopped(instance)
    const {name} = findInstanceType(type)
    changes.push(() => void (instance.type = name))
  }
  if (input.Groups) {
    const groups = findAll('security-group', cloud.groups, input.Groups).map(({id}) => id)
    changes.push(() => void (instance.groupIds = groups))
  }
  for (const {DeviceName: device, Ebs: ebs} of input.BlockDeviceMappings ?? []) {
    changes.push(() => setDeleteOnTermination(cloud, instance, device, ebs?.DeleteOnTermination))
  }
  // Packer sets these two on request; nothing of the local cloud depends on them.
  if (input.EnaSupport || input.SriovNetSupport) changes.push(() => {})
  return changes
}

const readBoolean = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : text === 'true'

function requireStopped({id, state}: InstanceRecord): void {
  if (state !== 'stopped') {
    throw new AwsError('IncorrectInstanceState', `The instance '${id}' is not in the 'stopped' state.`)
  }
}

function setDeleteOnTermination(
  {volumes}: Ec2Cloud,
  {id}: InstanceRecord,
  device: string | undefined,
  deletes: boolean | undefined
): void {
  for (const {attachment} of volumes.values()) {
    if (attachment?.instanceId === id && attachment.device === device && deletes !== undefined) {
      attachment.deleteOnTermination = deletes
    }
  }
}

function attributeOf(cloud: Ec2Cloud, instance: InstanceRecord, attribute: string) {
  const described = describeInstance(cloud, instance)
  switch (attribute) {
    case 'userData':
      return {UserData: {Value: instance.userData}}
    case 'instanceInitiatedShutdownBehavior':
      return {InstanceInitiatedShutdownBehavior: {Value: instance.shutdownBehavior}}
    case 'disableApiTermination':
      return {DisableApiTermination: {Value: instance.protectedFromTermination}}
    case 'disableApiStop':
      return {DisableApiStop: {Value: instance.protectedFromStop}}
    case 'instanceType':
      return {InstanceType: {Value: instance.type}}
    case 'rootDeviceName':
      return {RootDeviceName: {Value: instance.rootDeviceName}}
    case 'blockDeviceMapping':
      return {BlockDeviceMappings: described.BlockDeviceMappings}
    case 'groupSet':
      return {Groups: described.SecurityGroups}
    case 'enaSupport':
      return {EnaSupport: {Value: true}}
    default:
      throw new AwsError(
        'InvalidParameterValue',
        `The attribute '${attribute}' cannot be described by the rehearsal's local cloud.`
      )
  }
}
