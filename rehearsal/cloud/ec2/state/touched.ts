import type {Context} from '../../auth/conditions.ts'
import type {ResourceType} from './resources.ts'
import type {Ec2Cloud, Tags} from './store.ts'

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
