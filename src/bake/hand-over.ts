import type {Account} from '../aws/account.ts'
import type {Inputs} from '../inputs/inputs.ts'
import {UserError} from '../lib/errors.ts'
import type {Log, Phases} from '../lib/log.ts'
import {nameInParameter} from '../promotion/parameter.ts'
import type {Outcome} from './outcome.ts'

interface HandOver {
  readonly inputs: Pick<Inputs, 'promotion'>
  readonly account: Account
  readonly log: Log
  readonly phase: Phases
}

/**
 * Gives a verified image to those who launch it, last of all: they follow the parameter. Before, it was released: a
 * parameter never names an image that a sweep could still remove.
 *
 * @throws {UserError} if that is not possible. The image stays.
 */
export async function handOver(
  {inputs: {promotion}, account, log, phase}: HandOver,
  {images, verdict, skipped}: Pick<Outcome, 'images' | 'verdict' | 'skipped'>,
  signal: AbortSignal
): Promise<Pick<Outcome, 'parameter'>> {
  const [image] = images
  if (!promotion || !image || verdict !== 'verified') return {}
  if (images.length > 1) {
    throw new UserError(
      `The parameter ${promotion.parameter} names one image, and the template has made ${images.length}: it keeps its value, and the images stay. Name one of them yourself, by the output 'amis'.`
    )
  }
  const {ec2, region} = account
  const context = {ec2, region, log, parameters: account.parameters()}
  const wanted = {name: promotion.parameter, imageId: image.id, isNew: !skipped}
  const named = await phase('Hand over', () => nameInParameter(context, wanted, signal))
  return {parameter: {name: promotion.parameter, ...named}}
}
