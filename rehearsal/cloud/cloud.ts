import type {MachineDriver} from '../machines/driver.ts'
import type {Authorize} from './auth/authorize.ts'
import type {Call} from './calls.ts'
import type {Fault} from './faults/fault.ts'

/** A thing that was made in the cloud and not removed. */
export interface Leftover {
  readonly type:
    | 'instance'
    | 'spot-request'
    | 'launch-template'
    | 'volume'
    | 'image'
    | 'snapshot'
    | 'security-group'
    | 'key-pair'
    | 'instance-profile'
    | 'role'
    | 'process'
  /** AWS's id; the name of an instance profile or a role. */
  readonly id: string
  /** Where it is, if not in the cloud's own region. */
  readonly region?: string
}

/** Where an instance type is meant. */
export interface Place {
  readonly instanceType: string
  /** Default: every zone. */
  readonly zone?: string
}

/** What the account and its regions lack. */
export interface Shortages {
  /** The most virtual processors that may run at once in a region. */
  readonly vcpus?: number
  /** `false`: no VPC is a default one, so that groups and launches must name theirs. */
  readonly defaultVpc?: false
  /** What EC2 does not have at all. */
  readonly notOffered?: readonly Place[]
  /** What EC2 has run out of. */
  readonly noCapacity?: readonly Place[]
  /** What EC2 finds to have run out of only when the instance is there: it goes from pending to terminated. */
  readonly noCapacityAtStart?: readonly Place[]
  /** The zones in whose subnet no address is free. */
  readonly fullSubnets?: readonly string[]
  /** The account is on the free plan. */
  readonly freePlan?: true
}

/** Deliberate misbehaviour, to prove that a leftover turns a run red. */
export type Canary = 'ignored-terminate' | 'hidden-snapshot'

export interface CloudOptions {
  readonly driver: MachineDriver
  /** The home region; calls signed for another are carried out there. Default us-east-1. */
  readonly region?: string
  /** The `sub` of the tokens that the OIDC endpoint hands out; the default is that of a push to `main`. */
  readonly subject?: string
  /** The role's trust policy, as JSON text; the default trusts the default subject's repository and no other. */
  readonly trustPolicy?: string
  /** Milliseconds that pending, stopping, shutting-down and pending images last. Default 0: over at the next call. */
  readonly stateDelayMs?: number
  /** What calls are allowed; the default honours session policies and allows everything else. */
  readonly authorize?: Authorize
  /** Seconds that role sessions last at most, whatever was asked for. The answer tells the caller so. */
  readonly sessionSeconds?: number
  readonly canary?: Canary
  /** Default: nothing is short. */
  readonly shortages?: Shortages
  /** Awaited when a call has arrived and before anything is done for it; this is how a run is cancelled at a call. */
  readonly onArrival?: (call: Call) => void | Promise<void>
  /** Called when the answer to a call has been sent; never for a call that gets none. */
  readonly onAnswered?: (call: Call) => void
  /** What goes wrong deliberately. */
  readonly faults?: readonly Fault[]
  readonly port?: number
  /** The cloud's clock; the default is the machine's. */
  readonly now?: () => Date
  /** Where the cloud says that a machine failed it; the default is standard error. */
  readonly log?: (text: string) => void
}

export interface Cloud {
  /** `http://127.0.0.1:PORT`: EC2, IAM, STS and SSM's parameters, for all regions. */
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly administrator: {readonly accessKeyId: string; readonly secretAccessKey: string}
  readonly roleArn: string
  /** For x86_64: what real machines run, Debian 13 by default. */
  readonly sourceImageId: string
  /** What the Actions runner would put into ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN. */
  readonly oidc: {readonly requestUrl: string; readonly requestToken: string}
  readonly calls: readonly Call[]
  /** Secret keys and session tokens of all role sessions so far: no log may show one. */
  secrets(): readonly string[]
  /** Images that a run was asked to keep are not leftovers: name them in `kept` and their snapshots go with them. */
  leftovers(kept?: readonly string[]): Leftover[]
  /** From now on these faults befall calls and these are told of them, in place of those before; all count calls from now on. */
  interfere(how: Pick<CloudOptions, 'faults' | 'onArrival' | 'onAnswered'>): void
  /**
   * Does something through the API that is no part of the rehearsal, such as filling the account with things of others: its calls
   * are not in `calls` and meet no fault, its instances have no machine that runs, and what it makes is never a leftover. Nothing else
   * may call meanwhile.
   */
  furnish<T>(work: () => Promise<T>): Promise<T>
  /** Ends every machine and closes the port. */
  stop(): Promise<void>
}
