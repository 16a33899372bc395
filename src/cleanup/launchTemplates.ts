import {DescribeLaunchTemplateVersionsCommand} from '@aws-sdk/client-ec2'
import {tagKeys} from '../image/tags.ts'
import {launchTemplatesBy, type Described, type Reader} from './describe.ts'
import {filter, type Traces} from './look.ts'

/** Packer calls them so, with seven random characters in place of the star (packer-plugin-amazon, step_run_spot_instance.go). */
const namedByPacker = filter('launch-template-name', ['packer-fleet-launch-template-*'])

/**
 * The launch templates of a bake's spot instances: by tag, by id, and, since Packer tells the id only when it has made
 * one, by the key pair in their data.
 */
export async function launchTemplatesOf(reader: Reader, {bakeId, records, announced}: Traces): Promise<Described[]> {
  const recorded = records.resources.flatMap(({type, id}) => (type === 'launch-template' ? [id] : []))
  const known = new Set([...recorded, ...announced.launchTemplates])
  const [tagged, named] = await Promise.all([
    launchTemplatesBy(reader, [filter(`tag:${tagKeys.bake}`, [bakeId])]),
    launchTemplatesBy(reader, [namedByPacker])
  ])
  const recent = named.filter(({created}) => created !== undefined && created >= records.began)
  const isOurs = await Promise.all(
    recent.map(async ({id}) => known.has(id) || announced.keyPairs.includes((await keyNameOf(reader, id)) ?? ''))
  )
  return [...tagged, ...recent.filter((_, index) => isOurs[index])]
}

async function keyNameOf({client, abortSignal}: Reader, LaunchTemplateId: string): Promise<string | undefined> {
  const query = {LaunchTemplateId, Versions: ['1']}
  const {LaunchTemplateVersions: [version] = []} = await client.send(new DescribeLaunchTemplateVersionsCommand(query), {
    abortSignal
  })
  return version?.LaunchTemplateData?.KeyName
}
