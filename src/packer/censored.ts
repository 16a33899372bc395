import type {Described} from '../aws/resources.ts'
import {findResources} from '../sweep/find.ts'
import type {Ledger} from '../ledger/ledger.ts'
import type {Account} from '../aws/account.ts'
import type {Artifact} from '../packer-output/messages.ts'

/** Packer's placeholder for a sensitive value, also in its machine-readable output. */
const mark = '<sensitive>'

/**
 * The artifacts of a build with the regions and ids that Packer hides because they are, or contain, a sensitive value:
 * they are found by asking AWS for this bake's images.
 */
export async function uncensored(
  artifacts: readonly Artifact[],
  {account, bakeId, ledger}: {readonly account: Account; readonly bakeId: string; readonly ledger: Ledger},
  signal: AbortSignal
): Promise<readonly Artifact[]> {
  const isHidden = ({id}: Artifact): boolean => id.includes(mark)
  if (!artifacts.some(isHidden)) return artifacts
  const {found} = await findResources(account, {bakeId, records: ledger, announced: ledger.announced}, signal)
  const images = found.filter(({type, created}) => type === 'image' && created !== undefined && created >= ledger.began)
  const name = ({id, region = account.region}: Described): string => `${region}:${id}`
  const told = new Set(artifacts.filter((artifact) => !isHidden(artifact)).flatMap(({id}) => id.split(',')))
  return artifacts.map((artifact) => {
    if (!isHidden(artifact)) return artifact
    const parts = artifact.id.split(',').map((part) => {
      const id = /:(ami-[0-9a-f]{8,17})$/.exec(part)?.[1]
      const image = images.find((one) => one.id === id)
      return image && name(image)
    })
    const known = parts.every((part) => part !== undefined) ? parts : images.map(name).filter((one) => !told.has(one))
    return known.length > 0 ? {...artifact, id: known.join(',')} : artifact
  })
}
