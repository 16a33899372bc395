import {saidOf} from '../aws/errors/said.ts'
import {InputError} from '../lib/errors.ts'
import {inertText} from '../lib/untrusted.ts'
import {adviceFor} from './launch-template-errors.ts'
import {tryDefault, tryVersion, versionOf} from './launch-template-versions.ts'
import {baseOf, type LaunchTemplateContext, type LaunchTemplateWish} from './launch-template-wish.ts'

/**
 * Finds out before a bake whether its image can be given to a launch template.
 *
 * @throws {InputError} if there is no such launch template, it follows a parameter, or the role may not change it
 */
export async function checkLaunchTemplate(
  {ec2, region}: Pick<LaunchTemplateContext, 'ec2' | 'region'>,
  wish: LaunchTemplateWish,
  signal: AbortSignal
): Promise<void> {
  const {template} = wish
  const base = await versionOf(ec2, template, baseOf(wish), signal).catch((error: unknown) => {
    signal.throwIfAborted()
    const isMissing = error instanceof Error && /^InvalidLaunchTemplate(Id|Name)\b.*NotFound/.test(error.name)
    throw new InputError(
      'launch-template',
      isMissing
        ? `there is no launch template ${template} in ${region}; correct its id or its name, or make it first`
        : `the launch template ${template} in ${region} cannot be read: ${saidOf(error)}${adviceFor(error)}`
    )
  })
  if (base.imageId?.startsWith('resolve:ssm:')) {
    throw new InputError(
      'launch-template',
      `the launch template ${template} follows the parameter ${inertText(base.imageId.slice('resolve:ssm:'.length))}, and needs no new version; give the parameter to 'ssm-parameter', and leave this input out`
    )
  }
  try {
    await tryVersion(ec2, template, base)
    if (wish.becomesDefault) await tryDefault(ec2, template, base.number)
  } catch (error) {
    signal.throwIfAborted()
    throw new InputError(
      'launch-template',
      `the launch template ${template} in ${region} cannot be changed: ${saidOf(error)}${adviceFor(error)}`
    )
  }
}
