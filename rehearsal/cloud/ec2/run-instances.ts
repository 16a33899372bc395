import {describeInstance} from './describe-instance.ts'
import {madeBefore, remember} from './idempotency.ts'
import {carryOutLaunch, prepareLaunch} from './launches.ts'
import type {Operations} from './operation.ts'
import type {Ec2Cloud} from './store.ts'

export function runInstancesOperations(cloud: Ec2Cloud): Operations {
  return {
    RunInstances: async (input, call) => {
      const launch = prepareLaunch(cloud, input)
      await call.permit(launch.touched, launch.passedRole)
      const earlier = madeBefore(cloud, 'RunInstances', input)
      if (earlier) return describeReservation(cloud, earlier)
      const ids = carryOutLaunch(cloud, launch, call.by)
      remember(cloud, 'RunInstances', input, ids)
      return describeReservation(cloud, ids)
    }
  }
}

function describeReservation(cloud: Ec2Cloud, ids: readonly string[]) {
  const instances = ids.flatMap((id) => cloud.instances.get(id) ?? [])
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: cloud.accountId,
    Groups: [],
    Instances: instances.map((instance) => describeInstance(cloud, instance))
  }
}
