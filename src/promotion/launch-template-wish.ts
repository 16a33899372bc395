import type {EC2Client} from '@aws-sdk/client-ec2'
import type {Log} from '../lib/log.ts'
import type {Purpose} from './launch-template-versions.ts'
import type {Origin} from './newer.ts'

/** A launch template that is to launch the image. */
export interface LaunchTemplateWish {
  /** Its id or its name. */
  readonly template: string
  /** Whether the new version becomes the default one. */
  readonly becomesDefault: boolean
}

export interface LaunchTemplateContext {
  readonly ec2: EC2Client
  readonly log: Pick<Log, 'info' | 'warning'>
  readonly region: string
}

/** The version that launches an image now. */
export interface LaunchVersion {
  readonly template: string
  readonly version: number
  /** The image of the version that it was made from. Absent: that had none, or nothing was changed. */
  readonly previous?: string
}

/** An image that is to be given to a launch template. */
export interface GivenImage {
  readonly wish: LaunchTemplateWish
  readonly imageId: string
  readonly origin: Origin
  /** Distinguishes this bake's versions from others'. */
  readonly bakeId: string
}

/** The version that a new one is made from, and takes the place of. */
export const baseOf = ({becomesDefault}: LaunchTemplateWish): Purpose => (becomesDefault ? '$Default' : '$Latest')
