import {DescribeLaunchTemplateVersionsCommand} from '@aws-sdk/client-ec2'
import {tagKeys} from '../aws/tags.ts'
import {launchTemplatesBy, type Described, type Reader} from '../aws/resources.ts'
import {filter, type Traces} from './search.ts'

/**
 * Packer's name for them, with seven random characters in place of the star (packer-plugin-amazon,
 * step_run_spot_instance.go).
 */
const namedByPacker = filter('launch-template-name', ['packer-fleet-launch-template-*'])

/**
 * The launch templates that may be of a bake's spot instances: by tag, and, since Packer tells the id only when it has made one, all
 * recent ones of Packer's with the key pair in their data.
 */
export async function launchTemplatesOf(reader: Reader, {bakeId, records}: Traces): Promise<Described[]> {
  const [tagged, named] = await Promise.all([
    launchTemplatesBy(reader, [filter(`tag:${tagKeys.bake}`, [bakeId])]),
    launchTemplatesBy(reader, [namedByPacker])
  ])
  // A launch template with a bake's tag is that bake's: there is no need to read its contents.
  const recent = named.filter(
    ({name = '', created, tags}) =>
      name.startsWith('packer-fleet-launch-template-') &&
      created !== undefined &&
      created >= records.began &&
      tags[tagKeys.bake] === undefined
  )
  return [
    ...tagged,
    ...(await Promise.all(recent.map(async (one) => ({...one, keyName: await keyNameOf(reader, one.id)}))))
  ]
}

/**
 * @returns undefined also if the role may not read the contents of launch templates: it may then not remove untagged
 * ones, either
 */
async function keyNameOf({client, abortSignal}: Reader, LaunchTemplateId: string): Promise<string | undefined> {
  const query = new DescribeLaunchTemplateVersionsCommand({LaunchTemplateId, Versions: ['1']})
  try {
    const {LaunchTemplateVersions: [version] = []} = await client.send(query, {abortSignal})
    return version?.LaunchTemplateData?.KeyName
  } catch (error) {
    if (error instanceof Error && error.name === 'UnauthorizedOperation') return undefined
    throw error
  }
}
