import type * as sdk from '@aws-sdk/client-iam'
import type {ActionOf, InputOf, OutputOf} from '../protocol/sdk-types.ts'
import type {Tags} from './store.ts'

type Sdk = typeof sdk

/** Every operation that AWS's model of IAM has. */
type IamAction = ActionOf<Sdk>

/** A role or an instance profile that a call touches. */
export interface TouchedEntity {
  readonly arn: string
  /** The tags that it has. */
  readonly tags?: Tags
  /** The tags that the call puts on it. */
  readonly requestTags?: Tags
}

/** One call of an operation. */
export interface IamCall {
  /**
   * Every operation asks this once, after it has looked at its input and before it changes anything.
   *
   * @param passedRole The ARN of a role that the call hands to EC2
   * @throws AwsError AccessDenied
   */
  permit(touched: TouchedEntity, passedRole?: string): Promise<void>
}

/** The operations that a part of IAM offers, by AWS's names and with AWS's inputs and outputs. */
export type IamOperations = {
  [A in IamAction]?: (input: InputOf<Sdk, A>, call: IamCall) => Promise<OutputOf<Sdk, A>>
}
