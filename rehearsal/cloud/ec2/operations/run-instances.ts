import {setTimeout as sleep} from 'node:timers/promises'
import {describeInstance} from '../descriptions/instances.ts'
import {madeBefore, remember} from '../state/idempotency.ts'
import {carryOutLaunch, prepareLaunch} from '../launches/launches.ts'
import type {Operations} from './operation.ts'
import type {Ec2Cloud} from '../state/store.ts'

const longestWaitMs = 500

export function runInstancesOperations(cloud: Ec2Cloud): Operations {
  return {
    RunInstances: async (input, call) => {
      const launch = prepareLaunch(cloud, input)
      await call.permit(launch.touched, launch.passedRole)
      const earlier = madeBefore(cloud, 'RunInstances', input)
      if (earlier) return describeReservation(cloud, earlier)
      const ids = carryOutLaunch(cloud, launch, call.by)
      remember(cloud, 'RunInstances', input, ids)
      // The answer has the private addresses, which here come with the machines: they are soon there, or the answer has none.
      const started = Promise.all(ids.map(async (id) => cloud.instances.get(id)?.work))
      await Promise.race([started, sleep(longestWaitMs, undefined, {ref: false})])
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
