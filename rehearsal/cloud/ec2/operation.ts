import type * as sdk from '@aws-sdk/client-ec2'
import type {Context} from '../auth/conditions.ts'
import type {Call} from '../cloud.ts'
import type {ResourceType} from './resources.ts'
import type {Tags} from './tags.ts'

type Sdk = typeof sdk

/** Every operation that AWS's model of EC2 has. */
export type Action = keyof {
  [K in keyof Sdk as K extends `${infer A}Command` ? (A extends '$' ? never : A) : never]: true
}

type CommandOf<A extends Action> = Sdk[`${A}Command` & keyof Sdk]
type InputOf<C> = C extends new (...args: infer P) => unknown ? NonNullable<P[0]> : never
type OutputOf<C> = C extends new (...args: never[]) => {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{output: infer O}>
}
  ? O
  : never

export type Input<A extends Action> = InputOf<CommandOf<A>>
export type Output<A extends Action> = Omit<OutputOf<CommandOf<A>>, '$metadata'>

/** A resource that a call touches. */
export interface Touched {
  readonly type: ResourceType
  /** `*` for what the call is about to make. */
  readonly id: string
  /** The id that its tags are kept under, where its ARN has a name in place of the id. */
  readonly tagsOf?: string
  /** The tags that the call puts on it. */
  readonly requestTags?: Tags
  /** Further condition keys that AWS knows of it. */
  readonly context?: Context
}

/** One call of an operation. */
export interface Ec2Call {
  readonly action: string
  readonly by: Call['by']
  /**
   * Every operation asks this once, after it has looked at its input and before it changes anything.
   *
   * @param touched Nothing for operations that AWS permits on all resources or none, such as every Describe
   * @throws AwsError UnauthorizedOperation; DryRunOperation for a dry run
   */
  permit(touched?: readonly Touched[]): Promise<void>
  /** Whether the caller may do something else that this call does in passing. */
  mayAlso(action: Action, touched: readonly Touched[]): Promise<boolean>
}

/** The operations that a part of the cloud offers, by AWS's names and with AWS's inputs and outputs. */
export type Operations = {[A in Action]?: (input: Input<A>, call: Ec2Call) => Promise<Output<A>>}
