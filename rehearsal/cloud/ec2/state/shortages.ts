import type {Place, Shortages} from '../../cloud.ts'
import {AwsError} from '../../protocol/errors.ts'

const lies = (places: readonly Place[] | undefined, type: string, zone: string): boolean =>
  (places ?? []).some((place) => place.instanceType === type && (place.zone === undefined || place.zone === zone))

export const isOffered = ({notOffered}: Shortages, type: string, zone: string): boolean => !lies(notOffered, type, zone)

export const hasCapacity = ({noCapacity}: Shortages, type: string, zone: string): boolean =>
  !lies(noCapacity, type, zone)

export const startsHere = ({noCapacityAtStart}: Shortages, type: string, zone: string): boolean =>
  !lies(noCapacityAtStart, type, zone)

/** Of a machine that EC2 began to start and had no room for (EC2 user guide, "Instance terminates immediately"). */
export const endedForCapacity = {
  Code: 'Server.InsufficientInstanceCapacity',
  Message: 'Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request'
}

export const notSupported = (type: string, zone: string | undefined): AwsError =>
  new AwsError(
    'Unsupported',
    `Your requested instance type (${type}) is not supported in your requested Availability Zone${zone === undefined ? '' : ` (${zone})`}.`
  )

export const noDefaultVpc = (): AwsError =>
  new AwsError(
    'VPCIdNotSpecified',
    'No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.'
  )
