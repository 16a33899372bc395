import {awsUseOf, type AwsUse} from './aws-use.ts'
import {textsOf} from './reached.ts'
import type {Sources, Values} from './values.ts'
import {isOwn, type Setting} from './reading-parts.ts'
import type {TemplateSource} from './sources.ts'
import {asText, isTrue, textsIn} from './value.ts'

/** The AWS resources and regions that a template names, as far as they can be known without Packer. */
export interface AwsNames {
  /** Regions that its images are copied to, and that its data sources read in. */
  readonly copyRegions: readonly string[]
  /** Where the images are copied to, only Packer knows: `copyRegions` may not be all. */
  readonly copiesAnywhere: boolean
  /** Of ~/.aws/config, in the amazon builders. */
  readonly profiles: readonly string[]
  /** Of the roles that it assumes. */
  readonly roles: readonly string[]
  /**
   * The users that Packer logs in as on the action's source image, or, if no builder is known to use that, on any; none
   * where only Packer knows.
   */
  readonly loginUsers: readonly string[]
  readonly uses: AwsUse
  /** How many images it makes, at the least. */
  readonly images: number
  /** Types of its components, such as `amazon-ebs` and `ansible`. */
  readonly components: readonly string[]
}

/** The form of AWS's regions' names. */
export const regionName = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/

/**
 * @param builders those that are going to run
 * @param hasTags its variable `tags` is filled in with the bake's
 */
export function namesIn(
  sources: Sources,
  values: Values,
  {builders, hasTags}: {readonly builders: readonly TemplateSource[]; readonly hasTags: boolean}
): AwsNames {
  const {settings} = sources.reading
  const amazon = settings.filter(({component}) => component.startsWith('amazon'))
  const named = (isMeant: (setting: Setting) => boolean, pattern: RegExp): Named => {
    const found = amazon.filter(isMeant).map((setting) => textsOfSetting(setting, sources, values, pattern))
    return {
      texts: [...new Set(found.flatMap(({texts}) => texts).filter((text) => pattern.test(text)))],
      isWhole: found.every(({isWhole}) => isWhole)
    }
  }
  const onOurs = builders.filter((builder) => builder.isVariable('source_ami'))
  const logins = (onOurs.length > 0 ? onOurs : builders).flatMap((builder) => builder.setting('ssh_username') ?? [])
  const users = logins.flatMap(({expression}) =>
    values.possible(expression.syntax).flatMap((value) => asText(value) ?? [])
  )
  const copies = named(({name, isTop}) => name === 'ami_regions' && isTop, regionName)
  const reads = named(({name, owner}) => name === 'region' && owner.startsWith('data.'), regionName)
  return {
    copyRegions: [...new Set([...copies.texts, ...reads.texts])],
    copiesAnywhere: !copies.isWhole,
    profiles: named((setting) => setting.name === 'profile' && isOwn(setting), /^[^\n\r[\]]{1,128}$/).texts,
    roles: named(
      ({name, within}) => within === 'assume_role' && name === 'role_arn',
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/
    ).texts,
    loginUsers: [...new Set(users)].filter((name) => /^[a-z_][a-z0-9_-]{0,31}$/.test(name)),
    uses: awsUseOf(sources, builders, hasTags),
    images: builders.filter((one) => one.setting('ami_name') && !isTrue(one.value('skip_create_ami'))).length,
    components: [...new Set(settings.flatMap(({component}) => component || []))]
  }
}

interface Named {
  readonly texts: readonly string[]
  /** All values are known. */
  readonly isWhole: boolean
}

/** The value of a setting; if it is not known, every string that may become a part of it. */
function textsOfSetting(setting: Setting, sources: Sources, values: Values, pattern: RegExp): Named {
  const all = values.ofSetting(setting).map(textsIn)
  const texts = all.flatMap((one) => one.texts)
  if (all.every(({isWhole}) => isWhole)) return {texts, isWhole: true}
  const possible = textsOf(setting, sources).map(({text}) => text.trim())
  return {texts: [...texts, ...possible.filter((text) => pattern.test(text))], isWhole: false}
}
