import type {SpotInstanceState} from '@aws-sdk/client-ec2'
import {isCurrent} from './instances.ts'
import type {Ec2Cloud, SpotRequestRecord} from './store.ts'

/** Whether a request still stands: it was not cancelled, and its instance was not ended. */
export const isLive = (cloud: Ec2Cloud, request: SpotRequestRecord): boolean =>
  requestState(cloud, request).state === 'active'

interface RequestState {
  readonly state: SpotInstanceState
  readonly code: string
  readonly message: string
}

export function requestState({instances}: Ec2Cloud, {cancelled, instanceId}: SpotRequestRecord): RequestState {
  const instance = instances.get(instanceId)
  const runs = instance !== undefined && isCurrent(instance) && instance.state !== 'shutting-down'
  if (cancelled) {
    return runs
      ? {
          state: 'cancelled',
          code: 'request-canceled-and-instance-running',
          message: 'Your Spot request is canceled, but your instance is still running.'
        }
      : {state: 'cancelled', code: 'instance-terminated-by-user', message: terminated}
  }
  if (runs) return {state: 'active', code: 'fulfilled', message: 'Your spot request is fulfilled.'}
  return {state: 'closed', code: 'instance-terminated-by-user', message: terminated}
}

const terminated = 'Spot Instance terminated due to user-initiated termination.'
