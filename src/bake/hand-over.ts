import type {Account} from '../aws/account.ts'
import type {Inputs} from '../inputs/inputs.ts'
import {UserError} from '../lib/errors.ts'
import type {Log, Phases} from '../lib/log.ts'
import {giveToLaunchTemplate} from '../promotion/launch-template.ts'
import type {Origin} from '../promotion/newer.ts'
import {nameInParameter} from '../promotion/parameter.ts'
import type {Outcome} from './outcome.ts'

interface HandOver {
  readonly inputs: Pick<Inputs, 'promotion'>
  readonly account: Account
  readonly log: Log
  readonly phase: Phases
}

/** The part of an outcome that is about those who launch the image. The failure is what kept it from the rest. */
export type HandedOver = Pick<Outcome, 'parameter' | 'launchTemplate' | 'failure'>

/**
 * Gives a verified image of a bake to those who launch it, last of all. Before, it was released: what they follow never
 * names an image that a sweep could still remove.
 *
 * @throws {UserError} if there are several images. They stay.
 */
export async function handOver(
  context: HandOver,
  {images, verdict, skipped, plan}: Pick<Outcome, 'images' | 'verdict' | 'skipped' | 'plan'>,
  signal: AbortSignal
): Promise<HandedOver> {
  const [image] = images
  const {parameter, launchTemplate} = context.inputs.promotion
  const followed = [parameter, launchTemplate?.template].filter((one) => one !== undefined)
  if (followed.length === 0 || !image || verdict !== 'verified') return {}
  if (images.length > 1) {
    throw new UserError(
      `One image is to be named by ${followed.join(' and ')}, and the template has made ${images.length}: nothing is changed there, and the images stay. Name one of them yourself, by the output 'amis'.`
    )
  }
  return letFollow(context, {imageId: image.id, origin: skipped ? 'reused' : 'made', bakeId: plan.bakeId}, signal)
}

/**
 * Lets the parameter and the launch template that the inputs name launch an image.
 *
 * @param bakeId distinguishes this run's versions of the launch template from others'
 */
export async function letFollow(
  {inputs, account, log, phase}: HandOver,
  given: {readonly imageId: string; readonly origin: Origin; readonly bakeId: string},
  signal: AbortSignal
): Promise<HandedOver> {
  const {ec2, region} = account
  const {parameter: name, launchTemplate: wish} = inputs.promotion
  if (name === undefined && !wish) return {}
  return phase('Hand over', async () => {
    let done: HandedOver = {}
    try {
      if (name !== undefined) {
        const context = {ec2, region, log, parameters: account.parameters()}
        done = {parameter: {name, ...(await nameInParameter(context, {name, ...given}, signal))}}
      }
      if (!wish) return done
      return {...done, launchTemplate: await giveToLaunchTemplate({ec2, region, log}, {wish, ...given}, signal)}
    } catch (failure) {
      return {...done, failure: signal.aborted ? signal.reason : failure}
    }
  })
}
