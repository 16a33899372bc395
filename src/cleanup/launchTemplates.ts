import {DescribeLaunchTemplateVersionsCommand} from '@aws-sdk/client-ec2'
import {tagKeys} from '../image/tags.ts'
import {launchTemplatesBy, type Described, type Reader} from './describe.ts'
import {filter, type Traces} from './look.ts'

/** Packer calls them so, with seven random characters in place of the star (packer-plugin-amazon, step_run_spot_instance.go). */
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
  const isOfPacker = ({name = ''}: Described): boolean => name.startsWith('packer-fleet-launch-template-')
  const recent = named.filter((one) => isOfPacker(one) && one.created !== undefined && one.created >= records.began)
  return [
    ...tagged,
    ...(await Promise.all(recent.map(async (one) => ({...one, keyName: await keyNameOf(reader, one.id)}))))
  ]
}

async function keyNameOf({client, abortSignal}: Reader, LaunchTemplateId: string): Promise<string | undefined> {
  const query = {LaunchTemplateId, Versions: ['1']}
  const {LaunchTemplateVersions: [version] = []} = await client.send(new DescribeLaunchTemplateVersionsCommand(query), {
    abortSignal
  })
  return version?.LaunchTemplateData?.KeyName
}
