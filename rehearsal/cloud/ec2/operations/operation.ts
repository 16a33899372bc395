import type * as sdk from '@aws-sdk/client-ec2'
import type {Principal} from '../../auth/sessions.ts'
import type {Call} from '../../calls.ts'
import type {ActionOf, InputOf, OutputOf} from '../../protocol/sdk-types.ts'
import type {Touched} from '../state/touched.ts'

type Sdk = typeof sdk

/** Every operation that AWS's model of EC2 has. */
type Action = ActionOf<Sdk>

export type Input<A extends Action> = InputOf<Sdk, A>
type Output<A extends Action> = OutputOf<Sdk, A>

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
