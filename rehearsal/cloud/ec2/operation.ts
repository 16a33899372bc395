import type * as sdk from '@aws-sdk/client-ec2'
import type {Context} from '../auth/conditions.ts'
import type {Principal} from '../auth/sessions.ts'
import type {Call} from '../cloud.ts'
import type {ActionOf, InputOf, OutputOf} from '../protocol/sdk-types.ts'
import type {ResourceType} from './resources.ts'
import type {Ec2Cloud} from './store.ts'
import type {Tags} from './tags.ts'

type Sdk = typeof sdk

/** Every operation that AWS's model of EC2 has. */
export type Action = ActionOf<Sdk>

export type Input<A extends Action> = InputOf<Sdk, A>
export type Output<A extends Action> = OutputOf<Sdk, A>

/** A resource that a call touches. */
export interface Touched {
  readonly type: ResourceType
  /** `*` for what the call is about to make. */
  readonly id: string
  /** The id that its tags are kept under, where its ARN has a name in place of the id. */
  readonly tagsOf?: string
  /** The tags that the call puts on it. */
  readonly requestTags?: Tags
  /** The region that it is in, where that is not the one of the call. */
  readonly home?: Ec2Cloud
  /** Further condition keys that AWS knows of it. */
  readonly context?: Context
}

/** One call of an operation. */
export interface Ec2Call {
  readonly action: string
  readonly by: Call['by']
  readonly principal: Principal
  /**
   * Every operation asks this once, after it has looked at its input and before it changes anything.
   *
   * @param touched Nothing for operations that AWS permits on all resources or none, such as every Describe
   * @param passedRole The ARN of a role that the call hands to the instances that it launches
   * @throws AwsError UnauthorizedOperation; DryRunOperation for a dry run
   */
  permit(touched?: readonly Touched[], passedRole?: string): Promise<void>
  /**
   * Asks for something else that the call does in passing.
   *
   * @throws AwsError UnauthorizedOperation
   */
  permitAlso(action: Action, touched: readonly Touched[], passedRole?: string): Promise<void>
}

/** The operations that a part of the cloud offers, by AWS's names and with AWS's inputs and outputs. */
export type Operations = {[A in Action]?: (input: Input<A>, call: Ec2Call) => Promise<Output<A>>}
