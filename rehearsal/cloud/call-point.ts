import * as ec2 from '@aws-sdk/client-ec2'
import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as iam from '@aws-sdk/client-iam'
import * as ssm from '@aws-sdk/client-ssm'
import * as sts from '@aws-sdk/client-sts'
import type {Call} from './calls.ts'

/** A moment of a run: the nth call of an action, of one caller or of all. */
export interface CallPoint {
  readonly action: string
  readonly nth: number
  /** Only this caller's calls count; absent where all do. */
  readonly by?: 'action' | 'packer'
}

/** A call's arrival (it is carried out all the same), or the end of its answer. */
export type Moment = 'before' | 'after'

/**
 * Reads `RunInstances`, `RunInstances#2` or `packer:RunInstances#2`.
 * @throws Error for a call that the local cloud cannot get
 */
export function parseCallPoint(text: string): CallPoint {
  const match = /^(?:(action|packer):)?([A-Za-z]+)(?:#([1-9]\d{0,3}))?$/.exec(text)
  const [, by, action = '', nth = 1] = match ?? []
  if (!isCall(action)) {
    throw new Error(
      `${JSON.stringify(text)} is no call: expected CALL or CALL#N, where CALL is an action of EC2, SSM, STS or IAM in AWS's spelling ` +
        '(RunInstances), GetIdToken or Probe, and N counts its calls from 1; action:CALL and packer:CALL count the calls of one of the two'
    )
  }
  return {action, nth: Number(nth), ...(by !== undefined ? {by: by === 'packer' ? by : 'action'} : {})}
}

/** As {@link parseCallPoint} reads it. */
export function spellCallPoint({by, action, nth}: CallPoint): string {
  return `${by === undefined ? '' : `${by}:`}${action}#${nth}`
}

function isCall(spelled: string): boolean {
  // A dry run of RunInstances is spelled DryRunRunInstances.
  const name = spelled.replace(/^DryRun(?=[A-Z])/, '')
  return (
    name === 'GetIdToken' ||
    name === 'Probe' ||
    [autoScaling, ec2, ssm, sts, iam].some((client) => `${name}Command` in client)
  )
}

/** Tells which of a point's calls an arriving one is: 1 for the first; undefined for any other call. */
export function counterOf({action, by}: Pick<CallPoint, 'action' | 'by'>): (call: Call) => number | undefined {
  let seen = 0
  return (call) => (call.action === action && (by === undefined || call.by === by) ? ++seen : undefined)
}
