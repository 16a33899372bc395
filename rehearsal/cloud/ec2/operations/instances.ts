import type {InstanceStateChange, InstanceStatus} from '@aws-sdk/client-ec2'
import {AwsError, notOffered} from '../../protocol/errors.ts'
import {describeInstance, instanceFilters, type InstanceInReservation, stateOf} from '../descriptions/instances.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {findInstanceType} from '../state/instance-types.ts'
import {touchedInstance} from '../state/instances.ts'
import {reboot, startAgain, stop, terminate} from '../state/lifecycle.ts'
import {find, findAll} from '../state/resources.ts'
import type {Ec2Cloud, InstanceRecord} from '../state/store.ts'
import type {Operations} from './operation.ts'

const limits = {least: 5, most: 1000}

/** The console keeps this much of what it showed last. */
const consoleBytes = 64 * 1024

const statusFilters: FilterTable<InstanceStatus> = {
  'availability-zone': (one) => one.AvailabilityZone,
  'instance-state-code': (one) => one.InstanceState?.Code,
  'instance-state-name': (one) => one.InstanceState?.Name,
  'instance-status.status': (one) => one.InstanceStatus?.Status,
  'system-status.status': (one) => one.SystemStatus?.Status
}

export function instanceOperations(cloud: Ec2Cloud): Operations {
  return {
    DescribeInstances: async (input, call) => {
      await call.permit()
      const ids = input.InstanceIds
      const records = ids ? findAll('instance', cloud.instances, ids) : [...cloud.instances.values()]
      const described = records.map((record) => ({
        ...describeInstance(cloud, record),
        ReservationId: record.reservationId,
        OwnerId: cloud.accountId
      }))
      const rules = {filters: instanceFilters, limits, byId: ids !== undefined}
      const {items, NextToken} = list(described, input, rules)
      return {Reservations: reservations(items), NextToken}
    },
    DescribeInstanceStatus: async (input, call) => {
      await call.permit()
      const ids = input.InstanceIds
      const records = ids ? findAll('instance', cloud.instances, ids) : [...cloud.instances.values()]
      const shown = records.filter(({state}) => input.IncludeAllInstances === true || state === 'running')
      const rules = {filters: statusFilters, limits, byId: ids !== undefined}
      const {items, NextToken} = list(
        shown.map((record) => describeStatus(cloud, record)),
        input,
        rules
      )
      return {InstanceStatuses: items, NextToken}
    },
    DescribeInstanceCreditSpecifications: async (input, call) => {
      await call.permit()
      const records = findAll('instance', cloud.instances, input.InstanceIds ?? [...cloud.instances.keys()])
      return {
        InstanceCreditSpecifications: records.flatMap(({id, cpuCredits}) =>
          cpuCredits === undefined ? [] : [{InstanceId: id, CpuCredits: cpuCredits}]
        )
      }
    },
    StartInstances: async (input, call) => {
      const records = findAll('instance', cloud.instances, input.InstanceIds ?? [])
      for (const record of records) refuse(record, ['stopping', 'shutting-down', 'terminated'], 'started')
      await call.permit(records.map((record) => touchedInstance(cloud, record)))
      const stopped = (record: InstanceRecord): boolean => record.state === 'stopped'
      return {StartingInstances: records.map((one) => changed(one, () => stopped(one) && startAgain(cloud, one)))}
    },
    StopInstances: async (input, call) => {
      if (input.Hibernate === true) throw notOffered('hibernation')
      const records = findAll('instance', cloud.instances, input.InstanceIds ?? [])
      for (const record of records) refuse(record, ['pending', 'shutting-down', 'terminated'], 'stopped')
      for (const record of records) refuseSpot(record)
      for (const record of records) refuseStop(record)
      await call.permit(records.map((record) => touchedInstance(cloud, record)))
      return {StoppingInstances: records.map((one) => changed(one, () => one.state === 'running' && stop(cloud, one)))}
    },
    RebootInstances: async (input, call) => {
      const records = findAll('instance', cloud.instances, input.InstanceIds ?? [])
      const off = ['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'] as const
      for (const record of records) refuse(record, off, 'rebooted')
      await call.permit(records.map((record) => touchedInstance(cloud, record)))
      for (const record of records) reboot(cloud, record)
      return {}
    },
    TerminateInstances: async (input, call) => {
      const records = findAll('instance', cloud.instances, input.InstanceIds ?? [])
      for (const record of records) refuseProtected(record)
      await call.permit(records.map((record) => touchedInstance(cloud, record)))
      return {TerminatingInstances: records.map((record) => terminateOne(cloud, record))}
    },
    GetConsoleOutput: async (input, call) => {
      const record = find('instance', cloud.instances, input.InstanceId ?? '')
      if (input.Latest === true && !findInstanceType(record.type).nitro) {
        const message =
          'This instance type does not support retrieving the latest console logs. Supported instance types are built on the Nitro System.'
        throw new AwsError('UnsupportedOperation', message)
      }
      await call.permit([touchedInstance(cloud, record)])
      return {
        InstanceId: record.id,
        Timestamp: cloud.now(),
        Output: encodeConsole(consoleOf(record, input.Latest ?? false))
      }
    }
  }
}

function reservations(instances: readonly InstanceInReservation[]) {
  const byId = new Map<string, InstanceInReservation[]>()
  for (const instance of instances) {
    byId.set(instance.ReservationId, [...(byId.get(instance.ReservationId) ?? []), instance])
  }
  return [...byId].map(([ReservationId, Instances]) => ({
    ReservationId,
    OwnerId: Instances[0]?.OwnerId,
    Groups: [],
    Instances
  }))
}

function refuse({id, state}: InstanceRecord, states: readonly InstanceRecord['state'][], done: string): void {
  if (!states.includes(state)) return
  throw new AwsError('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be ${done}.`)
}

function refuseSpot({id, spotRequestId}: InstanceRecord): void {
  if (spotRequestId === undefined) return
  const message = `You can't stop the Spot Instance '${id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`
  throw new AwsError('UnsupportedOperation', message)
}

function refuseStop({id, protectedFromStop}: InstanceRecord): void {
  if (!protectedFromStop) return
  const message = `The instance '${id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`
  throw new AwsError('OperationNotPermitted', message)
}

function refuseProtected({id, protectedFromTermination}: InstanceRecord): void {
  if (!protectedFromTermination) return
  const message = `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`
  throw new AwsError('OperationNotPermitted', message)
}

/** What an instance's state was and is. */
function changed(instance: InstanceRecord, change: () => unknown): InstanceStateChange {
  const previous = instance.state
  change()
  return {InstanceId: instance.id, PreviousState: stateOf(previous), CurrentState: stateOf(instance.state)}
}

function terminateOne(cloud: Ec2Cloud, record: InstanceRecord): InstanceStateChange {
  if (isIgnored(cloud, record)) {
    return {InstanceId: record.id, PreviousState: stateOf(record.state), CurrentState: stateOf('shutting-down')}
  }
  const goes = record.state !== 'shutting-down' && record.state !== 'terminated'
  return changed(record, () => goes && terminate(cloud, record))
}

/** The `ignored-terminate` canary takes the first of the action's own instances that is to be terminated. */
function isIgnored({canary}: Ec2Cloud, {id, launchedBy}: InstanceRecord): boolean {
  if (canary?.kind !== 'ignored-terminate') return false
  if (canary.victim === undefined && launchedBy === 'action') canary.victim = id
  return canary.victim === id
}

/** Without `Latest`, EC2 shows the console as it was shortly after the last change of state (API reference). */
function consoleOf({machine, state, postedConsole}: InstanceRecord, latest: boolean): string {
  return latest && state !== 'terminated' ? (machine?.console() ?? '') : postedConsole
}

function encodeConsole(text: string): string | undefined {
  return text === '' ? undefined : Buffer.from(text).subarray(-consoleBytes).toString('base64')
}

function describeStatus({network}: Ec2Cloud, {id, state, subnetId}: InstanceRecord): InstanceStatus {
  const status = state === 'running' ? ('ok' as const) : ('not-applicable' as const)
  const detail = {
    Status: status,
    Details: state === 'running' ? [{Name: 'reachability' as const, Status: 'passed' as const}] : []
  }
  return {
    InstanceId: id,
    AvailabilityZone: network.subnets.get(subnetId)?.zone,
    InstanceState: stateOf(state),
    InstanceStatus: detail,
    SystemStatus: detail,
    Events: []
  }
}
