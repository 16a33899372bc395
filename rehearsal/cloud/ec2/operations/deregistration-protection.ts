import {AwsError} from '../../protocol/errors.ts'
import {describeProtection} from '../descriptions/images.ts'
import {findOwnImage, touchedImage} from '../state/images.ts'
import type {Ec2Cloud, ImageRecord} from '../state/store.ts'
import type {Operations} from './operation.ts'

/** A protection with cooldown outlives its end by a day (EC2 user guide, "Protect an AMI from deregistration"). */
const cooldownMs = 24 * 60 * 60_000

export function deregistrationProtectionOperations(cloud: Ec2Cloud): Operations {
  return {
    EnableImageDeregistrationProtection: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      await call.permit([touchedImage(cloud, image)])
      image.protection = {cooldown: input.WithCooldown ?? false}
      return {Return: describeProtection(image)}
    },
    DisableImageDeregistrationProtection: async (input, call) => {
      const image = findOwnImage(cloud, input.ImageId ?? '')
      await call.permit([touchedImage(cloud, image)])
      if (image.protection?.cooldown) image.protection.endsAt ??= new Date(cloud.now().getTime() + cooldownMs)
      else delete image.protection
      return {Return: describeProtection(image)}
    }
  }
}

/** @throws AwsError OperationNotPermitted */
export function refuseProtectedImage(cloud: Ec2Cloud, {id, protection}: ImageRecord): void {
  if (!protection || (protection.endsAt && protection.endsAt <= cloud.now())) return
  throw new AwsError('OperationNotPermitted', `The image '${id}' is protected from deregistration.`)
}
