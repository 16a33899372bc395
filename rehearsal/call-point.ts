import * as ec2 from '@aws-sdk/client-ec2'
import * as sts from '@aws-sdk/client-sts'
import type {Call} from './cloud/cloud.ts'

/** A moment of a run: the arrival of the nth call of an action. */
export interface CallPoint {
  readonly action: string
  readonly nth: number
}

/**
 * Reads `RunInstances` or `RunInstances#2`.
 * @throws Error for a call that the local cloud cannot get
 */
export function parseCallPoint(text: string): CallPoint {
  const match = /^([A-Za-z]+)(?:#([1-9]\d{0,3}))?$/.exec(text)
  const action = match?.[1] ?? ''
  if (!isCall(action)) {
    throw new Error(
      `${JSON.stringify(text)} is no call: expected CALL or CALL#N, where CALL is an action of EC2 or STS in AWS's spelling ` +
        '(RunInstances), GetIdToken or Probe, and N counts its calls from 1'
    )
  }
  return {action, nth: Number(match?.[2] ?? 1)}
}

function isCall(name: string): boolean {
  return name === 'GetIdToken' || name === 'Probe' || `${name}Command` in ec2 || `${name}Command` in sts
}

export function isAt(call: Call, point: CallPoint): boolean {
  return call.action === point.action && call.nth === point.nth
}
