import {touchedInstance} from '../state/instances.ts'
import {find} from '../state/resources.ts'
import type {Ec2Cloud} from '../state/store.ts'
import type {Operations} from './operation.ts'

export function passwordOperations(cloud: Ec2Cloud): Operations {
  return {
    // "If you try to retrieve the password before it's available, the output returns an empty string" (EC2 API reference). So it does
    // for Linux.
    GetPasswordData: async (input, call) => {
      const instance = find('instance', cloud.instances, input.InstanceId ?? '')
      await call.permit([touchedInstance(cloud, instance)])
      const isUp = instance.state !== 'pending'
      return {InstanceId: instance.id, PasswordData: (isUp && instance.passwordData) || '', Timestamp: cloud.now()}
    }
  }
}
